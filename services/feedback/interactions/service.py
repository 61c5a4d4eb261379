"""Use cases of interactions: what becomes known about tickets is counted."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.inbound import TicketMeasured, TicketSubmitted
from services.feedback.interactions.models import MeasuredTicket
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
    counted = await measured_before(session, event.ticket_id)
    if counted is not None and event.version < counted.version:
        return
    if counted is not None:
        pair = (counted.customer_department_id, counted.provider_department_id)
        await add_counts(session, pair, **{name: -count for name, count in _counts(counted).items()})
        await session.delete(counted)
        await session.flush()
    measured = MeasuredTicket(
        ticket_id=event.ticket_id,
        version=event.version,
        customer_department_id=event.customer_department_id,
        provider_department_id=event.provider_department_id,
        provider_met=event.provider.met,
        provider_missed=event.provider.missed,
        customer_met=event.customer.met,
        customer_missed=event.customer.missed,
    )
    session.add(measured)
    await add_counts(session, (event.customer_department_id, event.provider_department_id), **_counts(measured))


def _counts(measured: MeasuredTicket) -> dict[str, int]:
    return {
        "provider_met": measured.provider_met,
        "provider_missed": measured.provider_missed,
        "customer_met": measured.customer_met,
        "customer_missed": measured.customer_missed,
    }
