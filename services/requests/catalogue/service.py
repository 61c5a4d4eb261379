"""Publishing offerings and changing them; each change is a new version, and tickets keep theirs."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.calendars.queries import calendars_by_id
from services.requests.calendars.refusals import UnknownCalendar
from services.requests.catalogue.approvals import ApprovalLevel, ApproverRole, RoleOrPerson, check_approvals
from services.requests.catalogue.form_check import check_form
from services.requests.catalogue.models import Offering, OfferingVersion
from services.requests.catalogue.policies import can_write_offerings
from services.requests.catalogue.queries import find_offering
from services.requests.catalogue.rules import check_targets
from services.requests.catalogue.schemas import Approval, DefaultTarget, NewForm, NewOffering, OfferingChanges
from services.requests.departments.service import Identity, require_department
from services.requests.people.service import require_people
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class UnknownOffering(NotFound):
    code = "unknown_offering"
    detail = Texts(
        "The offering {offering_id} does not exist, or you may not see it.",
        "La oferta {offering_id} no existe, o usted no puede verla.",
    )


class OfferingCodeTaken(Conflict):
    code = "offering_code_taken"
    detail = Texts(
        "This department has another offering with the code {code}.",
        "Este departamento tiene otra oferta con el código {code}.",
    )


class MayNotWriteOfferings(Forbidden):
    code = "may_not_write_offerings"
    detail = Texts(
        "What a department offers is written by its manager, admins and service accounts.",
        "Lo que ofrece un departamento lo escriben su gerencia, la administración y las cuentas de servicio.",
    )


async def publish_offering(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewOffering, *, now: datetime
) -> Offering:
    """A new offering with version 1.

    UnknownDepartment, DepartmentsUnavailable, MayNotWriteOfferings, OfferingCodeTaken, and what
    `_checked`, `_checked_form`, `_checked_approvals` and `_check_whole` raise.
    """
    fetch = session_fetch(session)
    await require_department(fetch, identity, new.provider_department_id, pointer="/provider_department_id")
    if not can_write_offerings(actor, new.provider_department_id):
        raise MayNotWriteOfferings
    offering = Offering(
        id=uuid7(),
        code=new.code,
        name=new.name,
        provider_department_id=new.provider_department_id,
        form=await _checked_form(new.form),
        default_targets=await _checked(session, new.default_targets),
        approvals=await _checked_approvals(session, identity, new.approvals),
        is_confidential=new.confidential,
        is_offered=new.is_offered,
        created_at=now,
    )
    _check_whole(offering)
    session.add(offering)
    await _keep(session, actor, offering, now)
    return offering


async def change_offering(
    session: AsyncSession,
    actor: Actor,
    identity: Identity,
    offering_id: UUID,
    changes: OfferingChanges,
    *,
    check_version: Callable[[int], None],
    now: datetime,
) -> Offering:
    """The offering with these changes, as its next version; without any it stays as it is.

    `check_version` refuses a stale caller. UnknownOffering, MayNotWriteOfferings, OfferingCodeTaken, and what
    `_checked`, `_checked_form`, `_checked_approvals` and `_check_whole` raise.
    """
    offering = await find_offering(session, offering_id, lock=True)
    if offering is None:
        raise UnknownOffering(offering_id=offering_id)
    if not can_write_offerings(actor, offering.provider_department_id):
        raise MayNotWriteOfferings
    check_version(offering.version)
    given = changes.given()
    if not given:
        return offering
    if "default_targets" in given:
        given["default_targets"] = await _checked(session, changes.default_targets)
    if "form" in given:
        given["form"] = await _checked_form(changes.form)
    if "approvals" in given:
        given["approvals"] = await _checked_approvals(session, identity, changes.approvals)
    if "confidential" in given:
        given["is_confidential"] = given.pop("confidential")
    for name, value in given.items():
        setattr(offering, name, value)
    _check_whole(offering)
    offering.version += 1
    await _keep(session, actor, offering, now)
    return offering


async def _checked_form(form: NewForm | None) -> dict[str, Any] | None:
    """The form as it is stored; the problems of `check_form`, which takes its time in a thread."""
    if form is None:
        return None
    size = await asyncio.to_thread(check_form, form.schema_, form.expected)
    return {"schema": form.schema_, "expected": form.expected, "size": size}


async def _checked(session: AsyncSession, targets: Sequence[DefaultTarget]) -> list[dict[str, Any]]:
    """The targets as they are stored. DuplicateTarget, OnlyForResolution, UnknownCalendar."""
    check_targets([target.as_published() for target in targets])
    named = {target.calendar_id for target in targets if target.calendar_id is not None}
    known = await calendars_by_id(session_fetch(session), list(named)) if named else {}
    for place, target in enumerate(targets):
        if target.calendar_id is not None and target.calendar_id not in known:
            pointer = f"/default_targets/{place}/calendar_id"
            raise UnknownCalendar(pointer=pointer, calendar_id=target.calendar_id)
    return [target.model_dump(mode="json") for target in targets]


async def _checked_approvals(
    session: AsyncSession, identity: Identity, levels: Sequence[Approval]
) -> list[dict[str, Any]]:
    """The levels as they are stored. RoleOrPerson, UnknownPerson, PeopleUnavailable."""
    for place, level in enumerate(levels):
        if level.role is not None and level.person_id is not None:
            raise RoleOrPerson(pointer=f"/approvals/{place}/role")
    named = {level.person_id: place for place, level in enumerate(levels) if level.person_id is not None}
    pointers = {person_id: f"/approvals/{place}/person_id" for person_id, place in named.items()}
    await require_people(session_fetch(session), identity, pointers)
    return [
        level.model_dump(mode="json") | {"role": None if level.person_id else ApproverRole.MANAGER.value}
        for level in levels
    ]


def _check_whole(offering: Offering) -> None:
    """What parts of an offering say of each other. ThresholdOutsideForm, HiddenFromApprover."""
    check_approvals(
        [ApprovalLevel.read(level) for level in offering.approvals],
        offering.form["schema"] if offering.form else None,
        is_confidential=offering.is_confidential,
    )


async def _keep(session: AsyncSession, actor: Actor, offering: Offering, now: datetime) -> None:
    """Write the offering, and beside it what it is from now on."""
    code = offering.code
    content = offering.model_dump(mode="json", exclude={"id", "version", "created_at"})
    version = OfferingVersion(
        offering_id=offering.id, number=offering.version, content=content, created_at=now, created_by=actor.id
    )
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as taken:
        raise OfferingCodeTaken(pointer="/code", code=code) from taken
    session.add(version)
