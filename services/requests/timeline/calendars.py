"""A calendar through its versions: tickets follow calendars, and each clock counts in the version it started in."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime

from services.requests.worktime import WorkingTime


@dataclass(frozen=True, slots=True)
class CalendarHistory:
    """The versions of one calendar, each in force from when it was saved; the first one also before that."""

    since: tuple[datetime, ...]
    versions: tuple[WorkingTime, ...]

    def at(self, instant: datetime) -> WorkingTime:
        """The version in force at that instant."""
        return self.versions[self.number_at(instant) - 1]

    def number_at(self, instant: datetime) -> int:
        """The number of that version, counted from 1."""
        return max(1, bisect_right(self.since, instant))


Followed = WorkingTime | CalendarHistory


def in_force(calendar: Followed, at: datetime) -> WorkingTime:
    """The version of a followed calendar at an instant; a single version is always in force."""
    return calendar if isinstance(calendar, WorkingTime) else calendar.at(at)


def version_at(calendar: Followed, at: datetime) -> int:
    """The number of that version; a single one is the first."""
    return 1 if isinstance(calendar, WorkingTime) else calendar.number_at(at)


def of_version(calendar: Followed, number: int) -> WorkingTime:
    """The version of that number, counted from 1; the latest known one where there are fewer."""
    return calendar if isinstance(calendar, WorkingTime) else calendar.versions[min(number, len(calendar.versions)) - 1]
