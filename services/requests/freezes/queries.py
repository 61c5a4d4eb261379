"""Named reads and statements of freezes: which there are, which tickets they concern, how far they have come."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.agreements.queries.between import Between
from services.requests.freezes.models import Freeze, FreezeJob, FreezeSignature
from services.requests.tickets.queries.between import CUSTOMERS_AND_PROVIDERS
from services.requests.timeline.rulings import RulingName
from services.shared.db import Connection
from services.shared.paging import PageWanted, older_than

FIRST = UUID(int=0)
_HAS = f"""
    SELECT FROM ticket_event e WHERE e.name = '{RulingName.FREEZE_RULED}' AND e.payload->>'freeze_id' = $3::uuid::text
"""
# Open tickets are few beside all there ever were, and have an index by offering; open hand-offs one by department.
_COVERED = f"""
{CUSTOMERS_AND_PROVIDERS}, own AS (
    SELECT t.id FROM ticket t
    WHERE t.offering_id = ANY(COALESCE($4::uuid[], ARRAY(SELECT id FROM offering))) AND t.ended_at IS NULL
        AND t.customer_department_id IN (SELECT id FROM customers)
        AND t.provider_department_id IN (SELECT id FROM providers)
        AND t.id > $5 AND NOT EXISTS ({_HAS} AND e.ticket_id = t.id AND e.payload->>'link' IS NULL)
    ORDER BY t.id LIMIT $6
), handed AS (
    SELECT DISTINCT k.ticket_id FROM ticket_link k
    WHERE k.department_id IN (SELECT id FROM providers) AND k.ended_at IS NULL
        AND k.customer_department_id IN (SELECT id FROM customers)
        AND ($4::uuid[] IS NULL OR k.offering_id = ANY($4)) AND k.ticket_id > $5
        AND NOT EXISTS ({_HAS} AND e.ticket_id = k.ticket_id AND e.payload->>'link' = k.id::text)
    ORDER BY k.ticket_id LIMIT $6
)
SELECT id FROM own UNION SELECT ticket_id FROM handed ORDER BY id LIMIT $6
"""
_RULED_ON = f"""
SELECT DISTINCT t.ticket_id FROM ticket_event t
WHERE t.name = '{RulingName.FREEZE_RULED}' AND t.payload->>'freeze_id' = $1::uuid::text AND t.ticket_id > $2
    AND NOT EXISTS (
        SELECT FROM ticket_event e WHERE e.name = '{RulingName.FREEZE_WITHDRAWN}'
            AND e.payload->>'freeze_id' = $1::uuid::text AND e.ticket_id = t.ticket_id
            AND e.payload->>'link' IS NOT DISTINCT FROM t.payload->>'link'
    )
ORDER BY t.ticket_id LIMIT $3
"""
_CLAIM = """
SELECT j.is_withdrawal, j.after, f.* FROM freeze_job j JOIN pair_freeze f ON f.id = j.freeze_id
WHERE j.done_at IS NULL ORDER BY j.created_at, j.freeze_id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_ADVANCE = """
UPDATE freeze_job SET after = $3, ruled = ruled + $4, done_at = CASE WHEN $5 THEN statement_timestamp() END
WHERE freeze_id = $1 AND is_withdrawal = $2
"""
_AGAIN = """
UPDATE freeze_job j SET done_at = NULL, after = $1::uuid FROM pair_freeze f
WHERE f.id = j.freeze_id AND j.done_at IS NOT NULL AND f.ends_at > $2
    AND j.is_withdrawal = (f.withdrawn_at IS NOT NULL)
"""


async def find_freeze(session: AsyncSession, freeze_id: UUID, *, lock: bool = False) -> Freeze | None:
    """The freeze's row; with `lock` until the transaction ends."""
    return await session.get(Freeze, freeze_id, with_for_update=True if lock else None)


async def page_of_freezes(
    session: AsyncSession, page: PageWanted, wanted: Between
) -> tuple[Sequence[Freeze], str | None]:
    """Freezes, newest first; of a period those that were agreed or withdrawn in it, or whose time it touches."""
    columns = (col(Freeze.created_at), col(Freeze.id))
    statement = select(Freeze).order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    statement = statement.where(
        *wanted.conditions(col(Freeze.customer_department_id), col(Freeze.provider_department_id))
    )
    if wanted.since is not None or wanted.before is not None:
        settled = (wanted.holds(col(Freeze.agreed_at)), wanted.holds(col(Freeze.withdrawn_at)))
        statement = statement.where(or_(*settled, and_(*_touched(wanted))))
    after = page.typed_after(datetime, UUID)
    if after is not None:
        statement = statement.where(older_than(columns, after))
    rows, goes_on = page.split((await session.scalars(statement)).all())
    return rows, page.cursor((rows[-1].created_at, rows[-1].id)) if goes_on else None


def _touched(wanted: Between) -> Iterator[ColumnElement[bool]]:
    """The conditions that a freeze was agreed for a time that the period touches."""
    yield col(Freeze.agreed_at).is_not(None)
    if wanted.since is not None:
        yield col(Freeze.ends_at) > wanted.since
    if wanted.before is not None:
        yield col(Freeze.begins_at) < wanted.before


async def signatures_of(session: AsyncSession, freeze_ids: Collection[UUID]) -> dict[UUID, list[FreezeSignature]]:
    """Who signed these, in the order of time."""
    wanted = select(FreezeSignature).where(col(FreezeSignature.freeze_id).in_(list(freeze_ids)))
    found: dict[UUID, list[FreezeSignature]] = {each: [] for each in freeze_ids}
    for signature in await session.scalars(wanted.order_by(col(FreezeSignature.signed_at))):
        found[signature.freeze_id].append(signature)
    return found


async def tickets_ruled(session: AsyncSession, freeze_ids: Collection[UUID]) -> dict[UUID, int]:
    """To how many open tickets each of these was taken."""
    wanted = select(col(FreezeJob.freeze_id), col(FreezeJob.ruled)).where(
        col(FreezeJob.freeze_id).in_(list(freeze_ids)), col(FreezeJob.is_withdrawal).is_(False)
    )
    return {row[0]: row[1] for row in await session.execute(wanted)}


async def look_again(connection: Connection, now: datetime) -> None:
    """Let freezes that are not over go out again: to tickets that were imported or reopened since."""
    await connection.execute(_AGAIN, FIRST, now)


async def claim_job(connection: Connection) -> Any:
    """The oldest one under way that nobody else works on, with its freeze; none where there is none."""
    return await connection.fetchrow(_CLAIM)


async def tickets_concerned(connection: Connection, job: Any, n: int) -> list[UUID]:
    """The next `n` tickets at most, in the order of their ids: it covers an open part of them, or has frozen one."""
    if job["is_withdrawal"]:
        rows = await connection.fetch(_RULED_ON, job["id"], job["after"], n)
    else:
        pair = job["customer_department_id"], job["provider_department_id"]
        rows = await connection.fetch(_COVERED, *pair, job["id"], job["offering_ids"], job["after"], n)
    return [row[0] for row in rows]


async def advance_job(connection: Connection, job: Any, after: UUID, ruled: int, *, is_done: bool) -> None:
    """So far has it come."""
    await connection.execute(_ADVANCE, job["id"], job["is_withdrawal"], after, ruled, is_done)
