"""Named reads of departments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.departments.models import Department
from services.shared.paging import PageWanted, older_than

_LINE_UP = text(
    "WITH RECURSIVE line(id, parent_id) AS ("
    " SELECT id, parent_id FROM department WHERE id = :start"
    " UNION SELECT d.id, d.parent_id FROM department d JOIN line ON d.id = line.parent_id)"
    " SELECT id FROM line"
)
_HEIGHT = text(
    "WITH RECURSIVE below(id, level) AS ("
    " SELECT id, 1 FROM department WHERE id = :start"
    " UNION ALL SELECT d.id, below.level + 1 FROM department d JOIN below ON d.parent_id = below.id WHERE level < 100)"
    " SELECT max(level) FROM below"
)


async def find_department(session: AsyncSession, department_id: UUID) -> Department | None:
    return await session.get(Department, department_id)


async def lock_department(session: AsyncSession, department_id: UUID) -> Department | None:
    """The department, locked until the transaction ends (its key stays free for references)."""
    return await session.get(Department, department_id, with_for_update={"key_share": True}, populate_existing=True)


async def page_of_departments(
    session: AsyncSession, page: PageWanted, *, code: str | None, parent_id: UUID | None
) -> Sequence[Department]:
    """Newest first, one more than the page holds."""
    query = select(Department).order_by(col(Department.id).desc()).limit(page.limit + 1)
    if code is not None:
        query = query.where(func.lower(col(Department.code)) == code.lower())
    if parent_id is not None:
        query = query.where(col(Department.parent_id) == parent_id)
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Department.id)], after))
    return (await session.scalars(query)).all()


async def line_up(session: AsyncSession, department_id: UUID) -> Sequence[UUID]:
    """The department and all above it; empty where it does not exist."""
    return (await session.scalars(_LINE_UP, {"start": department_id})).all()


async def levels_below(session: AsyncSession, department_id: UUID) -> int:
    """Levels of the subtree that begins with the department, itself included."""
    return await session.scalar(_HEIGHT, {"start": department_id}) or 1


async def existing_departments(session: AsyncSession, department_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the ids that are departments."""
    query = select(col(Department.id)).where(col(Department.id).in_(department_ids))
    return frozenset((await session.scalars(query)).all())
