"""Days off from and to other calendars: an iCalendar file becomes own dates of a next version, and a version a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.calendars.ics import child
from services.requests.calendars.models import CalendarVersion
from services.requests.calendars.queries import current_version, find_calendar
from services.requests.calendars.refusals import NoYears, TooManyDates, TooManyYears, UnknownCalendar
from services.requests.calendars.schemas import MOST_DATES, NextCalendarVersion
from services.requests.calendars.service import add_version, check_may_change
from services.shared.auth import Actor
from services.shared.bounded_threads import BoundedThreads

YEARS = 100
"""At most so many in a file."""
Days = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file came to: the next version's document, the version if it was saved, what was added and left out."""

    definition: Mapping[str, Any]
    version: CalendarVersion | None
    added: int
    already_there: int
    left_out: Sequence[Mapping[str, str | None]]


async def import_days(
    session: AsyncSession,
    threads: BoundedThreads,
    actor: Actor,
    calendar_id: UUID,
    content: bytes,
    *,
    is_dry_run: bool,
    now: datetime,
) -> Imported:
    """Let the days off of an iCalendar file join the calendar's own dates, in a next version where there are new ones.

    UnknownCalendar, MayNotWriteCalendars, NotICalendarFile, ICalendarTooLarge, TooManyDates, VERSION_PROBLEMS,
    Unavailable.
    """
    await check_may_change(session, actor, calendar_id)
    read = await threads.run(child.read_days, content, now.year)
    calendar = await find_calendar(session, calendar_id, lock=True)
    if calendar is None:
        raise UnknownCalendar(calendar_id=calendar_id)
    before = (await current_version(session, calendar)).definition
    dates, already_there = _joined(before.get("dates", ()), read["dates"])
    if len(dates) > MOST_DATES:
        raise TooManyDates(pointer="/file", most=MOST_DATES)
    new = NextCalendarVersion.model_validate_json(orjson.dumps({**before, "dates": dates}))
    added = len(read["dates"]) - already_there
    version = None
    if added and not is_dry_run:
        version = await add_version(session, actor, calendar_id, new, now=now)
    return Imported(new.document(), version, added, already_there, read["left_out"])


def _joined(before: Days, read: Days) -> tuple[list[Mapping[str, str]], int]:
    """The dates of before and those read, and how many of these were there already: the same day, whatever its name."""
    dates, days = list(before), {_day_of(each) for each in before}
    already_there = 0
    for each in read:
        if _day_of(each) in days:
            already_there += 1
            continue
        days.add(_day_of(each))
        dates.append(each)
    return dates, already_there


def _day_of(own: Mapping[str, str]) -> str:
    return own.get("date") or own["yearly"]


async def export_days(
    session: AsyncSession,
    threads: BoundedThreads,
    calendar_id: UUID,
    *,
    first: int | None,
    last: int | None,
    now: datetime,
) -> bytes:
    """The current version as an iCalendar file, for these years: those of its public holidays where none are named.

    UnknownCalendar, NoYears, TooManyYears, Unavailable.
    """
    calendar = await find_calendar(session, calendar_id)
    if calendar is None:
        raise UnknownCalendar(calendar_id=calendar_id)
    version = await current_version(session, calendar)
    begins = version.created_at.year - 1 if first is None else first
    ends = max(begins, version.created_at.year + 10) if last is None else last
    if ends < begins:
        raise NoYears(pointer="?last_year")
    if ends - begins >= YEARS:
        raise TooManyYears(pointer="?last_year", most=YEARS)
    told = {
        "id": str(calendar.id),
        "name": calendar.name,
        "number": version.number,
        "created_at": version.created_at.isoformat(),
        "definition": version.definition,
        "public_holidays": version.public_holidays,
        "first": begins,
        "last": ends,
    }
    return await threads.run(child.write_calendar, told)
