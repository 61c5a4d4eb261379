"""Named reads of interactions, and the writes that count."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.feedback.interactions.models import Interaction, Measured
from services.feedback.interactions.policies import (
    departments_seen_as_customer,
    departments_seen_as_provider,
    sees_all_interactions,
)
from services.shared.auth import Actor
from services.shared.paging import PageWanted, newer_than

M = TypeVar("M", bound=Measured)
customer, provider = col(Interaction.customer_department_id), col(Interaction.provider_department_id)


async def page_of_interactions(
    session: AsyncSession,
    actor: Actor,
    page: PageWanted,
    *,
    customer_department_id: UUID | None,
    provider_department_id: UUID | None,
) -> Sequence[Interaction]:
    """Those that the actor may see, one more than the page holds.

    In the order of their ids: counts and times move while somebody turns pages, and rows with them. One of which only
    later news has arrived so far, and not that of a first ticket, is not there yet.
    """
    query = select(Interaction).where(_visible_to(actor), col(Interaction.tickets) > 0)
    query = query.order_by(customer, provider).limit(page.limit + 1)
    if customer_department_id is not None:
        query = query.where(customer == customer_department_id)
    if provider_department_id is not None:
        query = query.where(provider == provider_department_id)
    after = page.typed_after(UUID, UUID)
    if after is not None:
        query = query.where(newer_than([customer, provider], after))
    return (await session.scalars(query)).all()


async def add_ticket(
    session: AsyncSession, *, customer_department_id: UUID, provider_department_id: UUID, submitted_at: datetime
) -> None:
    """Count one more ticket of this interaction, its first perhaps."""
    row = insert(Interaction).values(
        customer_department_id=customer_department_id,
        provider_department_id=provider_department_id,
        tickets=1,
        first_ticket_at=submitted_at,
        last_ticket_at=submitted_at,
    )
    counted = {
        "tickets": col(Interaction.tickets) + 1,
        "first_ticket_at": func.least(col(Interaction.first_ticket_at), row.excluded.first_ticket_at),
        "last_ticket_at": func.greatest(col(Interaction.last_ticket_at), row.excluded.last_ticket_at),
    }
    await session.execute(row.on_conflict_do_update(index_elements=[customer, provider], set_=counted))


async def add_counts(session: AsyncSession, pair: tuple[UUID, UUID], **counts: int) -> None:
    """Add these (some may be negative) to the counts of the interaction (customer, provider).

    Holds its row until the transaction ends; `add_counts(session, pair)` does nothing else.
    """
    row = insert(Interaction).values(
        customer_department_id=pair[0], provider_department_id=pair[1], tickets=0, **counts
    )
    grown = {name: col(getattr(Interaction, name)) + row.excluded[name] for name in counts or ("tickets",)}
    await session.execute(row.on_conflict_do_update(index_elements=[customer, provider], set_=grown))


async def measured_before(session: AsyncSession, kind: type[M], measured_id: UUID) -> M | None:
    """What was counted of this ticket or hand-off last, held until the transaction ends."""
    return await session.get(kind, measured_id, with_for_update=True)


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    if sees_all_interactions(actor):
        return true()
    return or_(customer.in_(departments_seen_as_customer(actor)), provider.in_(departments_seen_as_provider(actor)))
