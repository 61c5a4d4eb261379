"""Making calendars, giving them new versions, choosing who works by them, and answering questions to them."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.calendars.models import Calendar, CalendarAssignment, CalendarVersion
from services.requests.calendars.policies import can_assign_calendar, can_change_calendar, can_write_calendars
from services.requests.calendars.queries import (
    author_of,
    current_version,
    find_calendar,
    followers_of,
    own_assignment,
)
from services.requests.calendars.refusals import (
    MayNotAssignCalendar,
    MayNotWriteCalendars,
    OrganisationNeedsCalendar,
    UnknownCalendar,
    told_as_problems,
)
from services.requests.calendars.rules import expanded, first_and_last_instant
from services.requests.calendars.schemas import (
    Adding,
    Computation,
    IntervalPublic,
    Measuring,
    NewCalendar,
    NewCalendarVersion,
    NewComputation,
    NextCalendarVersion,
)
from services.requests.departments.service import Identity, require_department
from services.requests.worktime import (
    CalendarDefinition,
    OutsideCalendar,
    WorkingTime,
    check_working_time,
    definition_from,
    document_of,
    explain,
    parse_duration,
    promise,
)
from services.shared.auth import Actor
from services.shared.bounded_threads import BoundedThreads
from services.shared.idempotency import session_fetch


async def add_calendar(
    session: AsyncSession, actor: Actor, new: NewCalendar, *, now: datetime
) -> tuple[Calendar, CalendarVersion]:
    """A calendar with its first version. MayNotWriteCalendars, and the broken rules of VERSION_PROBLEMS."""
    if not can_write_calendars(actor):
        raise MayNotWriteCalendars
    calendar_id = uuid7()
    version = await _checked_version(actor, calendar_id, 1, new, now)
    calendar = Calendar(
        id=calendar_id,
        name=new.name,
        current_version_id=version.id,
        current_version_number=version.number,
        created_at=now,
    )
    session.add(calendar)
    await session.flush()
    session.add(version)
    return calendar, version


async def add_version(
    session: AsyncSession, actor: Actor, calendar_id: UUID, new: NextCalendarVersion, *, now: datetime
) -> CalendarVersion:
    """The calendar's next version, current from now on. UnknownCalendar, MayNotWriteCalendars, VERSION_PROBLEMS."""
    calendar = await check_may_change(session, actor, calendar_id, lock=True)
    before = await current_version(session, calendar)
    # Of two at once the later one may have read its clock first: versions follow each other in time as in number.
    since = max(now, before.created_at)
    version = await _checked_version(actor, calendar_id, calendar.current_version_number + 1, new, since)
    version.elapsed = new.elapsed.value
    session.add(version)
    calendar.current_version_id, calendar.current_version_number = version.id, version.number
    calendar.version += 1
    return version


async def check_may_change(session: AsyncSession, actor: Actor, calendar_id: UUID, *, lock: bool = False) -> Calendar:
    """The calendar, if the actor may give it its next version. UnknownCalendar, MayNotWriteCalendars."""
    calendar = await find_calendar(session, calendar_id, lock=lock)
    if calendar is None:
        raise UnknownCalendar(calendar_id=calendar_id)
    if not can_change_calendar(actor, await followers_of(session, calendar_id), await author_of(session, calendar_id)):
        raise MayNotWriteCalendars
    return calendar


async def _checked_version(
    actor: Actor, calendar_id: UUID, number: int, new: NewCalendarVersion, now: datetime
) -> CalendarVersion:
    document = new.document()
    holidays = await _checked_holidays(document, now)
    return CalendarVersion(
        id=uuid7(),
        calendar_id=calendar_id,
        number=number,
        definition=document,
        public_holidays=holidays,
        created_at=now,
        created_by=actor.id,
    )


async def _checked_holidays(document: dict[str, Any], now: datetime) -> list[dict[str, str]]:
    """The public holidays that the version gets. Raises what VERSION_PROBLEMS lists."""
    with told_as_problems():
        definition = expanded(document, now.date())
        await asyncio.to_thread(check_working_time, definition, now.date())
    holidays: list[dict[str, str]] = document_of(definition)["public_holidays"]
    return holidays


async def assign_calendar(
    session: AsyncSession,
    actor: Actor,
    identity: Identity,
    department_id: UUID | None,
    calendar_id: UUID | None,
    *,
    check_version: Callable[[int], None],
    now: datetime,
) -> CalendarAssignment:
    """Let a department (None: the organisation) work by a calendar, or (None) by the one it inherits.

    `check_version` is told the current version of the assignment, 0 where there never was one, and refuses a stale
    caller. UnknownDepartment, DepartmentsUnavailable, MayNotAssignCalendar, UnknownCalendar, OrganisationNeedsCalendar.
    """
    if department_id is not None:
        await require_department(session_fetch(session), identity, department_id)
    if not can_assign_calendar(actor, department_id):
        raise MayNotAssignCalendar
    assignment = await _locked_assignment(session, department_id, now)
    check_version(assignment.version)
    if department_id is None and calendar_id is None:
        raise OrganisationNeedsCalendar(pointer="/calendar_id")
    if calendar_id is not None and await find_calendar(session, calendar_id) is None:
        raise UnknownCalendar(pointer="/calendar_id", calendar_id=calendar_id)
    assignment.calendar_id = calendar_id
    assignment.version += 1
    assignment.assigned_at, assignment.assigned_by = now, actor.id
    return assignment


async def _locked_assignment(session: AsyncSession, department_id: UUID | None, now: datetime) -> CalendarAssignment:
    """The row, made with version 0 where there is none, so that of two first assignments one finds the other's."""
    empty = insert(CalendarAssignment).values(
        id=uuid7(), department_id=department_id, calendar_id=None, version=0, assigned_at=now, assigned_by=None
    )
    await session.execute(empty.on_conflict_do_nothing(index_elements=["department_id"]))
    assignment = await own_assignment(session, department_id, lock=True)
    if assignment is None:
        raise LookupError(f"the assignment of {department_id} was just made and is gone")
    return assignment


async def compute(
    session: AsyncSession, threads: BoundedThreads, asked: NewComputation, *, now: datetime
) -> Computation:
    """The answer of a calendar, given in the question or saved, to that question; nothing of it is kept.

    Computed in threads that are few: two centuries take seconds, and anybody may ask for them.
    UnknownCalendar, COMPUTE_PROBLEMS, Unavailable.
    """
    saved = None if asked.calendar is not None else await _saved_definition(session, asked)
    return await threads.run(_answer, saved, asked, now)


async def _saved_definition(session: AsyncSession, asked: NewComputation) -> CalendarDefinition:
    calendar = await find_calendar(session, asked.calendar_id) if asked.calendar_id is not None else None
    if calendar is None:
        raise UnknownCalendar(pointer="/calendar_id", calendar_id=asked.calendar_id)
    version = await current_version(session, calendar)
    return definition_from({**version.definition, "public_holidays": version.public_holidays})


def given_definition(version: NewCalendarVersion, today: date, *, at: str = "/calendar") -> CalendarDefinition:
    """The calendar that somebody writes down, which is kept nowhere; `at` is where it stands. VERSION_PROBLEMS."""
    with told_as_problems(version=at):
        definition = expanded(version.document(), today)
        check_working_time(definition, today)
    return definition


def _answer(saved: CalendarDefinition | None, asked: NewComputation, now: datetime) -> Computation:
    definition = given_definition(asked.calendar, now.date()) if asked.calendar is not None else saved
    if definition is None:
        raise TypeError("a question has a calendar, given or saved")
    working_time = WorkingTime(definition)
    match asked:
        case NewComputation(add=Adding() as add):
            _check_covered(add.start, "/add/start")
            with told_as_problems(otherwise="/add/duration"):
                end = promise(working_time, add.start, parse_duration(add.duration), add.due)
            return _told(working_time, add.start, end, at=end, is_explained=asked.explain)
        case NewComputation(between=Measuring() as measured):
            _check_covered(measured.start, "/between/start")
            _check_covered(measured.end, "/between/end")
            return _told(working_time, measured.start, measured.end, at=None, is_explained=asked.explain)
        case _:
            raise TypeError("a question has one of add and between")


def _check_covered(instant: datetime, pointer: str) -> None:
    first, last = first_and_last_instant()
    with told_as_problems(otherwise=pointer):
        if not first <= instant <= last:
            raise OutsideCalendar(instant=instant.isoformat())


def _told(
    working_time: WorkingTime, start: datetime, end: datetime, *, at: datetime | None, is_explained: bool
) -> Computation:
    worked = working_time.between(start, end)
    if not is_explained:
        return Computation(at=at, working_seconds=worked)
    with told_as_problems(otherwise="/explain"):
        spans = explain(working_time, start, end)
    return Computation(at=at, working_seconds=worked, intervals=[IntervalPublic.model_validate(s) for s in spans])
