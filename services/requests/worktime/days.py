"""Which rule holds on a local date: an own date, an override, a public holiday or the ordinary week."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from heapq import heappop, heappush

from services.requests.worktime.definition import CalendarDefinition, Override, Shift, Weekday
from services.requests.worktime.zones import MINUTE_US


class Reason(StrEnum):
    """Why time counts (`working`, `override`) or does not (the others, and `override` outside its shifts)."""

    WORKING = "working"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    DATE = "date"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class DayRule:
    """What holds on a date: shifts as wall-time microseconds after midnight, sorted and apart, and what to call it."""

    shifts: tuple[tuple[int, int], ...]
    open_reason: Reason
    shut_reason: Reason
    name: str | None = None


class DayRules:
    """All rules of a definition, asked by date (`date.toordinal`).

    Own dates beat overrides; overrides beat public holidays unless they keep them; the override given last beats
    those before it; of two names for one day the first given is told.
    """

    def __init__(self, definition: CalendarDefinition) -> None:
        self._week = _week(definition.shifts, Reason.WORKING, Reason.CLOSED, None)
        self._holidays = {
            h.date.toordinal(): _shut(Reason.HOLIDAY, h.name) for h in reversed(definition.public_holidays)
        }
        own = [*reversed(definition.dates)]
        self._dates = {d.on.toordinal(): _shut(Reason.DATE, d.name) for d in own if d.on}
        self._yearly = {d.yearly: _shut(Reason.DATE, d.name) for d in own if d.yearly}
        self._overrides = definition.overrides
        self._override_weeks = [_week(o.shifts, Reason.OVERRIDE, Reason.OVERRIDE, o.name) for o in definition.overrides]
        self._override_from, self._override_index = _last_given(definition.overrides)

    def on(self, ordinal: int) -> DayRule:
        """The rule of the date with this ordinal."""
        if rule := self._dates.get(ordinal) or self._yearly_rule(ordinal):
            return rule
        holiday = self._holidays.get(ordinal)
        place = bisect_right(self._override_from, ordinal) - 1
        index = self._override_index[place] if place >= 0 else None
        if index is not None and not (holiday and self._overrides[index].keep_holidays):
            return self._override_weeks[index][(ordinal - 1) % 7]
        return holiday or self._week[(ordinal - 1) % 7]

    def _yearly_rule(self, ordinal: int) -> DayRule | None:
        if not self._yearly:
            return None
        day = date.fromordinal(ordinal)
        return self._yearly.get((day.month, day.day))


def _shut(reason: Reason, name: str) -> DayRule:
    return DayRule((), reason, reason, name)


def _week(shifts: Sequence[Shift], open_reason: Reason, shut_reason: Reason, name: str | None) -> list[DayRule]:
    """The rule of each weekday, Monday first."""
    return [
        DayRule(merged((s.start, s.end) for s in shifts if s.weekday == weekday), open_reason, shut_reason, name)
        for weekday in Weekday
    ]


def merged(minutes: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Overlapping or touching stretches of a day as one each, in order; minutes in, microseconds out.

    >>> [(start // MINUTE_US, end // MINUTE_US) for start, end in merged([(60, 90), (90, 120), (0, 30), (20, 40)])]
    [(0, 40), (60, 120)]
    """
    apart: list[tuple[int, int]] = []
    for start, end in sorted(minutes):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple((start * MINUTE_US, end * MINUTE_US) for start, end in apart)


def _last_given(overrides: Sequence[Override]) -> tuple[list[int], list[int | None]]:
    """Where the override in force changes (ordinals), and which one holds from there on (its index, or none).

    One sweep over the edges with the open overrides in a heap, so that many long ones stay cheap.
    """
    edges = sorted({edge for o in overrides for edge in (o.first.toordinal(), o.last.toordinal() + 1)})
    waiting = sorted(range(len(overrides)), key=lambda index: overrides[index].first, reverse=True)
    open_ones: list[int] = []
    holding: list[int | None] = []
    for edge in edges:
        while waiting and overrides[waiting[-1]].first.toordinal() <= edge:
            heappush(open_ones, -waiting.pop())
        while open_ones and overrides[-open_ones[0]].last.toordinal() < edge:
            heappop(open_ones)
        holding.append(-open_ones[0] if open_ones else None)
    return edges, holding
