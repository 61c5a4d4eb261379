"""Proposing: a first version, or one that takes the place of what is on the table, whichever side laid it there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.agreements.models import Agreement, AgreementVersion
from services.requests.agreements.policies import sides_of
from services.requests.agreements.queries.read import find_termination
from services.requests.agreements.refusals import (
    AgreementHasEnded,
    MayNotPropose,
    OtherPair,
    ReassignsToOutsider,
)
from services.requests.agreements.rules.content import AgreementContent, AgreementSide, content_from
from services.requests.agreements.rules.contradictions import OwnProvider, check_content
from services.requests.agreements.rules.covered import begins_on
from services.requests.agreements.schemas import NewAgreement, NewAgreementVersion, document_of
from services.requests.agreements.service.budgets import check_underpinning
from services.requests.agreements.service.offered import check_offered
from services.requests.agreements.service.reading import readable_agreement
from services.requests.calendars.queries import zones_of_calendars
from services.requests.calendars.refusals import UnknownCalendar
from services.requests.calendars.rules import local_date
from services.requests.db import Outbox
from services.requests.departments.service import Identity, require_departments
from services.requests.events import AgreementProposed
from services.requests.people.service import require_people
from services.shared.auth import Actor
from services.shared.idempotency import Fetch, session_fetch
from services.shared.outbox import enqueue


async def propose_agreement(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewAgreement, *, now: datetime
) -> Agreement:
    """A new agreement with its first version, which nobody has signed yet.

    UnknownDepartment, DepartmentsUnavailable, MayNotPropose, and what `_checked` raises.
    """
    fetch = session_fetch(session)
    customer_id, provider_id = new.customer_department_id, new.provider_department_id
    pointers = {provider_id: "/provider_department_id", customer_id: "/customer_department_id"}
    await require_departments(fetch, identity, pointers)
    side = _side_of(actor, customer_id, provider_id)
    if customer_id == provider_id:
        raise OwnProvider(pointer="/provider_department_id")
    document = document_of(new, customer_id, provider_id)
    zones = await check_calendars(fetch, content_from(document))
    agreement = Agreement(
        id=uuid7(),
        customer_department_id=customer_id,
        provider_department_id=provider_id,
        time_zone=zones[new.provider_calendar_id],
        latest_number=1,
        created_at=now,
        created_by=actor.id,
    )
    await _check(fetch, identity, actor, agreement, document, now)
    session.add(agreement)
    await _lay_down(session, actor, agreement, side, document, now)
    return agreement


async def propose_version(
    session: AsyncSession,
    actor: Actor,
    identity: Identity,
    agreement_id: UUID,
    new: NewAgreementVersion,
    *,
    now: datetime,
) -> Agreement:
    """The agreement's next version, which supersedes one that is not signed by both; the agreement.

    UnknownAgreement, MayNotPropose, AgreementHasEnded, OtherPair, and what `_checked` raises.
    """
    fetch = session_fetch(session)
    agreement = await readable_agreement(session, actor, agreement_id, lock=True)
    side = _side_of(actor, agreement.customer_department_id, agreement.provider_department_id)
    termination = await find_termination(session, agreement_id)
    if termination is not None:
        raise AgreementHasEnded(ends_on=termination.ends_on.isoformat())
    for field in ("customer_department_id", "provider_department_id"):
        if getattr(new, field) not in (None, getattr(agreement, field)):
            raise OtherPair(pointer=f"/{field}")
    document = document_of(new, agreement.customer_department_id, agreement.provider_department_id)
    await check_calendars(fetch, content_from(document))
    await _check(fetch, identity, actor, agreement, document, now)
    agreement.latest_number += 1
    agreement.version += 1
    await _lay_down(session, actor, agreement, side, document, now)
    return agreement


def _side_of(actor: Actor, customer_id: UUID, provider_id: UUID) -> AgreementSide:
    sides = sides_of(actor, customer_id, provider_id)
    if not sides:
        raise MayNotPropose
    return sides[0]


async def check_calendars(fetch: Fetch, content: AgreementContent) -> Mapping[UUID, str]:
    """The zones of the calendars that are named. UnknownCalendar."""
    rows = [(f"/stages/{place}", each.calendar_id) for place, each in enumerate(content.stages)]
    rows += [(f"/targets/{place}", each.calendar_id) for place, each in enumerate(content.targets)]
    named = {calendar_id: f"{row}/calendar_id" for row, calendar_id in reversed(rows) if calendar_id is not None}
    named |= {
        content.provider_calendar_id: "/provider_calendar_id",
        content.customer_calendar_id: "/customer_calendar_id",
    }
    zones = await zones_of_calendars(fetch, named)
    for calendar_id, pointer in named.items():
        if calendar_id not in zones:
            raise UnknownCalendar(pointer=pointer, calendar_id=calendar_id)
    return zones


async def _check(
    fetch: Fetch, identity: Identity, actor: Actor, agreement: Agreement, document: dict[str, Any], now: datetime
) -> None:
    """CONTENT_PROBLEMS, what `_check_people` and `check_underpinning` raise, UnknownOffering, OfferingOfAnother."""
    content, today = content_from(document), local_date(now, agreement.time_zone)
    check_content(content, today)
    await check_underpinning(fetch, actor, agreement, content, on=begins_on(content, today))
    providers = await check_offered(fetch, content.offering_ids, content.provider_department_id)
    await _check_people(fetch, identity, content, {content.provider_department_id, *providers})


async def _check_people(fetch: Fetch, identity: Identity, content: AgreementContent, serving: set[UUID]) -> None:
    """UnknownPerson, PeopleUnavailable, ReassignsToOutsider."""
    named = {
        rule.reassign_to: f"/escalations/{place}/reassign_to"
        for place, rule in enumerate(content.escalations)
        if rule.reassign_to is not None
    }
    people = await require_people(fetch, identity, named)
    for person_id, pointer in named.items():
        if not people[person_id].serves_any(serving):
            raise ReassignsToOutsider(pointer=pointer)


async def _lay_down(
    session: AsyncSession,
    actor: Actor,
    agreement: Agreement,
    side: AgreementSide,
    document: dict[str, Any],
    now: datetime,
) -> None:
    """Keep the proposal, and tell of it."""
    content = content_from(document)
    version = AgreementVersion(
        id=uuid7(),
        agreement_id=agreement.id,
        number=agreement.latest_number,
        content=document,
        effective_from=content.effective_from,
        effective_until=content.effective_until,
        proposed_by=actor.id,
        proposed_for=side.value,
        proposed_at=now,
    )
    await session.flush()
    session.add(version)
    proposed = AgreementProposed(
        agreement_id=agreement.id,
        agreement_version_id=version.id,
        number=version.number,
        customer_department_id=agreement.customer_department_id,
        provider_department_id=agreement.provider_department_id,
        proposed_by=actor.id,
        proposed_for=side.value,
        effective_from=version.effective_from,
        proposed_at=now,
    )
    await enqueue(session, Outbox, proposed, now=now)
