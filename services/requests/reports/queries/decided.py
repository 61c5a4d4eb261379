"""Tickets of whose time something was decided, with their events: their ledger after that is kept nowhere.

It is folded anew for each report that tells it. They are few, and an index holds them.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from services.requests.reports.queries.asked import Asked, conditions_of, rows_of
from services.shared.db import Connection

AT_ONCE = 500
_FIRST = UUID(int=0)
_ANY = "SELECT EXISTS (SELECT FROM ticket_event WHERE kind = 'decision')"
_DECIDED = """
SELECT t.id, t.terms FROM ticket t
WHERE t.id IN (SELECT ticket_id FROM ticket_event WHERE kind = 'decision') AND t.id > $4
    AND ($2::timestamptz IS NULL OR t.created_at < $2)
    AND ($1::timestamptz IS NULL OR COALESCE(t.ended_at, $3) > $1) AND {where}
ORDER BY t.id LIMIT $5
"""
_EVENTS = "SELECT * FROM ticket_event WHERE ticket_id = ANY($1::uuid[])"

Decided = tuple[dict[str, Any], list[dict[str, Any]]]
"""A ticket (`id`, `terms`) and the rows of its events, in no order."""


async def is_any_time_decided(connection: Connection) -> bool:
    """Whether anything was decided about the time of any ticket."""
    return bool(await connection.fetchval(_ANY))


async def decided_tickets(connection: Connection, asked: Asked) -> AsyncIterator[Decided]:
    """Those covered that have time in the period."""
    after = _FIRST
    while True:
        arguments: list[Any] = [asked.period.start, asked.period.end, asked.now, after, AT_ONCE]
        where = " AND ".join(["true", *conditions_of(asked, arguments)])
        tickets = await rows_of(connection, _DECIDED.format(where=where), arguments)
        events: dict[UUID, list[dict[str, Any]]] = {ticket["id"]: [] for ticket in tickets}
        for event in await rows_of(connection, _EVENTS, [list(events)]):
            events[event["ticket_id"]].append(event)
        for ticket in tickets:
            yield ticket, events[ticket["id"]]
        if len(tickets) < AT_ONCE:
            return
        after = tickets[-1]["id"]
