"""When a standing order is due: local times of the customer's calendar, one after the other; and what was missed."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from services.requests.calendars.rules import local_date
from services.requests.worktime import WorkingTime, WorkingTimeRefused
from services.requests.worktime.definition import Weekday, minute_of_day
from services.requests.worktime.zones import MINUTE_US, LocalClock, instant_at, midnight_of

LATE = timedelta(minutes=5)
"""What is carried out so much later than it was due was missed."""
MOST_MISSED = 1_000
"""Instants that are looked at in one turn; what lies beyond is the next turn's."""
MOST_DAYS = 400
"""Days in which there is a working day, or there is none: a calendar is refused without one."""


class Every(StrEnum):
    """What a schedule counts in."""

    WEEK = "week"
    MONTH = "month"
    WORKING_DAYS = "working_days"


class CatchUp(StrEnum):
    """What becomes of instants that were missed while the platform was down."""

    NONE = "none"
    LAST = "last"
    """The last of them is made up for."""


class RunOutcome(StrEnum):
    """What came of one instant."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    """The ticket could not be submitted; `problem` says why."""
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`week`: on these weekdays. `month`: on that day, or the month's last. `working_days`: every n-th of the calendar.

    `at` is a local time in minutes after midnight, `starts_on` the first possible date, `ends_on` the last, if any.
    """

    every: Every
    at: int
    starts_on: date
    ends_on: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    day: int = 1
    n: int = 1

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The schedule that was stored as this document."""
        return cls(
            every=Every(document["every"]),
            at=minute_of_day(document["at"]),
            starts_on=date.fromisoformat(document["starts_on"]),
            ends_on=date.fromisoformat(document["ends_on"]) if document["ends_on"] else None,
            weekdays=tuple(Weekday(each) for each in document["weekdays"] or ()),
            day=document["day"] or 1,
            n=document["n"] or 1,
        )


class Due(NamedTuple):
    """The instants that are over, the earliest first, and the next one (None: the order is over)."""

    instants: tuple[datetime, ...]
    following: datetime | None


def first_instant(schedule: Schedule, calendar: WorkingTime, now: datetime) -> datetime | None:
    """The first instant of the schedule that is not before `now`; None where it is over."""
    zone = calendar.definition.time_zone
    day: date | None = max(schedule.starts_on, local_date(now, zone))
    while day is not None:
        day = _on_or_after(schedule, calendar, day)
        if day is None:
            return None
        at = instant_of(schedule, zone, day)
        if at >= now:
            return at
        day = day + timedelta(days=1)
    return None


def next_instant(schedule: Schedule, calendar: WorkingTime, instant: datetime) -> datetime | None:
    """The one that follows an instant of the schedule; None where it is over."""
    zone = calendar.definition.time_zone
    day = local_date(instant, zone)
    steps = schedule.n if schedule.every is Every.WORKING_DAYS else 1
    for _ in range(steps):
        following = _on_or_after(schedule, calendar, day + timedelta(days=1))
        if following is None:
            return None
        day = following
    return instant_of(schedule, zone, day)


def due_instants(schedule: Schedule, calendar: WorkingTime, first: datetime, now: datetime) -> Due:
    """The instants from `first` on that are not after `now`, `MOST_MISSED` at most."""
    found: list[datetime] = []
    at: datetime | None = first
    while at is not None and at <= now and len(found) < MOST_MISSED:
        found.append(at)
        at = next_instant(schedule, calendar, at)
    return Due(tuple(found), at)


def is_carried_out(due: Due, catch_up: CatchUp, now: datetime) -> bool:
    """Whether the last of these instants is carried out now: it is in time, or made up for.

    >>> monday = datetime.fromisoformat("2026-03-02T08:00Z")
    >>> due = Due((monday,), monday + timedelta(days=7))
    >>> [is_carried_out(due, each, monday + timedelta(hours=3)) for each in CatchUp]
    [False, True]
    >>> is_carried_out(due, CatchUp.NONE, monday + timedelta(seconds=2))
    True
    """
    if due.following is not None and due.following <= now:
        return False  # more of them are over than were looked at
    return now - due.instants[-1] <= LATE or catch_up is CatchUp.LAST


def instant_of(schedule: Schedule, zone: str, day: date) -> datetime:
    """The instant of the schedule's local time on that date."""
    clock = LocalClock(zone, day.year - 1, day.year + 1)
    return instant_at(clock.instant_of(midnight_of(day.toordinal()) + schedule.at * MINUTE_US))


def _on_or_after(schedule: Schedule, calendar: WorkingTime, day: date) -> date | None:
    """The first date of the schedule from `day` on; None where that lies behind its end, or there is none."""
    for ahead in range(MOST_DAYS):
        wanted = day + timedelta(days=ahead)
        if schedule.ends_on is not None and wanted > schedule.ends_on:
            return None
        if _is_on(schedule, calendar, wanted):
            return wanted
    return None


def _is_on(schedule: Schedule, calendar: WorkingTime, day: date) -> bool:
    match schedule.every:
        case Every.WEEK:
            return list(Weekday)[day.weekday()] in schedule.weekdays
        case Every.MONTH:
            return day.day == min(schedule.day, monthrange(day.year, day.month)[1])
        case Every.WORKING_DAYS:
            return _is_worked(calendar, day)


def _is_worked(calendar: WorkingTime, day: date) -> bool:
    clock = LocalClock(calendar.definition.time_zone, day.year - 1, day.year + 1)
    opens, closes = (instant_at(clock.instant_of(midnight_of(day.toordinal() + more))) for more in (0, 1))
    try:
        return calendar.between(opens, closes) > timedelta(0)
    except WorkingTimeRefused:
        return False
