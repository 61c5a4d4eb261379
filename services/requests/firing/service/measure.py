"""What a ticket's promises have come to when its breach changes another clock: the ticket is folded to tell."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.events import Counts, TicketMeasured
from services.requests.firing.queries.following import leave
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.rules.measured import Count, counts_of
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection
from services.shared.outbox import outbox_values

log = logging.getLogger(__name__)


async def tell_counts(
    connection: Connection, terms: TermsCache, tickets: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Tell the counts of these held tickets at `now`; each comes with the columns that its event has.

    One that cannot be folded is told in the log: it holds up no others.
    """
    for ticket in tickets:
        try:
            async with connection.transaction():
                counts = await _counts(connection, terms, ticket["ticket_id"], now)
                await leave(connection, outbox_values(_event(ticket, counts), now=now))
        except Exception:
            if connection.is_closed():
                raise
            log.exception("what the promises of the ticket %s have come to is not told", ticket["ticket_id"])


async def _counts(connection: Connection, terms: TermsCache, ticket_id: UUID, now: datetime) -> dict[Side, Count]:
    current = await terms.current(connection.fetch)
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        raise LookupError(f"the ticket {ticket_id} is held, and gone")
    return counts_of((await unfold(connection, current, row)).at(now).clocks)


def _event(ticket: Mapping[str, Any], counts: Mapping[Side, Count]) -> TicketMeasured:
    return TicketMeasured(
        ticket_id=ticket["ticket_id"],
        version=ticket["version"],
        customer_department_id=ticket["customer_department_id"],
        provider_department_id=ticket["provider_department_id"],
        provider=Counts(**counts[Side.PROVIDER]._asdict()),
        customer=Counts(**counts[Side.CUSTOMER]._asdict()),
    )
