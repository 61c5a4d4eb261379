"""An agreement as its readers see it, on the date that it is where the agreement has its dates."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.agreements.models import Agreement, AgreementSignature
from services.requests.agreements.policies import answered_for, can_read_agreement, sees_every_agreement
from services.requests.agreements.queries.read import (
    SavedVersion,
    Wanted,
    find_agreement,
    find_termination,
    find_version,
    page_of_agreements,
    page_of_versions,
    signatures_under,
    standing_of,
    zones_of_agreements,
)
from services.requests.agreements.refusals import UnknownAgreement, UnknownAgreementVersion
from services.requests.agreements.rules.covered import version_state
from services.requests.agreements.rules.differences import differences
from services.requests.agreements.schemas import (
    AgreementListed,
    AgreementPublic,
    AgreementVersionPublic,
    ComparisonPublic,
    DifferencePublic,
    SignaturePublic,
    TerminationPublic,
)
from services.requests.calendars.rules import local_date
from services.requests.departments.queries import departments_above
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.paging import PageWanted
from services.shared.schemas import Page


async def readable_agreement(
    session: AsyncSession, actor: Actor, agreement_id: UUID, *, lock: bool = False, pointer: str | None = None
) -> Agreement:
    """The agreement, if the actor may read it; with `lock` for this transaction. UnknownAgreement with the pointer."""
    agreement = await find_agreement(session, agreement_id, lock=lock)
    if agreement is None:
        raise UnknownAgreement(pointer=pointer)
    line = await departments_above(session_fetch(session), answered_for(actor))
    if not can_read_agreement(actor, (agreement.customer_department_id, agreement.provider_department_id), line):
        raise UnknownAgreement(pointer=pointer)
    return agreement


async def list_agreements(
    session: AsyncSession, actor: Actor, page: PageWanted, wanted: Wanted, *, now: datetime
) -> Page[AgreementListed]:
    """What the actor may read of what is wanted (`visible` is not asked of callers), newest first."""
    fetch = session_fetch(session)
    if not sees_every_agreement(actor):
        above = await departments_above(fetch, answered_for(actor))
        wanted = wanted.seen_by({*actor.department_roles, *above})
    today = {zone: local_date(now, zone) for zone in await zones_of_agreements(fetch)}
    rows, following = await page_of_agreements(fetch, page, wanted, today=today)
    return Page(items=[AgreementListed.model_validate(row) for row in rows], next=following)


async def show_agreement(session: AsyncSession, agreement: Agreement, *, now: datetime) -> AgreementPublic:
    """The agreement with the version that holds today; where none does the next one, or else the latest."""
    fetch = session_fetch(session)
    today = local_date(now, agreement.time_zone)
    standing = await standing_of(fetch, agreement.id, today={agreement.time_zone: today})
    number = standing.number_in_force or standing.number_upcoming or standing.latest_number
    termination = await find_termination(session, agreement.id)
    return AgreementPublic(
        **AgreementListed.model_validate(standing).model_dump(),
        current_version=await show_version(session, agreement, number, now=now),
        termination=None if termination is None else TerminationPublic.model_validate(termination),
    )


async def show_version(
    session: AsyncSession, agreement: Agreement, number: int, *, now: datetime
) -> AgreementVersionPublic:
    """One version. UnknownAgreementVersion."""
    version = await known_version(session, agreement, number)
    return (await _shown(session, agreement, [version], now))[0]


async def list_versions(
    session: AsyncSession, agreement: Agreement, page: PageWanted, *, now: datetime
) -> Page[AgreementVersionPublic]:
    """All versions, newest first."""
    rows, following = await page_of_versions(session_fetch(session), agreement.id, page)
    return Page(items=await _shown(session, agreement, list(rows), now), next=following)


async def known_version(
    session: AsyncSession, agreement: Agreement, number: int, *, pointer: str | None = None
) -> SavedVersion:
    """The version as it is kept. UnknownAgreementVersion with the pointer."""
    version = await find_version(session_fetch(session), agreement.id, number)
    if version is None:
        raise UnknownAgreementVersion(pointer=pointer, number=number)
    return version


async def compare_versions(
    session: AsyncSession, agreement: Agreement, number: int, against: int | None
) -> ComparisonPublic:
    """What differs from version `against` (else from the one before, the first from nothing) to this one."""
    after = await known_version(session, agreement, number)
    against = against or (number - 1 or None)
    before = None if against is None else await known_version(session, agreement, against, pointer="?against")
    found = differences(None if before is None else before.document, after.document)
    return ComparisonPublic(
        number=number, against=against, items=[DifferencePublic.model_validate(each) for each in found]
    )


async def _shown(
    session: AsyncSession, agreement: Agreement, versions: list[SavedVersion], now: datetime
) -> list[AgreementVersionPublic]:
    signatures = await signatures_under(session, agreement.id, [each.number for each in versions])
    is_terminated = await find_termination(session, agreement.id) is not None
    today = local_date(now, agreement.time_zone)
    return [_told(each, signatures.get(each.number, []), is_terminated, today) for each in versions]


def _told(
    version: SavedVersion, signatures: list[AgreementSignature], is_terminated: bool, today: date
) -> AgreementVersionPublic:
    state = version_state(
        is_latest=version.is_latest,
        is_signed=len(signatures) == 2,
        is_last_signed=version.is_last_signed,
        span=version.span,
        effective_until=version.effective_until,
        is_terminated=is_terminated,
        today=today,
    )
    begins, ends = version.span or (None, None)
    return AgreementVersionPublic(
        **version.document,
        id=version.id,
        agreement_id=version.agreement_id,
        number=version.number,
        state=state,
        in_force_from=begins,
        in_force_until=ends,
        proposed_by=version.proposed_by,
        proposed_for=version.proposed_for,
        proposed_at=version.proposed_at,
        signatures=[SignaturePublic.model_validate(each) for each in signatures],
    )
