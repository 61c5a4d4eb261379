"""Whether what others promise and one's own work always leaves enough time for one's own promise, to the second."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from services.requests.agreements.rules.stages import MOST_LOOKS, BudgetTooFine, Course, Leg, Stage, move_of
from services.requests.worktime.zones import MICROSECOND, SECOND_US, instant_at, microseconds_of


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left for a ticket that starts then: `slack` in working time of the promise's calendar, below 0 a lack.

    Late is what is done after it is due, also where no working time lies between the two.
    """

    start: datetime
    done: datetime
    due: datetime
    slack: timedelta

    @property
    def is_kept(self) -> bool:
        """Whether everything is done when it is due."""
        return self.done <= self.due


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The worst start (of equals the first), the first at which the promise is broken, and how the worst one runs.

    `ends[stage][lane][leg]` says when it is done at the worst start; `starts` how many starts were looked at, `looks`
    how many legs at them.
    """

    worst: Margin
    first_broken: Margin | None
    ends: Sequence[Sequence[Sequence[datetime]]]
    starts: int
    looks: int

    @property
    def is_feasible(self) -> bool:
        """Whether no start at all breaks the promise."""
        return self.worst.is_kept


def feasibility(
    promised: Leg, stages: Sequence[Stage], begin: datetime, end: datetime, *, most_looks: int = MOST_LOOKS
) -> Feasibility:
    """The promise held against the stages, for a ticket at each whole second of [begin, end).

    Both are functions of the start that stand still or keep step between two breaks, so that the least slack lies at
    a break or one second after. Raises CalendarExhausted, OutsideCalendar, BudgetTooFine.

    >>> from datetime import UTC
    >>> from services.requests.worktime import CalendarDefinition, Shift, Weekday, WorkingTime, parse_duration
    >>> office = WorkingTime(CalendarDefinition("UTC", tuple(Shift(day, 540, 1020) for day in list(Weekday)[:5])))
    >>> monday = datetime(2026, 3, 2, tzinfo=UTC)
    >>> work = [[[Leg(office, parse_duration("PT6H"))]]]
    >>> for promised in ("PT8H", "P1D"):
    ...     found = feasibility(Leg(office, parse_duration(promised)), work, monday, monday + timedelta(days=7))
    ...     print(found.is_feasible, found.worst.slack)
    True 2:00:00
    True 2:00:00
    """
    legs = 1 + sum(len(lane) for stage in stages for lane in stage)
    check = _Check(promised, stages, microseconds_of(begin), microseconds_of(end) - SECOND_US)
    return check.answer(legs, most_looks)


class _Check:
    """One look at all the starts from `first` to `last`."""

    def __init__(self, promised: Leg, stages: Sequence[Stage], first: int, last: int) -> None:
        self._first, self._last = first, last
        self._promise = move_of(promised, first, last)
        self._course = Course(stages, first, last)
        latest = max(self._promise.value(last), self._course.value(last))
        self._window = promised.calendar.window_over(first, latest)

    def answer(self, legs: int, most_looks: int) -> Feasibility:
        starts = self._starts()
        looks = len(starts) * legs
        if looks > most_looks:
            raise BudgetTooFine(pointer="/stages")
        margins = [self._margin(at) for at in starts]
        worst = min(zip(margins, starts, strict=True))[1]
        ends = [[[instant_at(at) for at in lane] for lane in stage] for stage in self._course.ends(worst)]
        return Feasibility(self._told(worst), self._first_broken(starts, margins), ends, len(starts), looks)

    def _starts(self) -> list[int]:
        """Each start after which something changes, and the second after."""
        edges, first, last = self._window.edges, self._first, self._last
        course, promised = self._course, self._promise
        found = course.breaks(edges(course.value(first), course.value(last)))
        found |= promised.breaks(edges(promised.value(first), promised.value(last)))
        return sorted({first, last, *found, *(at + SECOND_US for at in found if at < last)})

    def _margin(self, at: int) -> tuple[int, int]:
        """The slack in working time and, to tell equals apart, on the wall."""
        done, due = self._course.value(at), self._promise.value(at)
        return self._window.worked_by(due) - self._window.worked_by(done), due - done

    def _first_broken(self, starts: Sequence[int], margins: Sequence[tuple[int, int]]) -> Margin | None:
        """Between two starts that are looked at, the slack bends downwards at most: it passes 0 but once."""
        if margins[0][1] < 0:
            return self._told(starts[0])
        for (before, (_, left)), (after, (_, then)) in pairwise(zip(starts, margins, strict=True)):
            if left >= 0 > then:
                between = range(before, after, SECOND_US)
                kept = bisect_right(between, 0, key=lambda at: -self._margin(at)[1])
                return self._told(before + kept * SECOND_US)
        return None

    def _told(self, at: int) -> Margin:
        slack, _ = self._margin(at)
        done, due = self._course.value(at), self._promise.value(at)
        return Margin(instant_at(at), instant_at(done), instant_at(due), slack * MICROSECOND)
