"""Named reads and statements of exclusions: which there are, which tickets they concern, how far they have come."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, exists, literal, not_, or_, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from services.requests.agreements.queries.between import Between
from services.requests.breaches.models import Exclusion, ExclusionDecision, ExclusionJob
from services.requests.tickets.models import Ticket
from services.requests.tickets.models.linked import TicketLink
from services.requests.tickets.policies import approving_ids, managed_departments, serving_departments
from services.requests.tickets.queries.between import CUSTOMERS_AND_PROVIDERS
from services.requests.tickets.queries.holding import HOLDS
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.paging import PageWanted, older_than

FIRST = UUID(int=0)
_CONCERNED = f"""
{CUSTOMERS_AND_PROVIDERS}, own AS (
    SELECT t.id FROM providers p JOIN ticket t ON t.provider_department_id = p.id
    WHERE t.customer_department_id IN (SELECT id FROM customers) AND ($3::uuid[] IS NULL OR t.offering_id = ANY($3))
        AND t.created_at < $5 AND (t.ended_at IS NULL OR t.ended_at > $4) AND t.id > $6
    ORDER BY t.id LIMIT $7
), handed AS (
    SELECT DISTINCT k.ticket_id FROM providers p JOIN ticket_link k ON k.department_id = p.id
    WHERE k.customer_department_id IN (SELECT id FROM customers) AND ($3::uuid[] IS NULL OR k.offering_id = ANY($3))
        AND k.offered_at < $5 AND (k.ended_at IS NULL OR k.ended_at > $4) AND k.ticket_id > $6
    ORDER BY k.ticket_id LIMIT $7
)
SELECT id FROM own UNION SELECT ticket_id FROM handed ORDER BY id LIMIT $7
"""
_CLAIM = """
SELECT j.after, e.* FROM exclusion_job j JOIN exclusion e ON e.id = j.exclusion_id
WHERE j.done_at IS NULL ORDER BY j.created_at, j.exclusion_id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_ADVANCE = """
UPDATE exclusion_job
SET after = $2, applied = applied + $3, done_at = CASE WHEN $4 THEN statement_timestamp() END WHERE exclusion_id = $1
"""


def seen_by(actor: Actor, departments: Collection[UUID] | None) -> ColumnElement[bool]:
    """Which exclusions the actor sees: of a pair, who sees what these `departments` agree on (None: everything).

    One of a single ticket is for who may dispute that ticket, or reads it (as `policies.can_see_dispute`).
    """
    if departments is None:
        return true()
    pair = (col(Exclusion.customer_department_id), col(Exclusion.provider_department_id))
    of_pair = and_(col(Exclusion.ticket_id).is_(None), or_(*(side.in_(list(departments)) for side in pair)))
    return or_(of_pair, exists().where(col(Ticket.id) == col(Exclusion.ticket_id), _disputed_by(actor)))


def _disputed_by(actor: Actor) -> ColumnElement[bool]:
    serving, standing = serving_departments(actor), {*managed_departments(actor), *actor.deputy_of}
    link = aliased(TicketLink, name="k")  # the name that HOLDS gives it
    holds = exists().where(col(link.ticket_id) == col(Ticket.id), col(link.department_id).in_(serving), text(HOLDS))
    managed = and_(not_(col(Ticket.is_confidential)), col(Ticket.customer_department_id).in_(standing))
    return or_(
        *(column == actor.id for column in (col(Ticket.requester_id), col(Ticket.beneficiary_id))),
        literal(actor.id) == any_(col(Ticket.participants)),
        col(Ticket.awaits_approval_of).in_(approving_ids(actor)),
        col(Ticket.provider_department_id).in_({*serving, *standing}),
        holds,
        managed,
    )


async def find_exclusion(session: AsyncSession, exclusion_id: UUID, seen: ColumnElement[bool]) -> Exclusion | None:
    """The exclusion's row, if it is among those that are `seen`."""
    found: Exclusion | None = await session.scalar(select(Exclusion).where(col(Exclusion.id) == exclusion_id, seen))
    return found


async def keep_decision(session: AsyncSession, decision: ExclusionDecision) -> bool:
    """Keep what was decided; false where something was already, be it by somebody else at this moment."""
    statement = insert(ExclusionDecision).values(**decision.model_dump()).on_conflict_do_nothing()
    kept = await session.execute(statement.returning(col(ExclusionDecision.exclusion_id)))
    return kept.first() is not None


async def page_of_exclusions(
    session: AsyncSession, page: PageWanted, wanted: Between, seen: ColumnElement[bool]
) -> tuple[Sequence[Exclusion], str | None]:
    """Those exclusions that are `seen`, newest first; of a period those that were decided in it."""
    columns = (col(Exclusion.created_at), col(Exclusion.id))
    statement = select(Exclusion).where(seen).order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    statement = statement.where(
        *wanted.conditions(col(Exclusion.customer_department_id), col(Exclusion.provider_department_id))
    )
    if wanted.since is not None or wanted.before is not None:
        decided = select(ExclusionDecision.exclusion_id).where(wanted.holds(col(ExclusionDecision.decided_at)))
        statement = statement.where(col(Exclusion.id).in_(decided))
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
    """The next `n` tickets at most of which a part between the two lived in that time, in the order of their ids."""
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
