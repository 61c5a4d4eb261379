"""Named reads of deputies."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.departments.models import Department
from services.identity.deputies.models import Deputy
from services.identity.deputies.rules import local_day, serves_on
from services.shared.paging import PageWanted, older_than


async def page_of_deputies(session: AsyncSession, page: PageWanted, department_id: UUID) -> Sequence[Deputy]:
    """A department's deputies of all times, those named last first, one more than the page holds."""
    query = select(Deputy).where(col(Deputy.department_id) == department_id)
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Deputy.id)], after))
    return (await session.scalars(query.order_by(col(Deputy.id).desc()).limit(page.limit + 1))).all()


async def find_deputy(
    session: AsyncSession, department_id: UUID, deputy_id: UUID, *, to_change: bool = False
) -> Deputy | None:
    """The deputy, if it is one of that department; `to_change` locks it until the transaction ends."""
    found = await session.get(Deputy, deputy_id, with_for_update=to_change or None, populate_existing=True)
    return found if found is not None and found.department_id == department_id else None


async def is_deputy_between(
    session: AsyncSession, department_id: UUID, person_id: UUID, first_day: date, last_day: date | None
) -> bool:
    """Whether the person was or is to be the department's deputy on any of these days (without an ended one)."""
    query = select(col(Deputy.id)).where(
        col(Deputy.department_id) == department_id,
        col(Deputy.person_id) == person_id,
        col(Deputy.ended_at).is_(None),
        or_(col(Deputy.last_day).is_(None), col(Deputy.last_day) >= first_day),
    )
    if last_day is not None:
        query = query.where(col(Deputy.first_day) <= last_day)
    return (await session.scalar(query.limit(1))) is not None


async def deputy_of(session: AsyncSession, person_id: UUID, *, now: datetime) -> frozenset[UUID]:
    """The departments whose deputy the person is today, by each department's own date."""
    # No zone is a whole day away from UTC: what these bounds leave out serves nowhere now.
    a_day = timedelta(days=1)
    query = (
        select(col(Deputy.department_id), col(Deputy.first_day), col(Deputy.last_day), col(Department.time_zone))
        .join(Department, col(Department.id) == col(Deputy.department_id))
        .where(
            col(Deputy.person_id) == person_id,
            col(Deputy.ended_at).is_(None),
            col(Deputy.first_day) <= (now + a_day).date(),
            or_(col(Deputy.last_day).is_(None), col(Deputy.last_day) >= (now - a_day).date()),
        )
    )
    return frozenset(
        department_id
        for department_id, first_day, last_day, zone in await session.execute(query)
        if serves_on(local_day(zone, now), first_day, last_day)
    )
