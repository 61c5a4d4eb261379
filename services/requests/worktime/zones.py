"""The one place where local wall time becomes an instant and back, in whole microseconds since 1970 UTC.

Both directions are the two halves of one rule. `instant_of(wall)` is the first instant at which the local clock has
reached `wall`: in a gap that is the first valid instant, of an ambiguous time the earlier one.
`day_and_time_of(instant)` is how far the local clock had got by then: during the second pass of a repeated hour it
stays at the end of that hour, since its times belong to the first pass. So neither ever runs backwards, whatever a
zone did.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
DAY_US = 24 * 60 * MINUTE_US
_DAY_SECONDS = 24 * 60 * 60
_SECOND = timedelta(seconds=1)
# Names that the machine's own files carry but that name no place: what they mean differs from machine to machine.
_NOT_PLACES = frozenset({"localtime", "Factory", "posixrules"})


def microseconds_of(instant: datetime) -> int:
    """Microseconds from 1970-01-01T00:00Z to an aware `instant`.

    >>> microseconds_of(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (instant - EPOCH) // MICROSECOND


def instant_at(microseconds: int) -> datetime:
    """The instant (UTC) so many microseconds after 1970-01-01T00:00Z.

    >>> instant_at(1_500_000)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)
    """
    return EPOCH + microseconds * MICROSECOND


def midnight_of(ordinal: int) -> int:
    """The wall time 00:00 of a date (`date.toordinal`), in microseconds since 1970-01-01 00:00 on the same wall."""
    return (ordinal - EPOCH_ORDINAL) * DAY_US


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    return frozenset(available_timezones() - _NOT_PLACES)


def _offset_at(second: int, info: ZoneInfo) -> int:
    wall = datetime.fromtimestamp(second, info).replace(tzinfo=UTC)
    return (wall - EPOCH) // _SECOND - second


@lru_cache(maxsize=8192)
def _offset_changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """(instant, new offset) of each change of offset in the UTC `year`, in seconds.

    Looks once a day and closes in by halves: no zone has changed twice within a day since 1970 (a test says so).
    """
    info = ZoneInfo(zone)
    first, after = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    looks = [*range(first - 1, after - 1, _DAY_SECONDS), after - 1]
    seen = [(second, _offset_at(second, info)) for second in looks]
    return tuple(
        (_first_second_without(old, low, high, info), new) for (low, old), (high, new) in pairwise(seen) if old != new
    )


def _first_second_without(offset: int, low: int, high: int, info: ZoneInfo) -> int:
    return low + bisect_left(range(low, high), True, key=lambda second: _offset_at(second, info) != offset)


class LocalClock:
    """A zone's wall clock over the local years `first` to `last`; beyond them it keeps the nearest offset.

    >>> berlin = LocalClock("Europe/Berlin", 2024, 2024)
    >>> ordinal = datetime(2024, 3, 31).toordinal()
    >>> instant_at(berlin.instant_of(midnight_of(ordinal) + 150 * MINUTE_US))  # 02:30 does not exist that night
    datetime.datetime(2024, 3, 31, 1, 0, tzinfo=datetime.timezone.utc)
    """

    def __init__(self, zone: str, first: int, last: int) -> None:
        # A month before and a year after, because local years begin and end up to 14 hours beside those of UTC.
        before = int(datetime(first - 1, 12, 1, tzinfo=UTC).timestamp())
        self._starts = [before * SECOND_US]
        self._offsets = [_offset_at(before, ZoneInfo(zone)) * SECOND_US]
        self._reached: list[int] = []
        for year in range(first - 1, last + 2):
            for second, new in _offset_changes(zone, year):
                at = second * SECOND_US
                if at <= self._starts[0]:
                    continue
                wall = at + self._offsets[-1]
                self._reached.append(max(wall, self._reached[-1]) if self._reached else wall)
                self._starts.append(at)
                self._offsets.append(new * SECOND_US)

    def instant_of(self, wall: int) -> int:
        """The first instant at which this clock has reached `wall`."""
        segment = bisect_right(self._reached, wall)
        return max(self._starts[segment], wall - self._offsets[segment])

    def steady_midnight_of(self, midnight: int) -> int | None:
        """The instant of a date's midnight if the date passes without any change of offset, else None.

        On such a date, nearly every one, an instant is that of midnight plus the time of day.
        """
        segment = bisect_right(self._reached, midnight)
        begin = midnight - self._offsets[segment]
        whole = self._starts[segment] <= begin and (
            segment == len(self._reached) or midnight + DAY_US < self._reached[segment]
        )
        return begin if whole else None

    def turns(self, begin: int, end: int) -> list[int]:
        """The instants in [begin, end] at which a date begins, an offset changes or a repeated hour is over."""
        first, last = (self.day_and_time_of(instant)[0] for instant in (begin, end))
        midnights = [self.instant_of(midnight_of(ordinal)) for ordinal in range(first, last + 1)]
        caught_up = [self.instant_of(wall) for wall in self._reached]
        return [turn for turn in (*midnights, *self._starts[1:], *caught_up) if begin <= turn <= end]

    def day_and_time_of(self, instant: int) -> tuple[int, int]:
        """The date (ordinal) this clock has reached and the time of day, in (0, 24 h] while an hour repeats itself.

        >>> berlin = LocalClock("Europe/Berlin", 2024, 2024)
        >>> second_pass = microseconds_of(datetime(2024, 10, 27, 1, 30, tzinfo=UTC))
        >>> day, time = berlin.day_and_time_of(second_pass)
        >>> datetime.fromordinal(day).isoformat()[:10], time / MINUTE_US / 60
        ('2024-10-27', 3.0)
        """
        segment = max(bisect_right(self._starts, instant) - 1, 0)
        wall = instant + self._offsets[segment]
        if segment and self._reached[segment - 1] > wall:
            days, time = divmod(self._reached[segment - 1] - 1, DAY_US)
            return days + EPOCH_ORDINAL, time + 1
        days, time = divmod(wall, DAY_US)
        return days + EPOCH_ORDINAL, time
