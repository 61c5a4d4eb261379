"""What an offering says, checked and as it is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.calendars.queries import calendars_by_id
from services.requests.calendars.refusals import UnknownCalendar
from services.requests.catalogue.approvals import ApprovalLevel, ApproverRole, RoleOrPerson, check_approvals
from services.requests.catalogue.form_check import check_form
from services.requests.catalogue.models import Offering
from services.requests.catalogue.rules import check_targets
from services.requests.catalogue.schemas import Approval, DefaultTarget, NewForm, Responsibility, Step
from services.requests.catalogue.steps import check_responsibilities, check_steps
from services.requests.departments.service import Identity, require_departments
from services.requests.people.service import require_people
from services.shared.idempotency import session_fetch


async def checked_parts(session: AsyncSession, identity: Identity, given: Mapping[str, Any]) -> dict[str, Any]:
    """These fields of an offering as its row keeps them; each check's problems, with pointers."""
    stored = dict(given)
    if "default_targets" in given:
        stored["default_targets"] = await checked_targets(session, given["default_targets"])
    if "form" in given:
        stored["form"] = await checked_form(given["form"])
    if "approvals" in given:
        stored["approvals"] = await checked_approvals(session, identity, given["approvals"])
    if "steps" in given:
        stored["steps"] = checked_steps(given["steps"])
    if "responsibilities" in given:
        stored["responsibilities"] = await checked_responsibilities(session, identity, given["responsibilities"])
    if "confidential" in given:
        stored["is_confidential"] = stored.pop("confidential")
    return stored


async def checked_form(form: NewForm | None) -> dict[str, Any] | None:
    """The form as it is stored; the problems of `check_form`, which takes its time in a thread."""
    if form is None:
        return None
    size = await asyncio.to_thread(check_form, form.schema_, form.expected)
    return {"schema": form.schema_, "expected": form.expected, "size": size}


async def checked_targets(session: AsyncSession, targets: Sequence[DefaultTarget]) -> list[dict[str, Any]]:
    """The targets as they are stored. The problems of `check_targets`, UnknownCalendar."""
    check_targets([target.as_published() for target in targets])
    named = {target.calendar_id for target in targets if target.calendar_id is not None}
    known = await calendars_by_id(session_fetch(session), list(named)) if named else {}
    for place, target in enumerate(targets):
        if target.calendar_id is not None and target.calendar_id not in known:
            pointer = f"/default_targets/{place}/calendar_id"
            raise UnknownCalendar(pointer=pointer, calendar_id=target.calendar_id)
    return [target.model_dump(mode="json") for target in targets]


async def checked_approvals(
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


def check_whole(offering: Offering) -> None:
    """What parts of an offering say of each other. The problems of `check_approvals` and `check_responsibilities`."""
    check_approvals(
        [ApprovalLevel.read(level) for level in offering.approvals],
        offering.form["schema"] if offering.form else None,
        is_confidential=offering.is_confidential,
    )
    check_responsibilities([step["key"] for step in offering.steps], [row["step"] for row in offering.responsibilities])


def checked_steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps as they are stored. StepTwice."""
    check_steps([step.key for step in steps])
    return [step.model_dump(mode="json") for step in steps]


async def checked_responsibilities(
    session: AsyncSession, identity: Identity, rows: Sequence[Responsibility]
) -> list[dict[str, Any]]:
    """The responsibilities as they are stored. UnknownDepartment, DepartmentsUnavailable."""
    named: dict[UUID, str | None] = {}
    for place, row in enumerate(rows):
        named.setdefault(row.accountable.department_id, f"/responsibilities/{place}/accountable/department_id")
        for field in ("responsible", "consulted", "informed"):
            for nth, party in enumerate(getattr(row, field)):
                named.setdefault(party.department_id, f"/responsibilities/{place}/{field}/{nth}/department_id")
    await require_departments(session_fetch(session), identity, named)
    return [row.model_dump(mode="json") for row in rows]
