"""Which time between two instants counted and which did not, and why, so that a person can follow it by hand."""

from dataclasses import dataclass
from datetime import datetime

from services.requests.worktime.calendar import REACH_US, WorkingTime
from services.requests.worktime.days import Reason
from services.requests.worktime.refusals import ExplanationTooLong
from services.requests.worktime.windows import Window
from services.requests.worktime.zones import instant_at, microseconds_of, midnight_of

MOST_SPANS = 10_000


@dataclass(frozen=True, slots=True)
class Span:
    """`[from_, to)` in UTC: counted as working time or not, why, and the name of the holiday, own date or override."""

    from_: datetime
    to: datetime
    counted: bool
    reason: Reason
    name: str | None


@dataclass(slots=True)
class _Stretch:
    start: int
    end: int
    counted: bool
    reason: Reason
    name: str | None

    def goes_on_as(self, other: "_Stretch") -> bool:
        return (self.counted, self.reason, self.name) == (other.counted, other.reason, other.name)


def explain(calendar: WorkingTime, a: datetime, b: datetime) -> list[Span]:
    """`[a, b)` cut into spans without gap or overlap; those that count sum to `calendar.between(a, b)`.

    A holiday, own date or override names the whole local date it governs; neighbours with the same reason are one
    span. Empty when `b` is not after `a`. Bounded: raises `ExplanationTooLong` above 20 years or 10,000 spans,
    `OutsideCalendar` as all questions do.
    """
    start, end = microseconds_of(a), microseconds_of(b)
    window = calendar.window_over(min(start, end), max(start, end))
    if end - start > REACH_US:
        raise ExplanationTooLong(limit=MOST_SPANS)
    stretches: list[_Stretch] = []
    day, _ = window.clock.day_and_time_of(start)
    while not stretches or stretches[-1].end < end:
        if start >= end:
            return []
        _append_day(stretches, window, day, start, end)
        day += 1
        if len(stretches) > MOST_SPANS:
            raise ExplanationTooLong(limit=MOST_SPANS)
    return [Span(instant_at(s.start), instant_at(s.end), s.counted, s.reason, s.name) for s in stretches]


def _append_day(stretches: list[_Stretch], window: Window, day: int, start: int, end: int) -> None:
    rule = window.rules.on(day)
    cursor = window.clock.instant_of(midnight_of(day))
    pieces = []
    for opening, closing in window.day_intervals(day):
        pieces.append(_Stretch(cursor, opening, False, rule.shut_reason, rule.name))
        pieces.append(_Stretch(opening, closing, True, rule.open_reason, rule.name))
        cursor = closing
    pieces.append(_Stretch(cursor, window.clock.instant_of(midnight_of(day + 1)), False, rule.shut_reason, rule.name))
    for piece in pieces:
        piece.start, piece.end = max(piece.start, start), min(piece.end, end)
        if piece.start >= piece.end:
            continue
        if stretches and stretches[-1].goes_on_as(piece):
            stretches[-1].end = piece.end
        else:
            stretches.append(piece)
