"""Signing for one side, what follows when both have, and ending an agreement."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.agreements.models import Agreement, AgreementSignature, AgreementTermination
from services.requests.agreements.policies import is_deputy_for, sides_of
from services.requests.agreements.queries.coverage import cover, covered_elsewhere, cut_coverage, hold_generation
from services.requests.agreements.queries.read import SavedVersion, find_termination, signatures_under
from services.requests.agreements.refusals import (
    AgreementHasEnded,
    AlreadyCovered,
    AlreadySigned,
    EndsOutside,
    MayNotSign,
    OnePersonForBoth,
    VersionOver,
    VersionSuperseded,
)
from services.requests.agreements.rules.content import AgreementSide
from services.requests.agreements.rules.contradictions import FARTHEST_AHEAD
from services.requests.agreements.rules.covered import Span, begins_on, coverage_of
from services.requests.agreements.schemas import NewSignature, NewTermination
from services.requests.agreements.service.budgets import Calculator, check_budget
from services.requests.agreements.service.reading import known_version, readable_agreement
from services.requests.calendars.rules import local_date
from services.requests.db import Outbox
from services.requests.events import AgreementSigned, AgreementTerminated
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.outbox import enqueue


async def sign_agreement(
    session: AsyncSession,
    calculator: Calculator,
    actor: Actor,
    agreement_id: UUID,
    new: NewSignature,
    *,
    now: datetime,
) -> AgreementSignature:
    """One side's signature under the latest version; with the second it takes effect. SIGNING_PROBLEMS."""
    agreement = await readable_agreement(session, actor, agreement_id, lock=True)
    sides = _sides_wanted(actor, agreement, new.side)
    version = await known_version(session, agreement, new.version, pointer="/version")
    today = local_date(now, agreement.time_zone)
    await _check_open(session, agreement, version, today)
    given = (await signatures_under(session, agreement_id, [new.version])).get(new.version, [])
    side = _free_side(actor, sides, given, new.version)
    await check_budget(session, calculator, actor, agreement, version, now=now)
    signature = AgreementSignature(
        agreement_id=agreement_id,
        number=new.version,
        side=side.value,
        department_id=_department_of(agreement, side),
        person_id=actor.id,
        is_deputy=is_deputy_for(actor, _department_of(agreement, side)),
        signed_at=now,
    )
    session.add(signature)
    agreement.version += 1
    if given:
        await _take_effect(session, agreement, version, today, now)
    return signature


def _sides_wanted(actor: Actor, agreement: Agreement, wanted: AgreementSide | None) -> list[AgreementSide]:
    """The sides for which the actor may sign, or the one that they name of these. MayNotSign."""
    allowed = sides_of(actor, agreement.customer_department_id, agreement.provider_department_id)
    sides = [side for side in allowed if wanted in (None, side)]
    if not sides:
        raise MayNotSign
    return sides


def _free_side(
    actor: Actor, sides: Sequence[AgreementSide], given: Sequence[AgreementSignature], number: int
) -> AgreementSide:
    """The side that is still to be signed for. AlreadySigned, OnePersonForBoth."""
    signed = {signature.side for signature in given}
    free = [side for side in sides if side.value not in signed]
    if not free:
        raise AlreadySigned(pointer="/version", number=number)
    if any(signature.person_id == actor.id for signature in given):
        raise OnePersonForBoth(pointer="/version", number=number)
    return free[0]


async def _check_open(session: AsyncSession, agreement: Agreement, version: SavedVersion, today: date) -> None:
    """AgreementHasEnded, VersionSuperseded, VersionOver."""
    termination = await find_termination(session, agreement.id)
    if termination is not None:
        raise AgreementHasEnded(ends_on=termination.ends_on.isoformat())
    if not version.is_latest:
        raise VersionSuperseded(pointer="/version", number=version.number, latest=agreement.latest_number)
    if version.effective_until is not None and version.effective_until <= today:
        raise VersionOver(pointer="/version", number=version.number, until=version.effective_until.isoformat())


async def _take_effect(
    session: AsyncSession, agreement: Agreement, version: SavedVersion, today: date, now: datetime
) -> None:
    """Let the version cover what it says from its date on, and end the one before there. AlreadyCovered."""
    fetch = session_fetch(session)
    content = version.content
    span: Span = (begins_on(content, today), content.effective_until)
    covered = [(offering_id, priority.value) for offering_id, priority in coverage_of(content)]
    await hold_generation(fetch)
    await cut_coverage(fetch, agreement.id, span[0], today=today)
    try:
        async with session.begin_nested():
            await cover(fetch, agreement, version.number, covered, span)
    except IntegrityError as error:
        other = await covered_elsewhere(fetch, agreement, covered, span)
        if other is None:
            raise
        agreement_id, offering_id, priority = other
        raise AlreadyCovered(
            pointer="/version", agreement_id=agreement_id, offering_id=offering_id, priority=priority
        ) from error
    signed = AgreementSigned(
        agreement_id=agreement.id,
        agreement_version_id=version.id,
        number=version.number,
        customer_department_id=agreement.customer_department_id,
        provider_department_id=agreement.provider_department_id,
        offering_ids=list(content.offering_ids),
        applies_to_open=content.applies_to_open,
        in_force_from=span[0],
        in_force_until=span[1],
        signed_at=now,
    )
    await enqueue(session, Outbox, signed, now=now)


async def terminate_agreement(
    session: AsyncSession, actor: Actor, agreement_id: UUID, new: NewTermination, *, now: datetime
) -> AgreementTermination:
    """The end that one side sets. UnknownAgreement, MayNotSign, AgreementHasEnded, EndsOutside."""
    agreement = await readable_agreement(session, actor, agreement_id, lock=True)
    side = _sides_wanted(actor, agreement, None)[0]
    before = await find_termination(session, agreement_id)
    if before is not None:
        raise AgreementHasEnded(ends_on=before.ends_on.isoformat())
    today = local_date(now, agreement.time_zone)
    ends_on, last = new.ends_on or today, today + FARTHEST_AHEAD
    if not today <= ends_on <= last:
        raise EndsOutside(pointer="/ends_on", first=today.isoformat(), last=last.isoformat())
    department_id = _department_of(agreement, side)
    termination = AgreementTermination(
        agreement_id=agreement_id,
        ends_on=ends_on,
        reason=new.reason,
        side=side.value,
        department_id=department_id,
        person_id=actor.id,
        is_deputy=is_deputy_for(actor, department_id),
        terminated_at=now,
    )
    session.add(termination)
    agreement.version += 1
    fetch = session_fetch(session)
    await hold_generation(fetch)
    await cut_coverage(fetch, agreement_id, ends_on, today=today)
    await _tell_end(session, agreement, termination, now)
    return termination


async def _tell_end(
    session: AsyncSession, agreement: Agreement, termination: AgreementTermination, now: datetime
) -> None:
    ended = AgreementTerminated(
        agreement_id=agreement.id,
        customer_department_id=agreement.customer_department_id,
        provider_department_id=agreement.provider_department_id,
        ends_on=termination.ends_on,
        terminated_for=termination.side,
        terminated_by=termination.person_id,
        terminated_at=now,
    )
    await enqueue(session, Outbox, ended, now=now)


def _department_of(agreement: Agreement, side: AgreementSide) -> UUID:
    is_customer = side is AgreementSide.CUSTOMER
    return agreement.customer_department_id if is_customer else agreement.provider_department_id
