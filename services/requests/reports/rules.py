"""Pure: periods and their buckets, intervals of confidence, and shares."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.requests.worktime.zones import LocalClock, instant_at, midnight_of

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: intervals hold 95 %."""

ROUNDING = 1e-9
"""What a sum of many shares may be off by."""


class ShareRead(NamedTuple):
    """A share of `n` with its Wilson interval; all None where nothing was counted."""

    n: int
    share: float | None
    low: float | None
    high: float | None


def wilson(successes: int, n: int) -> ShareRead:
    """The score interval of a binomial share (E. B. Wilson, 1927), at 95 %.

    >>> read = wilson(8, 10)
    >>> read.share, round(read.low, 4), round(read.high, 4)
    (0.8, 0.4902, 0.9433)
    >>> wilson(0, 0)
    ShareRead(n=0, share=None, low=None, high=None)
    """
    if n == 0:
        return ShareRead(0, None, None, None)
    share, spread = successes / n, Z95 * Z95 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return ShareRead(n, share, max(0.0, middle - half), min(1.0, middle + half))


def is_kept(met: int, objectives: float) -> bool:
    """Whether at least as many clocks were met as their objectives, which sum to this, ask for.

    >>> is_kept(19, sum([0.95] * 20)), is_kept(18, sum([0.95] * 20)), is_kept(3, 0.9 + 0.9 + 1.0)
    (True, False, True)
    """
    return met >= objectives - ROUNDING * max(1.0, objectives)


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open span `[start, end)`; either end may be open (None)."""

    start: datetime | None
    end: datetime | None

    def is_shorter_than(self, span: timedelta) -> bool:
        """Whether it has two ends, less than that apart."""
        return self.start is not None and self.end is not None and self.end - self.start < span

    def clip(self, from_: datetime, to: datetime) -> tuple[datetime, datetime]:
        """The part of `[from_, to)` inside; empty (from ≥ to) where there is none."""
        return max(from_, self.start or from_), min(to, self.end or to)


def period_of(first: date | None, last: date | None, zone: str) -> Period:
    """The local dates `first` (inclusive) to `last` (exclusive) in a zone of the IANA database.

    >>> period_of(date(2026, 3, 1), date(2026, 4, 1), "Europe/Madrid").end.isoformat()
    '2026-03-31T22:00:00+00:00'
    """
    return Period(*(None if day is None else first_instant(day, zone) for day in (first, last)))


class Age(StrEnum):
    """How long ago a ticket was created: at least so many days, and less than the next one says."""

    UNDER_1_DAY = "under_1_day"
    FROM_1_DAY = "from_1_day"
    FROM_3_DAYS = "from_3_days"
    FROM_7_DAYS = "from_7_days"
    FROM_14_DAYS = "from_14_days"
    FROM_30_DAYS = "from_30_days"
    FROM_90_DAYS = "from_90_days"

    @property
    def since(self) -> timedelta:
        """At what age it begins.

        >>> Age.UNDER_1_DAY.since.days, Age.FROM_14_DAYS.since.days
        (0, 14)
        """
        return timedelta(days=0 if self is Age.UNDER_1_DAY else int(self.value.split("_")[1]))


class Bucket(StrEnum):
    """Into what a period is cut: local days, weeks from Monday on, or months."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def first_day(self, day: date) -> date:
        """The day on which the bucket of `day` begins.

        >>> [str(bucket.first_day(date(2026, 3, 5))) for bucket in Bucket]
        ['2026-03-05', '2026-03-02', '2026-03-01']
        """
        match self:
            case Bucket.DAY:
                return day
            case Bucket.WEEK:
                return day - timedelta(days=day.weekday())
            case Bucket.MONTH:
                return day.replace(day=1)

    def next_day(self, day: date) -> date:
        """The day after the bucket of `day`."""
        first = self.first_day(day)
        return self.first_day(first + timedelta(days={Bucket.DAY: 1, Bucket.WEEK: 7, Bucket.MONTH: 31}[self]))


def buckets_of(first: date, last: date, bucket: Bucket) -> Iterator[tuple[date, date]]:
    """The half-open spans into which `first` (inclusive) to `last` (exclusive) falls; the outer ones may be cut.

    >>> [(str(a), str(b)) for a, b in buckets_of(date(2026, 1, 31), date(2026, 3, 2), Bucket.MONTH)]
    [('2026-01-31', '2026-02-01'), ('2026-02-01', '2026-03-01'), ('2026-03-01', '2026-03-02')]
    """
    while first < last:
        following = min(bucket.next_day(first), last)
        yield first, following
        first = following


def first_instant(day: date, zone: str) -> datetime:
    """The instant at which that local date begins."""
    return instant_at(LocalClock(zone, day.year, day.year).instant_of(midnight_of(day.toordinal())))
