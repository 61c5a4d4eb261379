"""Named reads and statements of exclusions: which there are, which tickets they concern, how far they have come."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.breaches.models import Exclusion, ExclusionDecision, ExclusionJob
from services.requests.departments.queries import DOWNWARDS
from services.shared.db import Connection
from services.shared.paging import PageWanted, older_than

FIRST = UUID(int=0)
_CONCERNED = f"""
WITH RECURSIVE customers AS ({DOWNWARDS % (1, "customers")}), providers AS ({DOWNWARDS % (2, "providers")})
SELECT t.id FROM providers p JOIN ticket t ON t.provider_department_id = p.id
WHERE t.customer_department_id IN (SELECT id FROM customers) AND ($3::uuid[] IS NULL OR t.offering_id = ANY($3))
    AND t.created_at < $5 AND (t.ended_at IS NULL OR t.ended_at > $4) AND t.id > $6
ORDER BY t.id LIMIT $7
"""
_CLAIM = """
SELECT j.after, e.* FROM exclusion_job j JOIN exclusion e ON e.id = j.exclusion_id
WHERE j.done_at IS NULL ORDER BY j.created_at, j.exclusion_id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_ADVANCE = """
UPDATE exclusion_job
SET after = $2, applied = applied + $3, done_at = CASE WHEN $4 THEN statement_timestamp() END WHERE exclusion_id = $1
"""


async def find_exclusion(session: AsyncSession, exclusion_id: UUID) -> Exclusion | None:
    """The exclusion's row."""
    return await session.get(Exclusion, exclusion_id)


async def keep_decision(session: AsyncSession, decision: ExclusionDecision) -> bool:
    """Keep what was decided; false where something was already, be it by somebody else at this moment."""
    statement = insert(ExclusionDecision).values(**decision.model_dump()).on_conflict_do_nothing()
    kept = await session.execute(statement.returning(col(ExclusionDecision.exclusion_id)))
    return kept.first() is not None


async def page_of_exclusions(
    session: AsyncSession, page: PageWanted, department_id: UUID | None, visible: Collection[UUID] | None
) -> tuple[Sequence[Exclusion], str | None]:
    """Exclusions, newest first; `visible` are the departments that the reader sees, None: all."""
    columns = (col(Exclusion.created_at), col(Exclusion.id))
    sides = (col(Exclusion.customer_department_id), col(Exclusion.provider_department_id))
    statement = select(Exclusion).order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    if department_id is not None:
        statement = statement.where(or_(*(side == department_id for side in sides)))
    if visible is not None:
        statement = statement.where(or_(*(side.in_(list(visible)) for side in sides)))
    after = page.typed_after(datetime, UUID)
    if after is not None:
        statement = statement.where(older_than(columns, after))
    rows, goes_on = page.split((await session.scalars(statement)).all())
    return rows, page.cursor((rows[-1].created_at, rows[-1].id)) if goes_on else None


async def decisions_on(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, ExclusionDecision]:
    """What was decided on these."""
    wanted = select(ExclusionDecision).where(col(ExclusionDecision.exclusion_id).in_(list(ids)))
    return {each.exclusion_id: each for each in await session.scalars(wanted)}


async def jobs_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, ExclusionJob]:
    """How far those of these have come that were granted."""
    wanted = select(ExclusionJob).where(col(ExclusionJob.exclusion_id).in_(list(ids)))
    return {each.exclusion_id: each for each in await session.scalars(wanted)}


async def claim_job(connection: Connection) -> Any:
    """The oldest one under way that nobody else works on, with its exclusion; none where there is none."""
    return await connection.fetchrow(_CLAIM)


async def tickets_concerned(connection: Connection, job: Any, n: int) -> list[UUID]:
    """The next `n` tickets at most that lived in that time, in the order of their ids."""
    if job["ticket_id"] is not None:
        return [job["ticket_id"]] if job["ticket_id"] > job["after"] else []
    rows = await connection.fetch(
        _CONCERNED,
        job["customer_department_id"],
        job["provider_department_id"],
        job["offering_ids"],
        job["begins_at"],
        job["ends_at"],
        job["after"],
        n,
    )
    return [row[0] for row in rows]


async def advance_job(connection: Connection, exclusion_id: UUID, after: UUID, n: int, *, is_done: bool) -> None:
    """So far has it come."""
    await connection.execute(_ADVANCE, exclusion_id, after, n, is_done)
