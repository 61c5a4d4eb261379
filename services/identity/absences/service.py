"""Use cases of absences: record one, read it, end it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.absences.models import Absence
from services.identity.absences.policies import can_know_of_absences, can_record_absence
from services.identity.absences.queries import absences_between, find_absence
from services.identity.absences.refusals import (
    AbsenceEndsBeforeItBegins,
    AbsenceInThePast,
    AbsenceOver,
    AbsenceTooFar,
    AbsentAlready,
    DeputyAway,
    DeputyCircle,
    DeputyDoesNotServe,
    NotOfTheDepartment,
    OwnDeputy,
)
from services.identity.absences.rules import FARTHEST, Away, Circle, days_to_look_at, stands_in_on
from services.identity.absences.schemas import NewAbsence
from services.identity.db import Outbox, lock_for_transaction
from services.identity.departments.service import get_department
from services.identity.deputies.rules import local_day
from services.identity.deputies.service import PersonInactive, PersonUnknown
from services.identity.events import AbsenceEnded, AbsenceRecorded
from services.identity.people.models import Membership
from services.identity.people.queries import find_membership, find_person
from services.identity.people.rules import DepartmentRole
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.outbox import enqueue
from services.shared.problems import Forbidden, NotFound

SERVING = (DepartmentRole.AGENT, DepartmentRole.MANAGER)


async def record_absence(
    session: AsyncSession, actor: Actor, department_id: UUID, new: NewAbsence, *, now: datetime
) -> Absence:
    """Somebody of the department is away, on days by its local date. What happens to tickets, `requests` sees to.

    NotFound, Forbidden, PersonUnknown, PersonInactive, NotOfTheDepartment, DAYS_PROBLEMS, DEPUTY_PROBLEMS.
    """
    department = await get_department(session, department_id)
    if not can_record_absence(actor, department_id, new.person_id):
        raise Forbidden
    _check_days(new, local_day(department.time_zone, now))
    # Whoever records one in this department waits here: no two overlap, and no two close a circle.
    await lock_for_transaction(session, f"absences:{department_id}")
    if await _membership(session, department_id, new.person_id, "/person_id") is None:
        raise NotOfTheDepartment(pointer="/person_id")
    others = await absences_between(session, department_id, new.from_, new.to)
    for other in others:
        if other.person_id == new.person_id:
            first, last = other.first_day.isoformat(), other.last_day.isoformat()
            raise AbsentAlready(pointer="/from", first=first, last=last)
    if new.deputy_id is not None:
        await _check_deputy(session, department_id, new, new.deputy_id, others)
    absence = Absence(
        id=uuid7(),
        department_id=department_id,
        person_id=new.person_id,
        first_day=new.from_,
        last_day=new.to,
        deputy_id=new.deputy_id,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(absence)
    await session.flush()
    await enqueue(session, Outbox, AbsenceRecorded(**_state(absence)), now=now)
    return absence


async def end_absence(
    session: AsyncSession, actor: Actor, department_id: UUID, absence_id: UUID, *, expected: Expected, now: datetime
) -> None:
    """Back from now on, or not away at all. NotFound, Forbidden, PreconditionFailed, AbsenceOver."""
    department = await get_department(session, department_id)
    absence = await get_absence(session, actor, department_id, absence_id, to_change=True)
    if not can_record_absence(actor, department_id, absence.person_id):
        raise Forbidden
    expected.check(absence.version)
    if absence.ended_at is not None or absence.last_day < local_day(department.time_zone, now):
        raise AbsenceOver
    absence.ended_at, absence.ended_by = now, actor.id
    absence.version += 1
    await session.flush()
    await enqueue(session, Outbox, AbsenceEnded(**_state(absence)), now=now)


async def get_absence(
    session: AsyncSession, actor: Actor, department_id: UUID, absence_id: UUID, *, to_change: bool = False
) -> Absence:
    """The absence, if the actor may know of it; NotFound."""
    absence = await find_absence(session, department_id, absence_id, to_change=to_change)
    if absence is None or not (absence.person_id == actor.id or can_know_of_absences(actor, department_id)):
        raise NotFound
    return absence


def _state(absence: Absence) -> dict[str, Any]:
    """What our events tell of an absence."""
    told = {"person_id", "department_id", "first_day", "last_day", "deputy_id", "version"}
    return {"absence_id": absence.id, "is_ended": absence.ended_at is not None, **absence.model_dump(include=told)}


def _check_days(new: NewAbsence, today: date) -> None:
    """AbsenceEndsBeforeItBegins, AbsenceInThePast, AbsenceTooFar."""
    if new.to < new.from_:
        raise AbsenceEndsBeforeItBegins(pointer="/to")
    if new.from_ < today:
        raise AbsenceInThePast(pointer="/from", today=today.isoformat())
    if new.to > today + FARTHEST:
        raise AbsenceTooFar(pointer="/to", latest=(today + FARTHEST).isoformat())


async def _membership(session: AsyncSession, department_id: UUID, person_id: UUID, pointer: str) -> Membership | None:
    """What the person is in the department. PersonUnknown, PersonInactive."""
    person = await find_person(session, person_id)
    if person is None:
        raise PersonUnknown(pointer=pointer)
    if not person.is_active:
        raise PersonInactive(pointer=pointer)
    return await find_membership(session, person_id, department_id)


async def _check_deputy(
    session: AsyncSession, department_id: UUID, new: NewAbsence, deputy_id: UUID, others: Sequence[Absence]
) -> None:
    """PersonUnknown, PersonInactive, DEPUTY_PROBLEMS: on each of the days somebody is there in the end."""
    if deputy_id == new.person_id:
        raise OwnDeputy(pointer="/deputy_id")
    membership = await _membership(session, department_id, deputy_id, "/deputy_id")
    if membership is None or membership.role not in SERVING:
        raise DeputyDoesNotServe(pointer="/deputy_id")
    away = Away(new.person_id, new.from_, new.to, deputy_id)
    known = [Away(each.person_id, each.first_day, each.last_day, each.deputy_id) for each in others]
    for day in days_to_look_at(away, known):
        try:
            found = stands_in_on(day, new.person_id, [away, *known])
        except Circle as circle:
            raise DeputyCircle(pointer="/deputy_id", day=day.isoformat()) from circle
        if found is None:
            raise DeputyAway(pointer="/deputy_id", day=day.isoformat())
