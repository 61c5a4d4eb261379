"""Proposing a freeze, signing it for a side, withdrawing it: all before it begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.agreements.policies import is_deputy_for, sides_of
from services.requests.agreements.refusals import MayNotSign
from services.requests.agreements.rules.content import AgreementSide
from services.requests.agreements.rules.contradictions import OwnProvider
from services.requests.agreements.service.offered import check_offered
from services.requests.departments.service import Identity, require_departments
from services.requests.freezes.models import Freeze, FreezeJob, FreezeSignature
from services.requests.freezes.queries import FIRST, signatures_of
from services.requests.freezes.refusals import (
    FreezeBegun,
    FreezeIsEmpty,
    FreezeIsWithdrawn,
    FreezeSigned,
    FreezeTooLong,
    MayNotFreeze,
    SignsForBoth,
)
from services.requests.freezes.rules import LONGEST
from services.requests.freezes.schemas import NewFreeze
from services.requests.freezes.service.reading import readable_freeze
from services.requests.tickets.refusals import check_instant
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.schemas import instant_text


async def propose_freeze(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewFreeze, *, now: datetime
) -> Freeze:
    """A freeze that nobody has signed yet. PROPOSING_PROBLEMS."""
    fetch = session_fetch(session)
    pair = {
        new.customer_department_id: "/customer_department_id",
        new.provider_department_id: "/provider_department_id",
    }
    await require_departments(fetch, identity, pair)
    sides = sides_of(actor, new.customer_department_id, new.provider_department_id)
    if not sides:
        raise MayNotFreeze
    if new.customer_department_id == new.provider_department_id:
        raise OwnProvider(pointer="/provider_department_id")
    _check_span(new, now)
    await check_offered(fetch, new.offering_ids or (), new.provider_department_id)
    freeze = Freeze(
        id=uuid7(),
        customer_department_id=new.customer_department_id,
        provider_department_id=new.provider_department_id,
        offering_ids=None if new.offering_ids is None else list(dict.fromkeys(new.offering_ids)),
        begins_at=new.from_,
        ends_at=new.to,
        reason=new.reason,
        proposed_by=actor.id,
        proposed_for=sides[0].value,
        created_at=now,
    )
    session.add(freeze)
    await session.flush()
    return freeze


def _check_span(new: NewFreeze, now: datetime) -> None:
    check_instant(new.from_, "/from")
    check_instant(new.to, "/to")
    if new.to <= new.from_:
        raise FreezeIsEmpty(pointer="/to")
    if new.to - new.from_ > LONGEST:
        raise FreezeTooLong(pointer="/to", days=LONGEST.days)
    if new.from_ <= now:
        raise FreezeBegun(pointer="/from", begins_at=instant_text(new.from_))


async def sign_freeze(
    session: AsyncSession, actor: Actor, freeze_id: UUID, wanted: AgreementSide | None, *, now: datetime
) -> Freeze:
    """One side's word; with the second it is agreed, and goes to the tickets. SIGNING_PROBLEMS."""
    freeze = await readable_freeze(session, actor, freeze_id, lock=True)
    sides = [side for side in _sides(actor, freeze) if wanted in (None, side)]
    if not sides:
        raise MayNotSign
    _check_open(freeze, now)
    given = (await signatures_of(session, [freeze_id]))[freeze_id]
    free = [side for side in sides if side.value not in {signature.side for signature in given}]
    if not free:
        raise FreezeSigned
    if any(signature.person_id == actor.id for signature in given):
        raise SignsForBoth
    department_id = _department_of(freeze, free[0])
    session.add(
        FreezeSignature(
            freeze_id=freeze_id,
            side=free[0].value,
            department_id=department_id,
            person_id=actor.id,
            is_deputy=is_deputy_for(actor, department_id),
            signed_at=now,
        )
    )
    freeze.version += 1
    if given:
        freeze.agreed_at = now
        session.add(_job(freeze, now, is_withdrawal=False))
    await session.flush()
    return freeze


async def withdraw_freeze(session: AsyncSession, actor: Actor, freeze_id: UUID, *, now: datetime) -> Freeze:
    """Either side takes its word back while it has not begun. WITHDRAWING_PROBLEMS."""
    freeze = await readable_freeze(session, actor, freeze_id, lock=True)
    sides = _sides(actor, freeze)
    if not sides:
        raise MayNotSign
    _check_open(freeze, now)
    freeze.withdrawn_at, freeze.withdrawn_by, freeze.withdrawn_for = now, actor.id, sides[0].value
    freeze.version += 1
    if freeze.agreed_at is not None:
        session.add(_job(freeze, now, is_withdrawal=True))
    await session.flush()
    return freeze


def _sides(actor: Actor, freeze: Freeze) -> list[AgreementSide]:
    return sides_of(actor, freeze.customer_department_id, freeze.provider_department_id)


def _check_open(freeze: Freeze, now: datetime) -> None:
    if freeze.withdrawn_at is not None:
        raise FreezeIsWithdrawn
    if freeze.begins_at <= now:
        raise FreezeBegun(begins_at=instant_text(freeze.begins_at))


def _department_of(freeze: Freeze, side: AgreementSide) -> UUID:
    return freeze.customer_department_id if side is AgreementSide.CUSTOMER else freeze.provider_department_id


def _job(freeze: Freeze, now: datetime, *, is_withdrawal: bool) -> FreezeJob:
    return FreezeJob(freeze_id=freeze.id, is_withdrawal=is_withdrawal, after=FIRST, ruled=0, created_at=now)
