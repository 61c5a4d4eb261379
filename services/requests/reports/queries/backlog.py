"""What is open now: by state, by who holds it, and by age, with what is overdue or soon due on either side.

What ends in `_then` is so once exclusions and upheld contests count.
"""

from datetime import timedelta
from typing import Any

from services.requests.reports.queries.asked import Asked, conditions_of, rows_of
from services.shared.db import Connection

_LATE = "c.breached_at IS NOT NULL OR COALESCE(c.due_at < $1, false)"
"""Of a clock of an open ticket that is not stopped: whether its due time has passed, at the instant of `$1`."""
_LATE_THEN = f"""
CASE WHEN c.state_after IS NULL THEN {_LATE}
    ELSE c.breached_at_after IS NOT NULL OR COALESCE(c.due_at_after < $1, false) END
"""
"""The same after decisions."""
_BACKLOG = f"""
SELECT t.state, COALESCE(held.party, 'none') AS party,
    width_bucket(GREATEST($1 - t.created_at, interval '0'), $2::interval[]) AS age, count(*) AS tickets,
    min(t.created_at) AS oldest_at,
    count(*) FILTER (WHERE clocks.overdue) AS overdue,
    count(*) FILTER (WHERE clocks.soon AND NOT clocks.overdue) AS due_soon,
    count(*) FILTER (WHERE clocks.owed_overdue) AS customer_overdue,
    count(*) FILTER (WHERE clocks.owed_soon AND NOT clocks.owed_overdue) AS customer_due_soon,
    count(*) FILTER (WHERE clocks.overdue_then) AS overdue_then,
    count(*) FILTER (WHERE clocks.soon_then AND NOT clocks.overdue_then) AS due_soon_then,
    count(*) FILTER (WHERE clocks.owed_overdue_then) AS customer_overdue_then,
    count(*) FILTER (WHERE clocks.owed_soon_then AND NOT clocks.owed_overdue_then) AS customer_due_soon_then
FROM ticket t LEFT JOIN LATERAL (
    SELECT l.party FROM ledger_interval l
    WHERE l.ticket_id = t.id AND l.ends_at IS NULL ORDER BY l.position DESC LIMIT 1
) AS held ON true LEFT JOIN LATERAL (
    SELECT COALESCE(bool_or(is_late) FILTER (WHERE is_target), false) AS overdue,
        COALESCE(bool_or(is_near) FILTER (WHERE is_target), false) AS soon,
        COALESCE(bool_or(is_late) FILTER (WHERE NOT is_target), false) AS owed_overdue,
        COALESCE(bool_or(is_near) FILTER (WHERE NOT is_target), false) AS owed_soon,
        COALESCE(bool_or(is_late_then) FILTER (WHERE is_target), false) AS overdue_then,
        COALESCE(bool_or(is_near_then) FILTER (WHERE is_target), false) AS soon_then,
        COALESCE(bool_or(is_late_then) FILTER (WHERE NOT is_target), false) AS owed_overdue_then,
        COALESCE(bool_or(is_near_then) FILTER (WHERE NOT is_target), false) AS owed_soon_then
    FROM (
        SELECT c.side = 'provider' AS is_target,
            {_LATE} AS is_late,
            COALESCE(c.due_at < $1 + $3::interval, false) AS is_near,
            {_LATE_THEN} AS is_late_then,
            CASE WHEN c.state_after IS NULL THEN COALESCE(c.due_at < $1 + $3::interval, false)
                ELSE COALESCE(c.due_at_after < $1 + $3::interval, false) END AS is_near_then
        FROM ticket_clock c WHERE c.ticket_id = t.id AND c.link_id IS NULL AND c.stopped_at IS NULL
    ) AS of_clock
) AS clocks ON true
WHERE t.ended_at IS NULL{{where}}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_OVERDUE = f"""
SELECT t.id AS ticket_id, t.key, t.subject, t.state, t.priority, c.id AS clock_id, c.clock, c.side, c.cycle,
    COALESCE(c.breached_at, c.due_at) AS due_at, {_LATE_THEN} AS is_overdue_after_decisions
FROM ticket t JOIN ticket_clock c ON c.ticket_id = t.id AND c.link_id IS NULL AND c.stopped_at IS NULL
WHERE t.ended_at IS NULL AND ({_LATE}){{where}}
ORDER BY due_at, t.id, c.clock, c.cycle LIMIT {{limit}}
"""


def backlog_statement(asked: Asked, ages: list[timedelta], soon: timedelta) -> tuple[str, list[Any]]:
    """The statement and its arguments."""
    arguments: list[Any] = [asked.now, ages, soon]
    where = "".join(f" AND {each}" for each in conditions_of(asked, arguments))
    return _BACKLOG.format(where=where), arguments


async def backlog_counts(
    connection: Connection, asked: Asked, ages: list[timedelta], soon: timedelta
) -> list[dict[str, Any]]:
    """Open tickets by state, party that holds them and age (1 from the first of `ages` on): how many, and how due."""
    return await rows_of(connection, *backlog_statement(asked, ages, soon))


async def overdue_clocks(connection: Connection, asked: Asked, limit: int) -> list[dict[str, Any]]:
    """The clocks by which open tickets count as overdue, the longest overdue first, `limit` at most."""
    arguments: list[Any] = [asked.now]
    where = "".join(f" AND {each}" for each in conditions_of(asked, arguments))
    return await rows_of(connection, _OVERDUE.format(where=where, limit=limit), arguments)
