"""The stages of a budget as functions of a start, and every start at which they change their course."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from services.requests.worktime import DueRule, Duration, WorkingSeconds, WorkingTime, promise
from services.requests.worktime.zones import MICROSECOND, SECOND_US, instant_at, microseconds_of
from services.shared.language import Texts
from services.shared.problems import Conflict

MOST_BREAKS = 30_000
"""So many breaks are kept in mind at most: a year of five stages over as many offices has some ten thousand."""
MOST_LOOKS = 2_000_000
"""Starts times legs that all promises of a version are held against: some seconds of a core."""


class BudgetTooFine(Conflict):
    """The calendars of the stages are cut into more pieces, or hold more promises, than can be looked at in time."""

    code = "budget_too_fine"
    detail = Texts(
        "The calendars of these stages open and close too often for so many stages and promises: the worst start is not"
        " found in time.",
        "Los calendarios de estas etapas abren y cierran demasiado para tantas etapas y compromisos: no se halla a"
        " tiempo el peor comienzo.",
    )


@dataclass(frozen=True, slots=True)
class Leg:
    """One promise that is waited for: a duration in a calendar."""

    calendar: WorkingTime
    duration: Duration
    due: DueRule = DueRule.SAME_TIME


Lane = Sequence[Leg]
"""Legs one after the other: a link's `acknowledge`, then its work."""
Stage = Sequence[Lane]
"""Lanes that begin together; the slowest counts."""


class Move(Protocol):
    """A leg as a function of its start, for the starts from `begin` to `end` (whole seconds, in microseconds).

    It never runs backwards, and between two breaks that follow each other it stands still or keeps step: whoever knows
    its value at a break and one second after knows it everywhere.
    """

    begin: int
    end: int

    def value(self, at: int) -> int:
        """When the leg is done that starts at `at`."""
        ...

    def breaks(self, wanted: Iterable[int]) -> set[int]:
        """The last starts before the course changes, those among them that end after one of the `wanted` at last."""
        ...


class _Counted:
    """More than no working time, added: two searches, forwards and backwards."""

    def __init__(self, calendar: WorkingTime, seconds: WorkingSeconds, begin: int, end: int) -> None:
        self.begin, self.end = begin, end
        last = microseconds_of(calendar.add(instant_at(end), seconds.amount))
        self._amount = seconds.amount // MICROSECOND
        self._window = calendar.window_over(begin, last)

    def value(self, at: int) -> int:
        return self._window.when_worked(self._window.worked_by(at) + self._amount)

    def breaks(self, wanted: Iterable[int]) -> set[int]:
        window, amount = self._window, self._amount
        ends = chain(wanted, window.edges(self.value(self.begin), self.value(self.end)))
        found = {window.last_worked(window.worked_by(at) - amount) for at in ends}
        found.update(window.edges(self.begin, self.end))
        return {at for at in found if at is not None and self.begin <= at <= self.end}


class _Shown:
    """Working days, or no working time at all: what matters is what the wall clock shows."""

    def __init__(self, leg: Leg, begin: int, end: int) -> None:
        self.begin, self.end = begin, end
        self._leg = leg
        self._known: dict[int, int] = {}
        self._window = leg.calendar.window_over(begin, self.value(end))
        self._marks = sorted({begin, end, *(at for at in self._turns(begin, end) if begin <= at <= end)})
        self._values = [self.value(at) for at in self._marks]

    def value(self, at: int) -> int:
        known = self._known.get(at)
        if known is None:
            leg = self._leg
            known = microseconds_of(promise(leg.calendar, instant_at(at), leg.duration, leg.due))
            self._known[at] = known
        return known

    def breaks(self, wanted: Iterable[int]) -> set[int]:
        found = {self._last(at) for at in chain(wanted, self._turns(self._values[0], self._values[-1]))}
        return {at for at in found if at is not None} | set(self._marks)

    def _turns(self, begin: int, end: int) -> Iterable[int]:
        """Where working time, a date or an hour begins or ends, and the second before."""
        turns = [*self._window.edges(begin, end), *self._window.clock.turns(begin, end)]
        return chain(turns, (at - SECOND_US for at in turns))

    def _last(self, done: int) -> int | None:
        """The last start that is done by then; None where it does not lie among the starts."""
        place = bisect_right(self._values, done)
        if not 0 < place < len(self._marks):
            return None
        low, high = self._marks[place - 1], self._marks[place]
        for guess in (high - SECOND_US, low + done - self._values[place - 1]):
            if low <= guess < high and self.value(guess) <= done < self.value(guess + SECOND_US):
                return guess
        starts = range(low, high, SECOND_US)
        return starts[bisect_right(starts, done, key=self.value) - 1]


def move_of(leg: Leg, begin: int, end: int) -> Move:
    """The leg for starts from `begin` to `end`. CalendarExhausted, OutsideCalendar."""
    if isinstance(leg.duration, WorkingSeconds) and leg.duration.seconds:
        return _Counted(leg.calendar, leg.duration, begin, end)
    return _Shown(leg, begin, end)


class Course:
    """Stages one after the other, from the starts `begin` to `end`."""

    def __init__(self, stages: Sequence[Stage], begin: int, end: int) -> None:
        self._stages: list[list[list[Move]]] = []
        for stage in stages:
            lanes = [_lane(lane, begin, end) for lane in stage]
            self._stages.append(lanes)
            begin, end = (max(_through(lane, at) for lane in lanes) for at in (begin, end))

    def value(self, at: int) -> int:
        """When the last stage is done."""
        for lanes in self._stages:
            at = max(_through(lane, at) for lane in lanes) if len(lanes) > 1 else _through(lanes[0], at)
        return at

    def ends(self, at: int) -> list[list[list[int]]]:
        """When each leg of each lane of each stage is done."""
        found: list[list[list[int]]] = []
        for lanes in self._stages:
            found.append([_ends(lane, at) for lane in lanes])
            at = max(ends[-1] for ends in found[-1])
        return found

    def breaks(self, wanted: Collection[int]) -> set[int]:
        """As a move's, of all stages together. BudgetTooFine.

        Where lanes run together, the slowest bends upwards between two breaks; that only lifts what lies between them.
        """
        for lanes in reversed(self._stages):
            wanted = set().union(*(_breaks(lane, wanted) for lane in lanes))
        return set(wanted)


def _lane(lane: Lane, begin: int, end: int) -> list[Move]:
    moves: list[Move] = []
    for leg in lane:
        moves.append(move_of(leg, begin, end))
        begin, end = moves[-1].value(begin), moves[-1].value(end)
    return moves


def _through(moves: Iterable[Move], at: int) -> int:
    for move in moves:
        at = move.value(at)
    return at


def _ends(moves: Iterable[Move], at: int) -> list[int]:
    ends = []
    for move in moves:
        at = move.value(at)
        ends.append(at)
    return ends


def _breaks(moves: Sequence[Move], wanted: Collection[int]) -> Collection[int]:
    for move in reversed(moves):
        wanted = move.breaks(wanted)
        if len(wanted) > MOST_BREAKS:
            raise BudgetTooFine(pointer="/stages")
    return wanted
