"""What came in and what went out, by bucket: tickets, their rounds, and the hand-offs between departments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.requests.reports.queries.asked import Asked, conditions_of, join_of, rows_of, within
from services.shared.db import Connection


class _Counted(NamedTuple):
    """Rows of a table that are counted as `what` (an expression), each at its instant `at`."""

    what: str
    at: str
    source: str
    only: str = "true"


_TICKETS, _ROUNDS, _LINKS = "ticket t", "ticket_round r", "ticket_link k"
# What a move back is: handoffs/rules.
_HELD_IT_BEFORE = """(
    SELECT true FROM ticket_link e WHERE e.ticket_id = k.ticket_id AND e.department = k.department
        AND (e.accepted_at, e.id) < (k.accepted_at, k.id) LIMIT 1
)"""  # of each ticket by its index: EXISTS would be joined with all links that there are
COUNTED = (
    _Counted("'created'", "t.created_at", _TICKETS),
    _Counted("'fulfilled'", "r.fulfilled_at", _ROUNDS),
    _Counted("r.ended_as", "r.ended_at", _ROUNDS),
    _Counted("'reopened'", "r.began_at", _ROUNDS, "r.number > 1"),
    _Counted("'hand_offs'", "k.accepted_at", _LINKS),
    _Counted("'ping_pong'", "k.accepted_at", _LINKS, _HELD_IT_BEFORE),
    _Counted("'ping_pong'", "k.ended_at", _LINKS, "k.outcome IN ('bounced', 'returned')"),
    _Counted("'bounces'", "k.ended_at", _LINKS, "k.outcome = 'bounced'"),
)
_FLOW = """
SELECT width_bucket(at, ${edges}::timestamptz[]) AS bucket, what, count(*) AS n
FROM ({counted}) AS counted GROUP BY 1, 2
"""


def flow_statement(asked: Asked, edges: Sequence[datetime]) -> tuple[str, list[Any]]:
    """The statement and its arguments: each part reads its own table by the index of its instant."""
    arguments: list[Any] = []
    conditions = conditions_of(asked, arguments)
    bounds = within("{at}", asked.period, arguments)
    arguments.append(list(edges))
    parts = []
    for what, at, source, only in COUNTED:
        join = join_of(source[-1], asked.period) if conditions and source != _TICKETS else ""
        where = [only, *(bound.format(at=at) for bound in bounds), *conditions]
        parts.append(f"SELECT {what} AS what, {at} AS at FROM {source}{join} WHERE {' AND '.join(where)}")
    return _FLOW.format(edges=len(arguments), counted=" UNION ALL ".join(parts)), arguments


async def flow_counts(connection: Connection, asked: Asked, edges: Sequence[datetime]) -> list[dict[str, Any]]:
    """By bucket (1 begins at the first of `edges`) and what happened in it: how often."""
    return await rows_of(connection, *flow_statement(asked, edges))
