"""Durations as people agree on them: working time or working days, and never 24 hours that call themselves a day."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from services.requests.worktime.refusals import InvalidDuration

LONGEST_TEXT = 1_000
_WORKING_TIME = re.compile(r"PT(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.0+)?S)?")
_WORKING_DAYS = re.compile(r"P([0-9]+)D")


@dataclass(frozen=True, slots=True)
class WorkingSeconds:
    """So many whole seconds of working time, 0 or more, of any size.

    >>> str(WorkingSeconds(5400)), str(WorkingSeconds(0)), str(WorkingSeconds(63_072_000))
    ('PT1H30M', 'PT0S', 'PT17520H')
    """

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError("working time is 0 seconds or more")

    @property
    def amount(self) -> timedelta:
        """The same as a `timedelta`; what no `timedelta` can hold is its maximum, which exhausts every calendar."""
        try:
            return timedelta(seconds=self.seconds)
        except OverflowError:
            return timedelta.max

    def __str__(self) -> str:
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        parts = [f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count]
        return "PT" + ("".join(parts) or "0S")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days, 1 or more.

    >>> str(WorkingDays(3))
    'P3D'
    """

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError("working days are 1 or more")

    def __str__(self) -> str:
        return f"P{self.days}D"


Duration = WorkingSeconds | WorkingDays


@lru_cache(maxsize=1024)  # an offering's few durations are read again for each of its tickets
def parse_duration(text: str) -> Duration:
    """The duration that `text` spells (ISO 8601: `PT…` without days, or `PnD`); raises `InvalidDuration`.

    >>> parse_duration("PT1H30M"), parse_duration("PT63072000S"), parse_duration("P3D")
    (WorkingSeconds(seconds=5400), WorkingSeconds(seconds=63072000), WorkingDays(days=3))
    >>> parse_duration("PT12600.0S")  # a whole number, as programs may spell it; parts of a second are refused
    WorkingSeconds(seconds=12600)
    >>> parse_duration("P1DT2H")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    services.requests.worktime.refusals.InvalidDuration: 'P1DT2H' is neither working time ...
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidDuration(text=text[:40] + "…")
    if days := _WORKING_DAYS.fullmatch(text):
        count = int(days[1])
        if count < 1:
            raise InvalidDuration(text=text)
        return WorkingDays(count)
    time = _WORKING_TIME.fullmatch(text)
    if time is None:
        raise InvalidDuration(text=text)
    hours, minutes, seconds = (int(part or 0) for part in time.groups())
    return WorkingSeconds(hours * 3600 + minutes * 60 + seconds)
