"""Named reads of absences."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.absences.models import Absence
from services.identity.absences.rules import KEPT
from services.shared.paging import PageWanted, older_than


async def page_of_absences(
    session: AsyncSession, page: PageWanted, department_id: UUID, *, person_id: UUID | None, on: date | None
) -> Sequence[Absence]:
    """A department's absences, those recorded last first, one more than the page holds; of one person, of one day.

    Of a day without those that were ended.
    """
    query = select(Absence).where(col(Absence.department_id) == department_id)
    if person_id is not None:
        query = query.where(col(Absence.person_id) == person_id)
    if on is not None:
        query = query.where(col(Absence.first_day) <= on, col(Absence.last_day) >= on, col(Absence.ended_at).is_(None))
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Absence.id)], after))
    return (await session.scalars(query.order_by(col(Absence.id).desc()).limit(page.limit + 1))).all()


async def find_absence(
    session: AsyncSession, department_id: UUID, absence_id: UUID, *, to_change: bool = False
) -> Absence | None:
    """The absence, if it is one of that department; `to_change` locks it until the transaction ends."""
    found = await session.get(Absence, absence_id, with_for_update=to_change or None, populate_existing=True)
    return found if found is not None and found.department_id == department_id else None


async def absences_between(
    session: AsyncSession, department_id: UUID, first_day: date, last_day: date
) -> Sequence[Absence]:
    """Who is away from the department on any of these days (without what was ended)."""
    query = select(Absence).where(
        col(Absence.department_id) == department_id,
        col(Absence.ended_at).is_(None),
        col(Absence.first_day) <= last_day,
        col(Absence.last_day) >= first_day,
    )
    return (await session.scalars(query)).all()


async def forget_past_absences(session: AsyncSession, now: datetime) -> None:
    """Of who was away when nothing is kept once nobody needs it."""
    await session.execute(delete(Absence).where(col(Absence.last_day) < (now - KEPT).date()))
