"""Whole tickets with everything that is kept of them, many at a time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

_NEXT = "SELECT * FROM ticket WHERE id > $1 ORDER BY id LIMIT $2"
_OF_TICKETS = "SELECT * FROM {table} WHERE ticket_id = ANY($1::uuid[]) ORDER BY ticket_id"
_TABLES = ("ticket_event", "ledger_interval", "ticket_clock", "ticket_link", "ticket_round", "link_interval")


class WholeTicket(NamedTuple):
    """A ticket's row and its rows in the other tables, in no order."""

    ticket: Row
    events: Sequence[Row]
    ledger: Sequence[Row]
    clocks: Sequence[Row]
    links: Sequence[Row]
    rounds: Sequence[Row]
    link_ledger: Sequence[Row]


async def next_whole_tickets(connection: Connection, after: UUID, limit: int) -> list[WholeTicket]:
    """The tickets that follow this id, in the order of ids: six statements, however many."""
    tickets = [dict(row) for row in await connection.fetch(_NEXT, after, limit)]
    ids = [ticket["id"] for ticket in tickets]
    parts = [await _by_ticket(connection, table, ids) for table in _TABLES]
    return [WholeTicket(ticket, *(part[ticket["id"]] for part in parts)) for ticket in tickets]


async def _by_ticket(connection: Connection, table: str, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await connection.fetch(_OF_TICKETS.format(table=table), ids):
        found[row["ticket_id"]].append(dict(row))
    return found
