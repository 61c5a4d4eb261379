"""A stretch of local years compiled into sorted UTC intervals with running sums, where every question is a search."""

from array import array
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime

from services.requests.worktime.days import DayRules
from services.requests.worktime.zones import LocalClock, microseconds_of, midnight_of

# Every calendar covers the years 1970 to 2200 of UTC, the last instant of which is the first of 2201.
BEGINNING_US = 0
END_US = microseconds_of(datetime(2201, 1, 1, tzinfo=UTC))


class Window:
    """The working time of the local years `first` to `last` (both included), in microseconds since 1970 UTC.

    `starts[i]` to `ends[i]` (half-open, never touching) is the i-th interval and `before[i]` the working time before
    it; `days` are the ordinals of the local dates that hold any. Answers for instants in [`begin`, `finish`).
    """

    def __init__(self, rules: DayRules, zone: str, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.rules = rules
        self.clock = LocalClock(zone, first, last)
        self.starts: list[int] = []
        self.before: list[int] = []
        self.ends = array("q")
        self.days = array("q")
        self.total = 0
        beginning, end = date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()
        self.begin = max(self.clock.instant_of(midnight_of(beginning)), BEGINNING_US)
        self.finish = min(self.clock.instant_of(midnight_of(end)), END_US + 1)
        for ordinal in range(beginning, end):
            self._append(ordinal)

    def _append(self, ordinal: int) -> None:
        opened = self.day_intervals(ordinal)
        if not opened:
            return
        self.days.append(ordinal)
        for start, end in opened:
            if self.ends and self.ends[-1] == start:
                self.ends[-1] = end
            else:
                self.starts.append(start)
                self.ends.append(end)
                self.before.append(self.total)
            self.total += end - start

    def day_intervals(self, ordinal: int) -> list[tuple[int, int]]:
        """The working intervals of one local date; a shift that lies wholly in a gap is none."""
        shifts = self.rules.on(ordinal).shifts
        if not shifts:
            return []
        midnight = midnight_of(ordinal)
        if (begin := self.clock.steady_midnight_of(midnight)) is not None:
            return [(begin + start, begin + end) for start, end in shifts]
        instant_of = self.clock.instant_of
        mapped = [(instant_of(midnight + start), instant_of(midnight + end)) for start, end in shifts]
        return [(start, end) for start, end in mapped if start < end]

    def worked_by(self, at: int) -> int:
        """Working time from `begin` to `at`."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        return self.before[place] + min(at, self.ends[place]) - self.starts[place]

    def when_worked(self, amount: int) -> int:
        """The first instant by which `amount` (0 < amount ≤ total) was worked since `begin`."""
        place = bisect_left(self.before, amount) - 1
        return self.starts[place] + amount - self.before[place]

    def last_worked(self, amount: int) -> int | None:
        """The last instant by which no more than `amount` was worked; None before the first interval."""
        place = bisect_right(self.before, amount) - 1
        return self.starts[place] + amount - self.before[place] if place >= 0 else None

    def edges(self, begin: int, end: int) -> list[int]:
        """Where working time begins or ends in [begin, end]."""
        return [
            edge
            for edges in (self.starts, self.ends)
            for edge in edges[bisect_left(edges, begin) : bisect_right(edges, end)]
        ]

    def opening_at_or_after(self, at: int) -> int | None:
        """`at` itself inside working time, else the next start of an interval; None if the window holds no more."""
        place = bisect_right(self.starts, at)
        if place and at < self.ends[place - 1]:
            return at
        return self.starts[place] if place < len(self.starts) else None

    def working_day_after(self, ordinal: int, count: int) -> int | None:
        """The ordinal of the `count`-th working day after a date; None if the window holds no such day."""
        place = bisect_right(self.days, ordinal) + count - 1
        return self.days[place] if place < len(self.days) else None
