"""Who held the time; what cannot be summed in SQL (time cut by the period, or still running) comes as rows.

Intervals of a freeze that is planned lie ahead: of these nothing is told before it is now.
"""

from collections.abc import Sequence
from typing import Any

from services.requests.reports.queries.asked import Asked, conditions_of, rows_of
from services.shared.db import Connection

_WHOLE = """
SELECT l.party, count(*) AS intervals, sum(l.wall) AS wall, sum(l.working) AS working
FROM ledger_interval l JOIN ticket t ON t.id = l.ticket_id
WHERE l.ends_at <= $3
    AND ($1::timestamptz IS NULL OR l.starts_at >= $1) AND ($2::timestamptz IS NULL OR l.ends_at <= $2) AND {where}
GROUP BY l.party
"""

_CUT = """
SELECT l.ticket_id, l.party, l.starts_at, LEAST(l.ends_at, $3) AS ends_at, t.terms
FROM ledger_interval l JOIN ticket t ON t.id = l.ticket_id
WHERE (l.ends_at IS NULL OR l.ends_at > $3 OR l.starts_at < $1 OR l.ends_at > $2)
    AND ($1::timestamptz IS NULL OR COALESCE(l.ends_at, $3) > $1) AND ($2::timestamptz IS NULL OR l.starts_at < $2)
    AND l.starts_at < $3 AND {where}
"""

_TICKETS = """
SELECT count(*) FROM ticket t
WHERE ($2::timestamptz IS NULL OR t.created_at < $2)
    AND ($1::timestamptz IS NULL OR COALESCE(t.ended_at, $3) > $1)
    AND COALESCE(t.ended_at, $3) > t.created_at AND {where}
"""


async def whole_intervals(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Per party: the sums of the ledger's intervals that lie wholly inside the period."""
    return await _rows(connection, _WHOLE, [asked.period.start, asked.period.end, asked.now], asked)


async def cut_intervals(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """The intervals that the period cuts, and those that are still open (until now), with their tickets' terms."""
    return await _rows(connection, _CUT, [asked.period.start, asked.period.end, asked.now], asked)


async def tickets_covered(connection: Connection, asked: Asked) -> int:
    """How many tickets have time in the period."""
    (row,) = await _rows(connection, _TICKETS, [asked.period.start, asked.period.end, asked.now], asked)
    return int(row["count"])


async def _rows(connection: Connection, sql: str, first: Sequence[Any], asked: Asked) -> list[dict[str, Any]]:
    arguments = list(first)
    conditions = ["true", *conditions_of(asked, arguments)]
    return await rows_of(connection, sql.format(where=" AND ".join(conditions)), arguments)
