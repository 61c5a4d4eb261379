"""HTTP for iCalendar: a calendar as a file, and the days off of a file in a calendar."""

from typing import Annotated, Any

from fastapi import File, Form, Query, Response, UploadFile

from services.requests.calendars import exchanging
from services.requests.calendars.api import CalendarId, Reader, Threads, Writer, version_told
from services.requests.calendars.refusals import (
    VERSION_PROBLEMS,
    ICalendarTooLarge,
    MayNotWriteCalendars,
    NotICalendarFile,
    NoYears,
    TooManyDates,
    TooManyYears,
    UnknownCalendar,
)
from services.requests.calendars.schemas import DaysImported
from services.shared.problems import Unavailable
from services.shared.routing import Now, Transaction, feature_router, problem_responses

router = feature_router("calendars")

Year = Annotated[int | None, Query(ge=1970, le=2200)]
LISTED = 100
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}}


@router.get(
    "/v1/calendars/{calendar_id:uuid}/export.ics",
    response_class=Response,
    responses=_FILE | problem_responses(UnknownCalendar, NoYears, TooManyYears, Unavailable),
)
async def export_calendar(
    calendar_id: CalendarId,
    actor: Reader,
    session: Transaction,
    threads: Threads,
    now: Now,
    first_year: Year = None,
    last_year: Year = None,
) -> Response:
    """Public holidays, own dates and overrides of the current version as all-day events, for at most a hundred years.

    Without years: from the one before the version was saved to ten after it.
    """
    content = await exchanging.export_days(session, threads, calendar_id, first=first_year, last=last_year, now=now)
    disposition = f'attachment; filename="calendar-{calendar_id}.ics"'
    return Response(content, media_type="text/calendar", headers={"Content-Disposition": disposition})


@router.post(
    "/v1/calendars/{calendar_id:uuid}/imports",
    responses=problem_responses(
        UnknownCalendar,
        MayNotWriteCalendars,
        NotICalendarFile,
        ICalendarTooLarge,
        TooManyDates,
        Unavailable,
        *VERSION_PROBLEMS,
    ),
)
async def import_days(
    calendar_id: CalendarId,
    actor: Writer,
    session: Transaction,
    threads: Threads,
    now: Now,
    file: Annotated[UploadFile, File(description="days off as an iCalendar file (RFC 5545), 1 MiB at most")],
    dry_run: Annotated[bool, Form(description="only tell what would come of it")] = False,
) -> DaysImported:
    """Let the all-day events of a file join a calendar's own dates: a next version, if it has new ones.

    With `dry_run` nothing is saved: `definition` is good for a preview of the version and for saving it.
    """
    told = await exchanging.import_days(
        session, threads, actor, calendar_id, await file.read(), is_dry_run=dry_run, now=now
    )
    return DaysImported(
        definition=dict(told.definition),
        version=version_told(told.version) if told.version else None,
        added=told.added,
        already_there=told.already_there,
        left_out=len(told.left_out),
        items_left_out=[dict(each) for each in told.left_out[:LISTED]],
    )
