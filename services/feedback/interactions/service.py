"""Use cases of interactions."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.inbound import TicketSubmitted
from services.feedback.interactions.queries import add_ticket
from services.shared.inbox import EventMeta


async def count_ticket(session: AsyncSession, event: TicketSubmitted, _: EventMeta) -> None:
    """The effect of a submitted ticket: its interaction has one more."""
    await add_ticket(
        session,
        customer_department_id=event.customer_department_id,
        provider_department_id=event.provider_department_id,
        submitted_at=event.submitted_at,
    )
