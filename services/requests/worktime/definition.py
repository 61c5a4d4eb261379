"""A calendar version as people write it down, with the rules that one field alone can break."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.requests.worktime.refusals import (
    EmptyShift,
    ImpossibleYearlyDate,
    OverrideEndsBeforeItBegins,
    UnknownTimeZone,
)
from services.requests.worktime.zones import known_zones

MINUTES_A_DAY = 24 * 60
_LEAP_YEAR = 2000


class Weekday(StrEnum):
    """The days of the week in ISO order; `list(Weekday)[d.weekday()]` is the day of a date."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def minute_of_day(text: str) -> int:
    """The minute of the day that `HH:MM` spells, `24:00` included; anything else is a `ValueError` (a schema matter).

    >>> minute_of_day("09:30"), minute_of_day("24:00")
    (570, 1440)
    >>> minute_of_day("25:00")
    Traceback (most recent call last):
    ...
    ValueError: '25:00' is no time of day from 00:00 to 24:00
    """
    digits = text[:2] + text[3:]
    well_formed = len(text) == 5 and text[2] == ":" and digits.isascii() and digits.isdigit()
    hours, minutes = (int(text[:2]), int(text[3:])) if well_formed else (99, 0)
    if minutes > 59 or hours * 60 + minutes > MINUTES_A_DAY:
        raise ValueError(f"'{text}' is no time of day from 00:00 to 24:00")
    return hours * 60 + minutes


def time_of_day(minute: int) -> str:
    """`HH:MM` of a minute of the day, 0 to 1440.

    >>> time_of_day(570), time_of_day(1440)
    ('09:30', '24:00')
    """
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class Shift:
    """Local wall time `[start, end)` on a weekday, in minutes since midnight, 0 to 1440."""

    weekday: Weekday
    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start <= MINUTES_A_DAY and 0 <= self.end <= MINUTES_A_DAY):
            raise ValueError("a shift lies between 00:00 and 24:00")


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A public holiday, already expanded from country and subdivision."""

    date: date
    name: str


@dataclass(frozen=True, slots=True)
class OwnDate:
    """A day off of one's own: `on` one date, or a `yearly` (month, day); exactly one of the two."""

    name: str
    on: date | None = None
    yearly: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if (self.on is None) == (self.yearly is None):
            raise ValueError("an own date has either a date or a yearly day")


@dataclass(frozen=True, slots=True)
class Override:
    """From `first` to `last` (both included) these weekly `shifts` hold instead, all seven days of the week.

    Public holidays within are worked too, unless `keep_holidays`. Without shifts it is a closure.
    """

    first: date
    last: date
    name: str
    shifts: tuple[Shift, ...] = ()
    keep_holidays: bool = False


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """One calendar version. Raises the `CalendarRuleBroken` that its first wrong field calls for.

    Own dates beat overrides, overrides beat public holidays unless they keep them. Where overrides overlap, the one
    given last holds. Working time over the coming years is a question of its own: `check_working_time`.

    >>> CalendarDefinition("Europe/Berlin", (Shift(Weekday.MON, 23 * 60, 0),))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    services.requests.worktime.refusals.EmptyShift: The shift from 23:00 to 00:00 is empty; ...
    """

    time_zone: str
    shifts: tuple[Shift, ...]
    public_holidays: tuple[PublicHoliday, ...] = ()
    dates: tuple[OwnDate, ...] = ()
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        if self.time_zone not in known_zones():
            raise UnknownTimeZone("/time_zone", time_zone=self.time_zone)
        _refuse_empty_shifts(self.shifts, "/shifts")
        for place, own in enumerate(self.dates):
            _refuse_impossible_day(own, f"/dates/{place}/yearly")
        for place, override in enumerate(self.overrides):
            if override.last < override.first:
                raise OverrideEndsBeforeItBegins(
                    f"/overrides/{place}/to", name=override.name, first=override.first, last=override.last
                )
            _refuse_empty_shifts(override.shifts, f"/overrides/{place}/shifts")


def _refuse_empty_shifts(shifts: Iterable[Shift], pointer: str) -> None:
    for place, shift in enumerate(shifts):
        if shift.end <= shift.start:
            raise EmptyShift(f"{pointer}/{place}/end", start=time_of_day(shift.start), end=time_of_day(shift.end))


def _refuse_impossible_day(own: OwnDate, pointer: str) -> None:
    if own.yearly is None:
        return
    month, day = own.yearly
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        raise ImpossibleYearlyDate(pointer, yearly=f"{month:02}-{day:02}") from None
