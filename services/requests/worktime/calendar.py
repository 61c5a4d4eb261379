"""A compiled calendar: adding working time and working days, and measuring between instants, to the microsecond."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.requests.worktime.days import DayRules
from services.requests.worktime.definition import CalendarDefinition
from services.requests.worktime.refusals import CalendarExhausted, OutsideCalendar
from services.requests.worktime.windows import BEGINNING_US, END_US, Window
from services.requests.worktime.zones import DAY_US, EPOCH, MICROSECOND, instant_at, microseconds_of, midnight_of

# 20 years are 7,305 days, five leap days included, whatever the start.
REACH_US = 7_305 * DAY_US


class DueRule(StrEnum):
    """How a promise in working days ends: at the start's local time of day, or with the day's last shift."""

    SAME_TIME = "same_time"
    END_OF_DAY = "end_of_day"


class WorkingTime:
    """One calendar version, ready to compute with. Instants are aware datetimes, results are UTC.

    Keeps a window of compiled years that grows when a question leaves it; a new window replaces the old one in one
    assignment, so threads may share a calendar. Nothing is asked of the window more than 20 years after a start.

    >>> from services.requests.worktime.definition import Shift, Weekday
    >>> office = WorkingTime(CalendarDefinition("UTC", tuple(Shift(d, 540, 1020) for d in list(Weekday)[:5])))
    >>> friday = datetime(2024, 5, 3, 16, tzinfo=EPOCH.tzinfo)
    >>> office.add(friday, timedelta(hours=1)).isoformat()  # used up exactly at the end: that end
    '2024-05-03T17:00:00+00:00'
    >>> office.add(friday, timedelta(hours=2)).isoformat()
    '2024-05-06T10:00:00+00:00'
    >>> office.between(friday, friday + timedelta(days=7))
    datetime.timedelta(days=1, seconds=57600)
    """

    def __init__(self, definition: CalendarDefinition) -> None:
        self.definition = definition
        self._rules = DayRules(definition)
        self._window: Window | None = None

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """When `amount` (≥ 0) of working time has passed since `start`: the end of an interval if it is used up there.

        Nothing added is `start` inside working time, else the next opening.
        Raises `CalendarExhausted` (20 years after start), `OutsideCalendar`.
        """
        at = (start - EPOCH) // MICROSECOND
        wanted = amount // MICROSECOND
        if wanted <= 0:
            if wanted:
                raise ValueError("working time is added, never taken away")
            return instant_at(self._opening(at))
        window = self._window
        if window is None or not window.begin <= at < window.finish:
            window = self.window_over(at, at)
        wanted += window.worked_by(at)
        while wanted > window.total:
            window = self._longer(window, at)
        due = window.when_worked(wanted)
        if due > at + REACH_US or due > END_US:
            raise CalendarExhausted(start=start.isoformat())
        return EPOCH + due * MICROSECOND

    def between(self, a: datetime, b: datetime) -> timedelta:
        """The working time in `[a, b)`; 0 when `b` is not after `a`. Raises `OutsideCalendar`."""
        start = (a - EPOCH) // MICROSECOND
        end = (b - EPOCH) // MICROSECOND
        window = self._window
        if window is None or not (window.begin <= start < window.finish and window.begin <= end < window.finish):
            window = self.window_over(min(start, end), max(start, end))
        if end <= start:
            return timedelta(0)
        return (window.worked_by(end) - window.worked_by(start)) * MICROSECOND

    def next_opening(self, at: datetime) -> datetime:
        """`at` inside working time, else the start of the next working time. Raises as `add` does."""
        return instant_at(self._opening(microseconds_of(at)))

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies inside working time (its end does not). Raises `OutsideCalendar`."""
        instant = microseconds_of(at)
        return self.window_over(instant, instant).opening_at_or_after(instant) == instant

    def add_days(self, start: datetime, days: int, due: DueRule = DueRule.SAME_TIME) -> datetime:
        """The promise of `days` (≥ 1) working days from `start`.

        A working day is a local date with any working time. `same_time` first moves a start outside working time to
        the next opening, and answers the same local time on the n-th working day after that date; if that is no
        working time, the end of the shift before it on that day or, before the first opening, that opening.
        `end_of_day` moves nothing and answers the end of that day's last shift. A later start is never due earlier.
        Raises as `add` does.
        """
        if days < 1:
            raise ValueError("working days are 1 or more")
        at = microseconds_of(start)
        origin = self._opening(at) if due is DueRule.SAME_TIME else at
        window = self.window_over(at, origin)
        day_zero, time = window.clock.day_and_time_of(origin)
        while (day := window.working_day_after(day_zero, days)) is None:
            window = self._longer(window, at)
        intervals = window.day_intervals(day)
        if due is DueRule.END_OF_DAY:
            answer = intervals[-1][1]
        else:
            answer = _nearest_working(intervals, window.clock.instant_of(midnight_of(day) + time))
        if answer > at + REACH_US or answer > END_US:
            raise CalendarExhausted(start=start.isoformat())
        return instant_at(answer)

    def _opening(self, at: int) -> int:
        window = self.window_over(at, at)
        while (opening := window.opening_at_or_after(at)) is None:
            window = self._longer(window, at)
        if opening > at + REACH_US or opening > END_US:
            raise CalendarExhausted(start=instant_at(at).isoformat())
        return opening

    def window_over(self, begin: int, end: int) -> Window:
        """A window that covers both instants and the local dates they fall on. Raises `OutsideCalendar`."""
        for instant in (begin, end):
            if not BEGINNING_US <= instant <= END_US:
                raise OutsideCalendar(instant=_spelled(instant))
        window = self._window
        if window is not None and window.begin <= begin and end < window.finish:
            return window
        # A local year begins up to 14 hours beside that of UTC: a day more on either side.
        first, last = instant_at(begin - DAY_US).year, instant_at(end + DAY_US).year
        if window is not None:
            first, last = min(first, window.first), max(last, window.last)
        return self._compile(first, last)

    def _longer(self, window: Window, start: int) -> Window:
        """The window grown forwards by half its size; `CalendarExhausted` once it held 20 years from `start`."""
        limit = min(start + REACH_US, END_US)
        if window.finish > limit:
            raise CalendarExhausted(start=instant_at(start).isoformat())
        more = max(1, (window.last - window.first + 1) // 2)
        return self._compile(window.first, min(window.last + more, instant_at(limit + DAY_US).year))

    def _compile(self, first: int, last: int) -> Window:
        self._window = Window(self._rules, self.definition.time_zone, first, last)
        return self._window


def _nearest_working(intervals: list[tuple[int, int]], instant: int) -> int:
    """`instant` inside one of a day's intervals, else the end of the one before it, else the first opening."""
    answer = intervals[0][0]
    for start, end in intervals:
        if instant < start:
            break
        answer = min(instant, end)
    return answer


def _spelled(instant: int) -> str:
    try:
        return instant_at(instant).isoformat()
    except OverflowError:
        return "an instant that no date can hold"
