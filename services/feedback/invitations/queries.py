"""Named reads and writes of fulfilments and invitations."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.feedback.invitations.models import Fulfilment, Invitation, NotAsked, Reopening, RequestSent
from services.feedback.invitations.rules.asking import BUDGET
from services.shared.paging import PageWanted, older_than

Key = tuple[UUID, int]
"""A ticket and its cycle."""


async def keep_fulfilment(session: AsyncSession, values: dict[str, Any]) -> tuple[Fulfilment, bool]:
    """The fulfilment of this ticket and cycle, and whether it is new: the first one, or in place of one taken back."""
    row = insert(Fulfilment).values({**values, "taken_back_at": None})
    replaced = {name: row.excluded[name] for name in (*values, "taken_back_at")}
    was_slip = col(Fulfilment.taken_back_at).is_not(None) & (col(Fulfilment.version) < row.excluded.version)
    kept = row.on_conflict_do_update(index_elements=["ticket_id", "cycle"], set_=replaced, where=was_slip)
    is_new = await session.scalar(kept.returning(col(Fulfilment.ticket_id))) is not None
    found = await session.get(Fulfilment, (values["ticket_id"], values["cycle"]), populate_existing=True)
    if found is None:
        raise LookupError(f"the fulfilment {values['ticket_id']}/{values['cycle']} was just written")
    return found, is_new


async def take_back_fulfilment(session: AsyncSession, key: Key, *, version: int, now: datetime) -> Fulfilment | None:
    """Mark a fulfilment of an earlier version as a slip; none where there is no such one or somebody has answered."""
    answers = exists().where(_same_cycle(Invitation, key), col(Invitation.answered_at).is_not(None))
    mark = (
        update(Fulfilment)
        .where(_same_cycle(Fulfilment, key), col(Fulfilment.version) < version)
        .where(col(Fulfilment.taken_back_at).is_(None), ~answers)
        .values(taken_back_at=now)
        .returning(Fulfilment)
    )
    return (await session.scalars(mark)).one_or_none()


async def keep_reopening(session: AsyncSession, ticket_id: UUID, version: int) -> None:
    """Remember the highest version at which this ticket was reopened."""
    row = insert(Reopening).values(ticket_id=ticket_id, version=version)
    highest = {"version": func.greatest(col(Reopening.version), row.excluded.version)}
    await session.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_=highest))


async def is_reopened_after(session: AsyncSession, ticket_id: UUID, version: int) -> bool:
    """Whether the ticket is known to have been reopened at a later version."""
    reopening = await session.get(Reopening, ticket_id)
    return reopening is not None and reopening.version > version


async def withdraw_open(session: AsyncSession, ticket_id: UUID, *, version: int, now: datetime) -> None:
    """Withdraw the invitations about fulfilments of earlier versions that nobody has answered and that still could."""
    await session.execute(
        update(Invitation)
        .where(col(Invitation.ticket_id) == ticket_id, col(Invitation.expires_at) > now)
        .where(col(Invitation.answered_at).is_(None), col(Invitation.withdrawn_at).is_(None))
        .where(col(Fulfilment.ticket_id) == ticket_id, col(Fulfilment.cycle) == col(Invitation.cycle))
        .where(col(Fulfilment.version) < version)
        .values(withdrawn_at=now)
    )


async def hold_budgets(session: AsyncSession, people: Collection[UUID]) -> None:
    """Let nobody else send these people requests until the transaction ends."""
    for person_id in sorted(people):
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"budget:{person_id}", 0))))


async def requests_sent(session: AsyncSession, person_id: UUID, now: datetime) -> list[datetime]:
    """When the requests were sent that may still count towards the person's budget."""
    since = now - max((limit.within for limit in BUDGET), default=timedelta())
    query = select(col(RequestSent.sent_at))
    rows = await session.scalars(query.where(col(RequestSent.person_id) == person_id, col(RequestSent.sent_at) > since))
    return list(rows)


async def is_asked_about(session: AsyncSession, fulfilment: Fulfilment) -> bool:
    """Whether anybody got a request about this fulfilment, and not only about a slip before it."""
    about = exists().where(
        _same_cycle(RequestSent, (fulfilment.ticket_id, fulfilment.cycle)),
        col(RequestSent.fulfilment_version) == fulfilment.version,
    )
    return bool(await session.scalar(select(about)))


async def invitations_of_fulfilment(session: AsyncSession, key: Key) -> dict[UUID, Invitation]:
    """Who was asked about it, withdrawn invitations included, by person."""
    rows = await session.scalars(select(Invitation).where(_same_cycle(Invitation, key)))
    return {row.person_id: row for row in rows}


async def note_not_asked(session: AsyncSession, key: Key, person_id: UUID, reason: str, *, now: datetime) -> None:
    """Write down that this person was not asked; a later reason takes the place of an earlier one."""
    row = insert(NotAsked).values(ticket_id=key[0], cycle=key[1], person_id=person_id, reason=reason, at=now)
    later = {"reason": row.excluded.reason, "at": row.excluded["at"]}
    await session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "cycle", "person_id"], set_=later))


async def forget_not_asked(session: AsyncSession, key: Key, person_id: UUID) -> None:
    """They are asked after all."""
    await session.execute(delete(NotAsked).where(_same_cycle(NotAsked, key), col(NotAsked.person_id) == person_id))


async def find_invitation(
    session: AsyncSession, invitation_id: UUID, *, for_update: bool = False
) -> tuple[Invitation, Fulfilment] | None:
    """An invitation and what it is about; held until the transaction ends where it is to be answered."""
    query = _with_fulfilment().where(col(Invitation.id) == invitation_id)
    if for_update:
        query = query.with_for_update(of=Invitation)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def page_of_invitations(
    session: AsyncSession, person_id: UUID, page: PageWanted
) -> Sequence[tuple[Invitation, Fulfilment]]:
    """The person's own, newest first, one more than the page holds."""
    query = _with_fulfilment().where(col(Invitation.person_id) == person_id)
    order = [col(Invitation.issued_at), col(Invitation.id)]
    after = page.typed_after(datetime, UUID)
    if after is not None:
        query = query.where(older_than(order, after))
    query = query.order_by(*(column.desc() for column in order)).limit(page.limit + 1)
    return [(row[0], row[1]) for row in (await session.execute(query))]


def _with_fulfilment() -> Any:
    is_about = (col(Fulfilment.ticket_id) == col(Invitation.ticket_id)) & (
        col(Fulfilment.cycle) == col(Invitation.cycle)
    )
    return select(Invitation, Fulfilment).join(Fulfilment, is_about)


def _same_cycle(table: type[Fulfilment | Invitation | NotAsked | RequestSent], key: Key) -> Any:
    return (col(table.ticket_id) == key[0]) & (col(table.cycle) == key[1])
