"""The statements of reports; what cannot be summed in SQL (time cut by the period, or still running) comes as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.requests.reports.policies import Reported
from services.requests.reports.rules import Period
from services.shared.db import Connection


class Asked(NamedTuple):
    """Which tickets: conditions on `t` with one `{}` each, and whose departments (None: everybody's)."""

    conditions: Mapping[str, Any]
    reported: Reported | None
    period: Period
    now: datetime


_ATTAINMENT = """
WITH counted AS (
    SELECT c.clock, c.side,
        CASE
            WHEN c.breached_at IS NOT NULL THEN 'missed'
            WHEN c.state = 'running' AND c.due_at < $1 THEN 'missed'
            WHEN c.state IN ('running', 'paused') THEN 'open'
            ELSE c.state
        END AS outcome,
        CASE
            WHEN c.breached_at IS NOT NULL THEN c.breached_at
            WHEN c.state = 'running' AND c.due_at < $1 THEN c.due_at
            WHEN c.state IN ('running', 'paused') THEN c.started_at
            ELSE c.stopped_at
        END AS decided_at
    FROM ticket_clock c JOIN ticket t ON t.id = c.ticket_id
    WHERE {where}
)
SELECT clock, side,
    count(*) FILTER (WHERE outcome = 'met') AS met,
    count(*) FILTER (WHERE outcome = 'missed') AS missed,
    count(*) FILTER (WHERE outcome = 'open') AS open,
    count(*) FILTER (WHERE outcome = 'void') AS void
FROM counted
WHERE ($2::timestamptz IS NULL OR decided_at >= $2 OR outcome = 'open') AND ($3::timestamptz IS NULL OR decided_at < $3)
GROUP BY clock, side ORDER BY side DESC, clock
"""

_WHOLE = """
SELECT l.party, count(*) AS intervals, sum(l.wall) AS wall, sum(l.working) AS working
FROM ledger_interval l JOIN ticket t ON t.id = l.ticket_id
WHERE l.ends_at IS NOT NULL
    AND ($1::timestamptz IS NULL OR l.starts_at >= $1) AND ($2::timestamptz IS NULL OR l.ends_at <= $2) AND {where}
GROUP BY l.party
"""

_CUT = """
SELECT l.ticket_id, l.party, l.starts_at, COALESCE(l.ends_at, $3) AS ends_at, t.terms
FROM ledger_interval l JOIN ticket t ON t.id = l.ticket_id
WHERE (l.ends_at IS NULL OR l.starts_at < $1 OR l.ends_at > $2)
    AND ($1::timestamptz IS NULL OR COALESCE(l.ends_at, $3) > $1) AND ($2::timestamptz IS NULL OR l.starts_at < $2)
    AND l.starts_at < $3 AND {where}
"""

_TICKETS = """
SELECT count(*) FROM ticket t
WHERE ($2::timestamptz IS NULL OR t.created_at < $2)
    AND ($1::timestamptz IS NULL OR COALESCE(t.ended_at, $3) > $1)
    AND COALESCE(t.ended_at, $3) > t.created_at AND {where}
"""


async def attainment_counts(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Per clock: met, missed, open, void."""
    first = [asked.now, asked.period.start, asked.period.end]
    return await _rows(connection, _ATTAINMENT, first, asked)


async def whole_intervals(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Per party: the sums of the ledger's intervals that lie wholly inside the period."""
    return await _rows(connection, _WHOLE, [asked.period.start, asked.period.end], asked)


async def cut_intervals(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """The intervals that the period cuts, and those that are still open (until now), with their tickets' terms."""
    return await _rows(connection, _CUT, [asked.period.start, asked.period.end, asked.now], asked)


async def tickets_covered(connection: Connection, asked: Asked) -> int:
    """How many tickets have time in the period."""
    (row,) = await _rows(connection, _TICKETS, [asked.period.start, asked.period.end, asked.now], asked)
    return int(row["count"])


async def _rows(connection: Connection, sql: str, first: Sequence[Any], asked: Asked) -> list[dict[str, Any]]:
    arguments = list(first)
    conditions = ["true"]
    for condition, value in asked.conditions.items():
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))
    if asked.reported is not None:
        arguments += asked.reported
        serving, managed = (f"ANY(${len(arguments) - back}::uuid[])" for back in (1, 0))
        asked_for = f"(t.customer_department_id = {managed} AND NOT t.is_confidential)"
        conditions.append(f"(t.provider_department_id = {serving} OR {asked_for})")
    return [dict(row) for row in await connection.fetch(sql.format(where=" AND ".join(conditions)), *arguments)]
