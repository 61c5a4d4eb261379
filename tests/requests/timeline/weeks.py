"""Calendars told twice: once as the code's own, once as a plain question asked of every quarter of an hour."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from services.requests.worktime import CalendarDefinition, OwnDate, Shift, Weekday, WorkingTime

TICK = timedelta(minutes=15)
# A Monday; on the Sunday after it Madrid turns its clocks.
BEGIN = datetime(2024, 3, 25, tzinfo=UTC)
_DAYS = list(Weekday)


def instant(tick: float) -> datetime:
    """The instant `tick` quarters of an hour after the beginning."""
    return BEGIN + tick * TICK


def tick_of(moment: datetime) -> int:
    """The whole number of quarters since the beginning; anything else is a failure."""
    ticks, rest = divmod(moment - BEGIN, TICK)
    assert not rest
    return ticks


@dataclass(frozen=True, eq=False, repr=False)
class Week:
    """Whole local hours worked on each weekday (Monday first), but for some dates."""

    zone: str
    hours: tuple[tuple[tuple[int, int], ...], ...]
    shut: tuple[date, ...] = ()
    _seen: dict[int, bool] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Week({self.zone})"

    def is_open(self, tick: int) -> bool:
        """Whether the quarter that begins there is worked."""
        if tick not in self._seen:
            local = self.local(tick)
            shifts = () if local.date() in self.shut else self.hours[local.weekday()]
            self._seen[tick] = any(opens <= local.hour < closes for opens, closes in shifts)
        return self._seen[tick]

    def local(self, tick: int) -> datetime:
        return instant(tick).astimezone(ZoneInfo(self.zone))

    def worked(self, begin: int, end: int) -> int:
        return sum(self.is_open(tick) for tick in range(begin, end))

    def after(self, tick: int, amount: float) -> float:
        """The first instant by which `amount` (> 0) quarters were worked."""
        while amount > 1 or not self.is_open(tick):
            amount -= self.is_open(tick)
            tick += 1
        return tick + amount

    def next_open(self, tick: int) -> int:
        while not self.is_open(tick):
            tick += 1
        return tick

    def days_after(self, start: int, days: int, *, end_of_day: bool) -> int:
        """Section 1's working days, by looking at every quarter of every day."""
        origin = start if end_of_day else self.next_open(start)
        day = self.local(origin).date()
        while days:
            day += timedelta(days=1)
            days -= any(self.is_open(tick) for tick in self._of(day))
        worked = [tick for tick in self._of(day) if self.is_open(tick)]
        if end_of_day:
            return worked[-1] + 1
        wanted = self._of(day)[0] + (self.local(origin).hour * 4 + self.local(origin).minute // 15)
        if wanted in worked:
            return wanted
        before = [tick for tick in worked if tick < wanted]
        return before[-1] + 1 if before else worked[0]

    def _of(self, day: date) -> range:
        """The quarters of a local date; on the day of the change the wall is followed from its noon."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(self.zone))
        middle = tick_of(noon.astimezone(UTC))
        return range(middle - 48, middle + 48)


@cache
def compiled(week: Week) -> WorkingTime:
    """The same week as the code under test knows it."""
    shifts = tuple(
        Shift(_DAYS[day], opens * 60, closes * 60) for day, on in enumerate(week.hours) for opens, closes in on
    )
    return WorkingTime(CalendarDefinition(week.zone, shifts, dates=tuple(OwnDate("shut", on=d) for d in week.shut)))


NINE_TO_FIVE = ((9, 17),)
SPLIT = ((8, 13), (14, 18))
WEEKS = (
    Week("UTC", (NINE_TO_FIVE,) * 5 + ((), ()), (date(2024, 3, 29), date(2024, 4, 1))),
    Week("Europe/Madrid", (SPLIT,) * 4 + (((8, 12),), (), ())),
    Week("UTC", (((0, 24),),) * 7),
    Week("America/New_York", ((), *((((10, 19)),),) * 5, ((12, 15),))),
)
