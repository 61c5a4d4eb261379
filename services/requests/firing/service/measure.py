"""What a ticket's promises have come to when a due time passes: told with the breach, for nobody acts then."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.events import Counts, TicketMeasured
from services.requests.firing.queries import clocks_of
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.rules.measured import Count, counts_of
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.vocabulary import ClockName, ClockState, Effect, Side
from services.shared.db import Connection

log = logging.getLogger(__name__)


class KeptClock(NamedTuple):
    """A clock's row as it is at an instant: since it was folded its due time may have passed, and nothing else."""

    side: Side
    clock: ClockName
    round: int
    state: ClockState
    breached_at: datetime | None
    is_best_effort: bool


async def measured(
    connection: Connection, terms: TermsCache, tickets: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> list[TicketMeasured]:
    """The counts of these held tickets at `now`, by id; each comes with the columns that its event tells."""
    found = []
    for ticket_id, rows in (await clocks_of(connection, tickets)).items():
        counts = await _counts(connection, terms, ticket_id, rows, now)
        if counts is not None:
            found.append(_event(ticket_id, tickets[ticket_id], counts))
    return found


async def _counts(
    connection: Connection, terms: TermsCache, ticket_id: UUID, rows: Sequence[Any], now: datetime
) -> dict[Side, Count] | None:
    """The counts of a ticket; none where it cannot be folded. It is folded only where a miss changes another clock."""
    if all(row["effect"] != Effect.BEST_EFFORT for row in rows):
        return counts_of(_kept(row, now) for row in rows)
    try:
        async with connection.transaction():
            current = await terms.current(connection.fetch)
            row = await hold_ticket(connection, ticket_id)
            if row is None:
                raise LookupError(f"the ticket {ticket_id} is held, and gone")
            return counts_of((await unfold(connection, current, row)).at(now).clocks)
    except Exception:
        if connection.is_closed():
            raise
        log.exception("what the promises of the ticket %s have come to is not told", ticket_id)
        return None


def _kept(row: Mapping[str, Any], now: datetime) -> KeptClock:
    has_passed = row["state"] == ClockState.RUNNING and row["due_at"] is not None and row["due_at"] < now
    return KeptClock(
        side=Side(row["side"]),
        clock=ClockName(row["clock"]),
        round=row["round"],
        state=ClockState(row["state"]),
        breached_at=row["due_at"] if has_passed else row["breached_at"],
        is_best_effort=row["is_best_effort"],
    )


def _event(ticket_id: UUID, ticket: Mapping[str, Any], counts: Mapping[Side, Count]) -> TicketMeasured:
    return TicketMeasured(
        ticket_id=ticket_id,
        version=ticket["version"],
        customer_department_id=ticket["customer_department_id"],
        provider_department_id=ticket["provider_department_id"],
        provider=Counts(**counts[Side.PROVIDER]._asdict()),
        customer=Counts(**counts[Side.CUSTOMER]._asdict()),
    )
