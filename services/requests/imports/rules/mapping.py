"""What a log's columns and values mean, as its mapping declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.requests.timeline.vocabulary import State
from services.requests.worktime.zones import LocalClock, instant_at, microseconds_of

ISO = "iso"
"""The `time_format` of ISO 8601 times; any other is a format of `datetime.strptime`."""
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
_SAMPLE = datetime(2016, 11, 29, 13, 45, 56, tzinfo=UTC)


def local_clock(zone: str) -> LocalClock:
    """The wall clock of a zone over all years that a ticket may lie in."""
    return LocalClock(zone, EARLIEST_YEAR - 1, LATEST_YEAR + 1)


def is_readable(time_format: str) -> bool:
    """Whether times can be read by this format: a whole date at least, in words that strptime knows.

    >>> is_readable("%d-%m-%Y %H:%M"), is_readable("iso"), is_readable("%H:%M"), is_readable("%d %d %Q")
    (True, True, False, False)
    """
    if time_format == ISO:
        return True
    try:
        return datetime.strptime(_SAMPLE.strftime(time_format), time_format).date() == _SAMPLE.date()  # noqa: DTZ007
    except (ValueError, re.error):
        return False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state of the source is here; a wait on a third party may name it."""

    state: State
    third_party: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; `id` is the source's own id of an event, where it has one."""

    case: str
    state: str
    time: str
    group: str | None = None
    priority: str | None = None
    opened: str | None = None
    id: str | None = None
    subject: str | None = None
    person: str | None = None

    def named(self) -> dict[str, str]:
        """The columns that the log must have, by what they hold."""
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: column for name, column in held.items() if column is not None}


@dataclass(frozen=True, slots=True)
class LogMapping:
    """A declared mapping; `groups` gives each group of the source the code of its department.

    `unknown` are the values that say nothing; times without an offset are told by `clock`; `kept` are the
    columns whose first known value stays with the ticket.
    """

    columns: Columns
    clock: LocalClock
    time_format: str
    unknown: frozenset[str]
    states: Mapping[str, Meaning]
    priorities: Mapping[str, str]
    groups: Mapping[str, str]
    kept: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are read at all."""
        return (*self.columns.named().values(), *self.kept)

    def instant(self, text: str) -> datetime:
        """The instant that a time of the log tells; ValueError when it tells none.

        A local time in a daylight-saving gap moves to the first valid instant, an ambiguous one takes the earlier.

        >>> clock = local_clock("Europe/Madrid")
        >>> mapping = LogMapping(Columns("c", "s", "t"), clock, "%d-%m-%Y %H:%M", frozenset(), {}, {}, {})
        >>> mapping.instant("27-03-2016 02:30").isoformat(), mapping.instant("30-10-2016 02:30").isoformat()
        ('2016-03-27T01:00:00+00:00', '2016-10-30T00:30:00+00:00')
        """
        is_iso = self.time_format == ISO
        told = datetime.fromisoformat(text) if is_iso else datetime.strptime(text, self.time_format)  # noqa: DTZ007
        if told.tzinfo is not None:
            return told.astimezone(UTC)
        return instant_at(self.clock.instant_of(microseconds_of(told.replace(tzinfo=UTC))))
