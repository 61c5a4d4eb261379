"""Named reads of responses, and of what each fulfilment's scores come to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.feedback.invitations.models import Fulfilment, NotAsked, RequestSent
from services.feedback.responses.models import Response
from services.feedback.responses.policies import departments_answered_to, sees_all_responses
from services.shared.auth import Actor
from services.shared.paging import PageWanted, older_than

Key = tuple[UUID, int]
"""A ticket and its cycle."""


async def response_to(session: AsyncSession, invitation_id: UUID) -> Response | None:
    """The answer to an invitation."""
    query = select(Response).where(col(Response.invitation_id) == invitation_id)
    return (await session.scalars(query)).one_or_none()


async def is_answered(session: AsyncSession, key: Key) -> bool:
    """Whether anybody has answered about this fulfilment."""
    query = select(col(Response.id)).where(col(Response.ticket_id) == key[0], col(Response.cycle) == key[1])
    return await session.scalar(query.limit(1)) is not None


async def latest_score(session: AsyncSession, ticket_id: UUID, pair: tuple[UUID, UUID]) -> int | None:
    """The latest answer about this ticket in this interaction (customer, provider)."""
    query = select(col(Response.score)).where(col(Response.ticket_id) == ticket_id)
    query = query.where(
        col(Response.customer_department_id) == pair[0], col(Response.provider_department_id) == pair[1]
    )
    latest = (col(Response.cycle).desc(), col(Response.answered_at).desc(), col(Response.id).desc())
    return await session.scalar(query.order_by(*latest).limit(1))


async def page_of_responses(
    session: AsyncSession,
    actor: Actor,
    page: PageWanted,
    *,
    ticket_id: UUID | None,
    customer_department_id: UUID | None,
    provider_department_id: UUID | None,
) -> Sequence[Response]:
    """Those that the actor may see, newest first, one more than the page holds."""
    query = select(Response).where(or_(_answered_to(actor, Response), col(Response.person_id) == actor.id))
    for column, wanted in (
        (col(Response.ticket_id), ticket_id),
        (col(Response.customer_department_id), customer_department_id),
        (col(Response.provider_department_id), provider_department_id),
    ):
        query = query if wanted is None else query.where(column == wanted)
    order = [col(Response.answered_at), col(Response.id)]
    after = page.typed_after(datetime, UUID)
    if after is not None:
        query = query.where(older_than(order, after))
    query = query.order_by(*(column.desc() for column in order)).limit(page.limit + 1)
    return (await session.scalars(query)).all()


async def page_of_fulfilments(
    session: AsyncSession,
    actor: Actor,
    page: PageWanted,
    *,
    ticket_id: UUID | None,
    provider_department_id: UUID | None,
) -> Sequence[Fulfilment]:
    """Those whose scores the actor may see, newest first, one more than the page holds; slips are none."""
    query = select(Fulfilment).where(col(Fulfilment.taken_back_at).is_(None), _answered_to(actor, Fulfilment))
    if ticket_id is not None:
        query = query.where(col(Fulfilment.ticket_id) == ticket_id)
    if provider_department_id is not None:
        query = query.where(col(Fulfilment.provider_department_id) == provider_department_id)
    order = [col(Fulfilment.fulfilled_at), col(Fulfilment.ticket_id), col(Fulfilment.cycle)]
    after = page.typed_after(datetime, UUID, int)
    if after is not None:
        query = query.where(older_than(order, after))
    query = query.order_by(*(column.desc() for column in order)).limit(page.limit + 1)
    return (await session.scalars(query)).all()


async def scores_of(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
    """Of each fulfilment that somebody answered about: its latest answer, and how many people answered."""
    ticket, cycle = col(Response.ticket_id), col(Response.cycle)
    people = func.count().over(partition_by=[ticket, cycle])
    query = select(ticket, cycle, col(Response.score), people).where(tuple_(ticket, cycle).in_(keys))
    latest_first = (ticket, cycle, col(Response.answered_at).desc(), col(Response.id).desc())
    rows = await session.execute(query.ext(distinct_on(ticket, cycle)).order_by(*latest_first))
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def people_asked(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, int]:
    """How many people were asked about each of these fulfilments; who was asked about a slip before it is not."""
    ticket, cycle = col(Fulfilment.ticket_id), col(Fulfilment.cycle)
    is_about = and_(
        col(RequestSent.ticket_id) == ticket,
        col(RequestSent.cycle) == cycle,
        col(RequestSent.fulfilment_version) == col(Fulfilment.version),
    )
    people = func.count(col(RequestSent.person_id).distinct())
    query = select(ticket, cycle, people).join(RequestSent, is_about).where(tuple_(ticket, cycle).in_(keys))
    return {(row[0], row[1]): row[2] for row in (await session.execute(query.group_by(ticket, cycle)))}


async def people_not_asked(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, dict[str, int]]:
    """How many people were not asked about each of these fulfilments, by reason."""
    ticket, cycle, reason = col(NotAsked.ticket_id), col(NotAsked.cycle), col(NotAsked.reason)
    query = select(ticket, cycle, reason, func.count()).where(tuple_(ticket, cycle).in_(keys))
    found: dict[Key, dict[str, int]] = {}
    for row in await session.execute(query.group_by(ticket, cycle, reason).order_by(reason)):
        found.setdefault((row[0], row[1]), {})[row[2]] = row[3]
    return found


def _answered_to(actor: Actor, table: type[Response | Fulfilment]) -> ColumnElement[bool]:
    if sees_all_responses(actor):
        return true()
    return col(table.provider_department_id).in_(departments_answered_to(actor))
