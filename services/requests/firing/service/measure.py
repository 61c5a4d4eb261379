"""What promises have come to when a breach changes another clock, or is of a hand-off: the ticket is folded to tell."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.events import Counts, TicketMeasured
from services.requests.firing.queries.following import leave
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.rules.chained import chained, pair_of
from services.requests.tickets.rules.measured import Count, counts_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.leaving import link_measured
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection
from services.shared.outbox import PublishedEvent, outbox_values

log = logging.getLogger(__name__)


async def tell_counts(
    connection: Connection, terms: TermsCache, tickets: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Tell the counts of these held tickets (`ticket_id`) and of their hand-offs at `now`.

    One that cannot be folded is told in the log: it holds up no others.
    """
    for ticket in tickets:
        try:
            async with connection.transaction():
                for event in await _events(connection, terms, ticket["ticket_id"], now):
                    await leave(connection, outbox_values(event, now=now))
        except Exception:
            if connection.is_closed():
                raise
            log.exception("what the promises of the ticket %s have come to is not told", ticket["ticket_id"])


async def _events(
    connection: Connection, terms: TermsCache, ticket_id: UUID, now: datetime
) -> Sequence[PublishedEvent]:
    current = await terms.current(connection.fetch)
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        raise LookupError(f"the ticket {ticket_id} is held, and gone")
    held = await unfold(connection, current, row)
    told: list[PublishedEvent] = [_event(row, counts_of(held.at(now).clocks))]
    for fold in chained(held.terms, held.progress, held.events).after:
        told += link_measured(row, fold.link.id, pair_of(row, fold.link), counts_of(fold.at(now).clocks))
    return told


def _event(row: Row, counts: Mapping[Side, Count]) -> TicketMeasured:
    return TicketMeasured(
        ticket_id=row["id"],
        version=row["version"],
        customer_department_id=row["customer_department_id"],
        provider_department_id=row["provider_department_id"],
        provider=Counts(**counts[Side.PROVIDER]._asdict()),
        customer=Counts(**counts[Side.CUSTOMER]._asdict()),
    )
