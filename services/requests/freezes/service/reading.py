"""A freeze as its readers see it: everybody in one of its departments, and who answers for one below."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.agreements.policies import answered_for, can_read_agreement, sees_every_agreement
from services.requests.agreements.queries.between import Between
from services.requests.agreements.rules.content import AgreementSide
from services.requests.departments.queries import departments_above
from services.requests.freezes.models import Freeze
from services.requests.freezes.queries import (
    find_freeze,
    page_of_freezes,
    signatures_of,
    tickets_ruled,
)
from services.requests.freezes.refusals import UnknownFreeze
from services.requests.freezes.rules import state_of
from services.requests.freezes.schemas import FreezePublic, FreezeSignaturePublic
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.paging import PageWanted
from services.shared.schemas import Page


async def readable_freeze(session: AsyncSession, actor: Actor, freeze_id: UUID, *, lock: bool = False) -> Freeze:
    """The freeze, if the actor may read it; with `lock` for this transaction. UnknownFreeze."""
    freeze = await find_freeze(session, freeze_id, lock=lock)
    if freeze is None:
        raise UnknownFreeze
    line = await departments_above(session_fetch(session), answered_for(actor))
    if not can_read_agreement(actor, (freeze.customer_department_id, freeze.provider_department_id), line):
        raise UnknownFreeze
    return freeze


async def list_freezes(
    session: AsyncSession, actor: Actor, page: PageWanted, wanted: Between, *, now: datetime
) -> Page[FreezePublic]:
    """What the actor may read of what is wanted (`visible` is not asked of callers), newest first."""
    if not sees_every_agreement(actor):
        above = await departments_above(session_fetch(session), answered_for(actor))
        wanted = wanted.seen_by({*actor.department_roles, *above})
    rows, following = await page_of_freezes(session, page, wanted)
    return Page(items=await _shown(session, rows, now), next=following)


async def show_freeze(session: AsyncSession, freeze: Freeze, *, now: datetime) -> FreezePublic:
    """One freeze as it stands now."""
    return (await _shown(session, [freeze], now))[0]


async def _shown(session: AsyncSession, freezes: Sequence[Freeze], now: datetime) -> list[FreezePublic]:
    ids = [freeze.id for freeze in freezes]
    signatures, tickets = await signatures_of(session, ids), await tickets_ruled(session, ids)
    return [
        FreezePublic(
            id=freeze.id,
            customer_department_id=freeze.customer_department_id,
            provider_department_id=freeze.provider_department_id,
            offering_ids=freeze.offering_ids,
            from_=freeze.begins_at,
            to=freeze.ends_at,
            reason=freeze.reason,
            state=state_of(freeze, now),
            proposed_by=freeze.proposed_by,
            proposed_for=AgreementSide(freeze.proposed_for),
            created_at=freeze.created_at,
            agreed_at=freeze.agreed_at,
            withdrawn_at=freeze.withdrawn_at,
            withdrawn_by=freeze.withdrawn_by,
            withdrawn_for=AgreementSide(freeze.withdrawn_for) if freeze.withdrawn_for else None,
            signatures=[FreezeSignaturePublic.model_validate(each) for each in signatures[freeze.id]],
            tickets=tickets.get(freeze.id, 0),
            version=freeze.version,
        )
        for freeze in freezes
    ]
