"""One cycle counted quarter of an hour by quarter: was it worked, and did whoever held the ticket pause the clock?

Independent of the code under test in its arithmetic too: a promise in working time is breached in the first running
quarter that finds nothing left, wherever the due time is said to be; the code moves due times by what was paused.

Read where `agreements.md` is brief:
- "If nothing remains, the clock is breached at the instant of the ruling" also while it is paused, and also if it stops
  at that very instant. What stays of a breached clock's target is 0.
- Working days that are promised while the clock runs are measured from the cycle's start, or from its last restart.
- Working time that a missed notice adds stays added, whatever is promised for that cycle later.
- A freeze that is known counts before it begins: the clerk lets the quarters go by to its end, as if nothing happened.
  It is told as a recalculation where it moves the due time. A clock that only a freeze pauses is due all the same.
- A lapse is a miss at the due time, or at the lapse if that comes first; the due time stays what it was.
"""

from copy import copy
from dataclasses import dataclass

from tests.requests.timeline.oracle_cycles import Change, Cycle
from tests.requests.timeline.oracle_left_out import LeftOut
from tests.requests.timeline.oracle_moments import Held
from tests.requests.timeline.oracle_promises import Calendars

Recalculated = tuple[int, float, float, str]
RUNNING: Held = ("provider", "", ())


@dataclass
class Life:
    """Who held each quarter of the ticket from `first` to `now`, who holds it now, and what is left out."""

    quarters: list[Held]
    first: int
    now: int
    current: Held
    left_out: LeftOut


@dataclass
class Measured:
    """What the quarters say of one cycle; instants and durations in quarters."""

    cycle: Cycle
    state: str
    target: int
    elapsed: int
    remaining: int | None
    due: float | None
    breached: int | None
    fires: dict[int, float | None]
    passed: set[int]
    recalculated: list[Recalculated]
    effect_of_miss: str
    version: int
    is_best_effort: bool = False


class Stopwatch:
    """A clerk with a calendar in hand, who looks at the clock every quarter of an hour."""

    def __init__(self, cycle: Cycle, calendars: Calendars) -> None:
        self.cycle, self.calendars = cycle, calendars
        self.tick = cycle.start
        self.added = self.used = 0
        self.breached: int | None = None
        self.effect_of_miss = "none"
        self.reached: dict[int, float] = {}
        self.passed: set[int] = set()
        self.recalculated: list[Recalculated] = []
        self.promise = cycle.promise
        self.version = calendars.version(self.promise.calendar, cycle.start)
        self.week = calendars.week(self.promise.calendar, self.version)
        self._promise_anew()

    def _promise_anew(self) -> None:
        self.since = self.tick
        self.due0: float = self.promise.due(self.week, self.tick, self.cycle.round)
        self.target = self.week.worked(self.tick, int(self.due0)) + self.added
        self.moved, self.resumed, self.used = self.added, self.tick, 0
        self.in_days = bool(self.promise.length_of(self.cycle.round).days)

    def due(self) -> int:
        """By when the clock is due if nothing pauses it from here on."""
        left = self.target - self.used
        if left > 0 and (self.moved or not self.in_days):
            return int(self.week.after(self.tick, left))
        moved = self.week.after(int(self.due0), self.moved) if self.moved else self.due0
        return int(max(moved, self.resumed))

    def told(self, known: LeftOut) -> float:
        """The due time as if the clock ran from here on, but for what is `known` to be left out."""
        ahead = self.ahead(known)
        return ahead.due() if ahead.breached is None else ahead.breached

    def ahead(self, known: LeftOut) -> "Stopwatch":
        """The clock as it will be when that is over, if it runs until then."""
        ahead = copy(self)
        ahead.reached = dict(self.reached)
        while ahead.tick < known.until():
            ahead.step(RUNNING, is_left_out=known.by(ahead.tick) is not None)
        return ahead

    def change(self, change: Change) -> None:
        """A ruling, or time added, at this quarter."""
        if change.why == "notice" and self.breached is not None:
            return  # a miss acts on what is not breached: nothing is calculated again
        before = self.told(change.before)
        if change.why == "freeze":
            if before == self.told(change.known):
                return
        elif change.why == "notice":
            self.added += change.added
            self.target += change.added
            self.moved += change.added
        else:
            assert change.promise
            self.promise, self.version = change.promise, change.version
            self.week = self.calendars.week(self.promise.calendar, self.version)
            self._rule(change)
        self.recalculated.append((self.tick, before, self.told(change.known), change.why))

    def _rule(self, change: Change) -> None:
        if change.restart:
            self._promise_anew()
        else:
            if change.why != "calendar":
                due = self.promise.due(self.week, self.since, self.cycle.round)
                self.target = self.week.worked(self.since, due) + self.added
            left = self.target - self.used
            if left > 0:
                self.due0, self.moved, self.in_days = self.week.after(self.tick, left), 0, False
            elif self.breached is None:
                self.breach(self.tick)
        for percent in self.promise.warnings:
            if percent not in self.reached and self.target * percent / 100 <= self.used:
                self.reached[percent] = self.tick
                self.passed.add(percent)

    def breach(self, at: int) -> None:
        self.breached, self.effect_of_miss = at, self.promise.effect

    def step(self, held: Held, *, is_left_out: bool = False) -> None:
        """One quarter goes by."""
        is_open = self.week.is_open(self.tick)
        if is_left_out or self.promise.is_paused_by(held):
            self.moved += is_open
            self.resumed = self.tick + 1
        else:
            if self.breached is None and self.used >= self.target and self.tick >= self.due():
                self.breach(self.due())
                assert self.in_days or self.breached == self.tick
            self.used += is_open
            for percent in self.promise.warnings:
                share = self.target * percent / 100
                if is_open and percent not in self.reached and share <= self.used:
                    self.reached[percent] = self.tick + share - (self.used - 1)
        self.tick += 1


def measure(cycle: Cycle, calendars: Calendars, life: Life) -> Measured:
    """One cycle, now."""
    watch, end = Stopwatch(cycle, calendars), life.now if cycle.end is None else cycle.end
    ahead = list(cycle.changes)
    while True:
        while ahead and ahead[0].tick == watch.tick:
            watch.change(ahead.pop(0))
        if watch.tick == end:
            break
        watch.step(life.quarters[watch.tick - life.first], is_left_out=life.left_out.by(watch.tick) is not None)
    assert not ahead
    is_open = cycle.end is None
    is_stopped = is_open and watch.promise.is_paused_by(life.current)
    is_frozen = is_open and life.left_out.by(end) is not None
    foresees = is_open and not is_stopped
    known = life.left_out if foresees else LeftOut()
    due = None if is_stopped and watch.breached is None else watch.told(known)
    if cycle.how == "lapsed" and watch.breached is None:
        watch.breach(min(watch.due(), end))
    fires: dict[int, float | None] = {}
    later = watch.ahead(known)
    for percent in watch.promise.warnings:
        fires[percent] = later.reached.get(percent)
        if foresees and percent not in later.reached:
            fires[percent] = later.week.after(later.tick, later.target * percent / 100 - later.used)
    fires[100] = watch.breached if watch.breached is not None else due if foresees else None
    return Measured(
        cycle=cycle,
        state=_state(cycle, is_paused=is_stopped or is_frozen, is_breached=watch.breached is not None),
        target=watch.target,
        elapsed=watch.used,
        remaining=None if cycle.end is not None else 0 if watch.breached is not None else watch.target - watch.used,
        due=due,
        breached=watch.breached,
        fires=fires,
        passed=watch.passed,
        recalculated=watch.recalculated,
        effect_of_miss=watch.effect_of_miss,
        version=watch.version,
    )


def _state(cycle: Cycle, *, is_paused: bool, is_breached: bool) -> str:
    if cycle.end is None:
        return "paused" if is_paused else "running"
    return "missed" if is_breached else "void" if cycle.how == "void" else "met"
