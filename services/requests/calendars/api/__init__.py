"""HTTP for calendars, their versions, who works by them, and computing with them."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.requests.calendars import service
from services.requests.calendars.models import Calendar, CalendarAssignment, CalendarVersion
from services.requests.calendars.queries import (
    calendar_of_department,
    current_version,
    find_calendar,
    own_assignment,
    page_of_calendars,
    page_of_versions,
)
from services.requests.calendars.refusals import (
    COMPUTE_PROBLEMS,
    VERSION_PROBLEMS,
    MayNotAssignCalendar,
    MayNotWriteCalendars,
    OrganisationNeedsCalendar,
    UnknownCalendar,
)
from services.requests.calendars.schemas import (
    AssignmentPublic,
    CalendarListed,
    CalendarPublic,
    CalendarVersionPublic,
    Computation,
    Holder,
    NewAssignment,
    NewCalendar,
    NewComputation,
    NextCalendarVersion,
)
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.departments.service import Identity, require_department
from services.shared.auth import Actor, MissingScope, OptionalActor, requires
from services.shared.bounded_threads import BoundedThreads
from services.shared.etags import IfMatch, etag, tag_answer
from services.shared.idempotency import session_fetch
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired, Unauthenticated
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Page

router = feature_router("calendars")

Reader = Annotated[Actor, requires("calendars:read")]
Writer = Annotated[Actor, requires("calendars:write")]
CalendarId = Annotated[UUID, Path()]


async def _threads_of(request: Request) -> BoundedThreads:
    threads: BoundedThreads = request.app.state.computing
    return threads


Threads = Annotated[BoundedThreads, Depends(_threads_of)]
HolderPath = Annotated[Holder, Path(description="a department's id, or `organisation`")]


@router.post(
    "/v1/calendars",
    status_code=201,
    responses=problem_responses(*VERSION_PROBLEMS, MayNotWriteCalendars),
)
async def add_calendar(
    new: NewCalendar, actor: Writer, session: Transaction, now: Now, request: Request, response: Response
) -> CalendarPublic:
    """Make a calendar with its first version. Public holidays are expanded now, a year back and ten ahead."""
    calendar, version = await service.add_calendar(session, actor, new, now=now)
    response.headers["Location"] = f"/v1/calendars/{calendar.id}"
    tag_answer(request, response, calendar.version)
    return _told(calendar, version)


@router.get("/v1/calendars", responses=problem_responses(BadCursor))
async def list_calendars(actor: Reader, session: Transaction, page: Paging) -> Page[CalendarListed]:
    """Calendars, newest first."""
    rows, following = await page_of_calendars(session, page)
    return Page(items=[CalendarListed.model_validate(row) for row in rows], next=following)


@router.post(
    "/v1/calendars/compute",
    response_model_exclude_unset=True,
    openapi_extra={"security": [{}, {"access_token": []}]},
    responses=problem_responses(Unauthenticated, MissingScope, UnknownCalendar, *COMPUTE_PROBLEMS),
)
async def compute_working_time(
    asked: NewComputation, actor: OptionalActor, session: Transaction, threads: Threads, now: Now
) -> Computation:
    """Add working time to an instant, or measure it between two; with `explain` tell why each interval counted.

    Open to all with a calendar inline; a saved one is asked by id and needs a token. An explanation covers at most 20
    years and 10,000 intervals.
    """
    if asked.calendar_id is not None:
        if actor is None:
            raise Unauthenticated
        if "calendars:read" not in actor.scopes:
            raise MissingScope(scope="calendars:read")
    return await service.compute(session, threads, asked, now=now)


@router.get("/v1/calendars/assignments/{holder}", responses=problem_responses(*DEPARTMENT_PROBLEMS))
async def get_assignment(
    holder: HolderPath, actor: Reader, session: Transaction, identity: AskIdentity, response: Response
) -> AssignmentPublic:
    """By which calendar a department (or the organisation) works, and whence.

    What is inherited has the ETag "0" as long as the holder never had a calendar of its own: a first PUT sends that.
    """
    return await _assignment(session, identity, _department_of(holder), response)


@router.put(
    "/v1/calendars/assignments/{holder}",
    responses=problem_responses(
        *DEPARTMENT_PROBLEMS,
        UnknownCalendar,
        OrganisationNeedsCalendar,
        MayNotAssignCalendar,
        PreconditionFailed,
        PreconditionRequired,
    ),
)
async def assign_calendar(
    holder: HolderPath,
    new: NewAssignment,
    actor: Writer,
    session: Transaction,
    identity: AskIdentity,
    expected: IfMatch,
    now: Now,
    response: Response,
) -> AssignmentPublic:
    """Let a department (or the organisation) work by a calendar; null lets a department inherit again."""
    department_id = _department_of(holder)
    await service.assign_calendar(
        session, actor, identity, department_id, new.calendar_id, check_version=expected.check, now=now
    )
    return await _assignment(session, identity, department_id, response)


@router.get("/v1/calendars/{calendar_id:uuid}", responses=problem_responses(UnknownCalendar))
async def get_calendar(
    calendar_id: CalendarId, actor: Reader, session: Transaction, request: Request, response: Response
) -> CalendarPublic:
    """A calendar with its current version."""
    calendar = await _found(session, calendar_id)
    tag_answer(request, response, calendar.version)
    return _told(calendar, await current_version(session, calendar))


@router.get("/v1/calendars/{calendar_id:uuid}/versions", responses=problem_responses(UnknownCalendar, BadCursor))
async def list_versions(
    calendar_id: CalendarId, actor: Reader, session: Transaction, page: Paging
) -> Page[CalendarVersionPublic]:
    """The versions of a calendar, newest first."""
    await _found(session, calendar_id)
    rows, following = await page_of_versions(session, calendar_id, page)
    return Page(items=[version_told(row) for row in rows], next=following)


@router.post(
    "/v1/calendars/{calendar_id:uuid}/versions",
    status_code=201,
    responses=problem_responses(UnknownCalendar, MayNotWriteCalendars, *VERSION_PROBLEMS),
)
async def add_version(
    calendar_id: CalendarId, new: NextCalendarVersion, actor: Writer, session: Transaction, now: Now
) -> CalendarVersionPublic:
    """Give a calendar a new version, current from now on: clocks that start later follow it, open ones by a ruling.

    A manager does so for a calendar that departments of theirs alone work by, or that is their own and nobody's yet.
    """
    return version_told(await service.add_version(session, actor, calendar_id, new, now=now))


def _department_of(holder: Holder) -> UUID | None:
    return holder if isinstance(holder, UUID) else None


async def _found(session: Transaction, calendar_id: UUID) -> Calendar:
    calendar = await find_calendar(session, calendar_id)
    if calendar is None:
        raise UnknownCalendar(calendar_id=calendar_id)
    return calendar


async def _assignment(
    session: Transaction, identity: Identity, department_id: UUID | None, response: Response
) -> AssignmentPublic:
    fetch = session_fetch(session)
    if department_id is not None:
        await require_department(fetch, identity, department_id)
    own: CalendarAssignment | None = await own_assignment(session, department_id)
    resolved = await calendar_of_department(fetch, department_id)
    # No 304 here: what is inherited changes without a change of the holder's own row, which the ETag counts.
    version = own.version if own is not None else 0
    response.headers["ETag"] = etag(version)
    is_own = resolved.held_by == department_id
    return AssignmentPublic(
        department_id=department_id,
        calendar_id=resolved.calendar_id,
        calendar_version_number=resolved.number,
        origin="organisation" if resolved.held_by is None else "own" if is_own else "ancestor",
        origin_department_id=resolved.held_by,
        version=version,
    )


def version_told(version: CalendarVersion) -> CalendarVersionPublic:
    """A version as its readers see it."""
    given = {"holidays": None, "dates": (), "overrides": (), **version.definition}
    return CalendarVersionPublic(**{**version.model_dump(exclude={"definition", "calendar_id"}), **given})


def _told(calendar: Calendar, version: CalendarVersion) -> CalendarPublic:
    return CalendarPublic(**calendar.model_dump(), current_version=version_told(version))
