"""Use cases of interactions: what becomes known about tickets is counted."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.inbound import HandOffMeasured, TicketMeasured, TicketSubmitted
from services.feedback.interactions.models import Measured, MeasuredHandOff, MeasuredTicket
from services.feedback.interactions.queries import add_counts, add_ticket, measured_before
from services.shared.inbox import EventMeta


async def count_ticket(session: AsyncSession, event: TicketSubmitted, _: EventMeta) -> None:
    """The effect of a submitted ticket: its interaction has one more."""
    await add_ticket(
        session,
        customer_department_id=event.customer_department_id,
        provider_department_id=event.provider_department_id,
        submitted_at=event.submitted_at,
    )


async def count_promises(session: AsyncSession, event: TicketMeasured, _: EventMeta) -> None:
    """The effect of news of a ticket's promises: its interaction counts the difference from what it counted before.

    News of a lower version than the last changes nothing, whenever it arrives.
    """
    measured = MeasuredTicket(ticket_id=event.ticket_id, **_told(event))
    await _count(session, measured, await measured_before(session, MeasuredTicket, event.ticket_id))


async def count_promises_of_part(session: AsyncSession, event: HandOffMeasured, _: EventMeta) -> None:
    """The same of a hand-off: the interaction of its own two departments counts it."""
    measured = MeasuredHandOff(link_id=event.link_id, **_told(event))
    await _count(session, measured, await measured_before(session, MeasuredHandOff, event.link_id))


async def _count(session: AsyncSession, measured: Measured, counted: Measured | None) -> None:
    if counted is not None and measured.version < counted.version:
        return
    if counted is not None:
        pair = (counted.customer_department_id, counted.provider_department_id)
        await add_counts(session, pair, **{name: -count for name, count in _counts(counted).items()})
        await session.delete(counted)
        await session.flush()
    session.add(measured)
    pair = (measured.customer_department_id, measured.provider_department_id)
    await add_counts(session, pair, **_counts(measured))


def _told(event: TicketMeasured) -> dict[str, Any]:
    return {
        "version": event.version,
        "customer_department_id": event.customer_department_id,
        "provider_department_id": event.provider_department_id,
        "provider_met": event.provider.met,
        "provider_missed": event.provider.missed,
        "customer_met": event.customer.met,
        "customer_missed": event.customer.missed,
    }


def _counts(measured: Measured) -> dict[str, int]:
    return {
        "provider_met": measured.provider_met,
        "provider_missed": measured.provider_missed,
        "customer_met": measured.customer_met,
        "customer_missed": measured.customer_missed,
    }
