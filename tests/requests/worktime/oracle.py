"""Working time the slow way: a person who watches the zone's wall clock step by step, with the calendar in hand.

Nothing here is taken from the implementation; it reads the sentences of the design and the calendar's JSON. The watcher
opens the shop when the wall clock first shows the time at which a shift starts and closes it when the clock first shows
its end; a time that the clock jumps over is due at the first valid instant after the jump; a time that it shows twice
was due the first time. That last point is a decision of the design ("an ambiguous one takes the earlier"), and it is
why one cannot simply ask, for each minute, whether the local time of that minute lies in a shift: in the second pass of
a repeated hour that would close a shop that the calendar opened for good an hour before.

Times here are whole steps: a minute, or half a minute where a zone's offset has such seconds (Monrovia before 1972).
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def shifts_on(document: dict[str, Any], day: date) -> list[tuple[datetime, datetime]]:
    """The wall times of a date's shifts: own dates beat overrides, overrides beat holidays unless they keep them."""
    if any(own.get("date") == day.isoformat() or own.get("yearly") == f"{day:%m-%d}" for own in document["dates"]):
        return []
    holiday = any(h["date"] == day.isoformat() for h in document["public_holidays"])
    week = [] if holiday else document["shifts"]
    for override in document["overrides"]:
        if override["from"] <= day.isoformat() <= override["to"]:
            week = [] if holiday and override["keep_holidays"] else override["shifts"]
    today = [shift for shift in week if shift["weekday"] == WEEKDAYS[day.weekday()]]
    return [(wall(day, shift["start"]), wall(day, shift["end"])) for shift in today]


def wall(day: date, hours: str) -> datetime:
    hour, minute = hours.split(":")
    return datetime.combine(day, time()) + timedelta(hours=int(hour), minutes=int(minute))


@dataclass(frozen=True)
class Watch:
    """What the wall clock showed at each step from `begin` on."""

    zone: str
    begin: datetime
    step: timedelta
    shown: tuple[datetime, ...]
    furthest: tuple[datetime, ...]  # the latest time shown so far

    def at(self, index: int) -> datetime:
        return self.begin + index * self.step

    def index(self, instant: datetime) -> int:
        index, rest = divmod(instant - self.begin, self.step)
        assert not rest
        return index

    def first_showing(self, wanted: datetime) -> int:
        """The first step at which the clock showed this time or had jumped over it."""
        return bisect_left(self.furthest, wanted)

    def repeats(self, index: int) -> bool:
        """Whether the clock shows a time at this step that it had shown before."""
        return index > 0 and self.shown[index] <= self.furthest[index - 1]


@lru_cache(maxsize=64)
def watch(zone: str, begin: datetime, days: int, step: timedelta) -> Watch:
    info = ZoneInfo(zone)
    instants = (begin + index * step for index in range(timedelta(days=days) // step))
    shown = tuple(i.astimezone(info).replace(tzinfo=None) for i in instants)
    return Watch(zone, begin, step, shown, tuple(accumulate(shown, max)))


class Oracle:
    """A calendar document watched over some days. `open[i]` says whether step i is worked, `day[i]` by which date."""

    def __init__(self, document: dict[str, Any], seen: Watch) -> None:
        self.watch = seen
        first, last = min(seen.shown).date(), max(seen.shown).date()
        self.day: list[date | None] = [None] * len(seen.shown)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            for start, end in shifts_on(document, day):
                opens, closes = seen.first_showing(start), seen.first_showing(end)
                self.day[opens:closes] = [day] * (closes - opens)
        self.open = [day is not None for day in self.day]
        self.worked = [0, *accumulate(self.open)]
        self.working_days = sorted({day for day in self.day if day is not None})

    def between(self, a: datetime, b: datetime) -> timedelta:
        i, j = self.watch.index(a), self.watch.index(b)
        return (self.worked[j] - self.worked[i]) * self.watch.step if i < j else timedelta(0)

    def next_opening(self, start: datetime) -> datetime:
        return self.watch.at(self.open.index(True, self.watch.index(start)))

    def add(self, start: datetime, amount: timedelta) -> datetime:
        if not amount:
            return self.next_opening(start)
        index, left = self.watch.index(start), amount // self.watch.step
        while left:
            left -= self.open[index]
            index += 1
        return self.watch.at(index)

    def add_days(self, start: datetime, days: int, *, end_of_day: bool) -> datetime:
        """For starts outside a repeated hour alone, where 'the same local time' has but one meaning."""
        if not end_of_day:
            start = self.next_opening(start)
        shown = self.watch.shown[self.watch.index(start)]
        day = [d for d in self.working_days if d > shown.date()][days - 1]
        first = self.day.index(day)
        if end_of_day:
            return self.watch.at(len(self.day) - self.day[::-1].index(day))
        index = self.watch.first_showing(datetime.combine(day, shown.time()))
        if index < first:
            return self.watch.at(first)
        while self.day[index] != day and self.day[index - 1] != day:
            index -= 1
        return self.watch.at(index)


def utc(text: str) -> datetime:
    """A UTC instant, `2024-03-31` or `2024-03-31T01:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
