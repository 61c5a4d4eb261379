"""Clocks counted quarter of an hour by quarter: was it worked, and did whoever held the ticket pause the clock?

Independent of the code under test in its arithmetic too: a promise in working time is breached in the first running
quarter that finds nothing left, wherever the due time is said to be; the code moves due times by what was paused.
"""

from dataclasses import dataclass

from tests.requests.timeline.oracle import Held, Watched
from tests.requests.timeline.weeks import Week

_STARTS = {"acknowledge": ("submitted",), "first_response": ("submitted",), "resolution": ("submitted", "reopened")}
_STOPS = {
    "acknowledge": ("acted", "declined", "fulfilled"),
    "first_response": ("replied", "declined", "fulfilled"),
    "resolution": ("fulfilled",),
}
_VOIDS = {"acknowledge": ("cancelled",), "first_response": ("cancelled",), "resolution": ("declined", "cancelled")}


@dataclass(frozen=True)
class Promise:
    """A target in hours (`quarters`) or working `days`, one of the two."""

    clock: str
    week: Week
    quarters: int = 0
    days: int = 0
    end_of_day: bool = False
    reopened: int = 0
    third_party_pauses: bool = False

    def is_paused_by(self, held: Held) -> bool:
        party = held[0].partition(":")[0]
        if party == "third_party":
            return self.clock == "resolution" and self.third_party_pauses
        return party in ("customer", "approver") and self.clock != "acknowledge"

    def due(self, start: int, number: int) -> int:
        """By when a cycle that starts there is promised, if nothing pauses it."""
        quarters = self.reopened if number > 1 and self.reopened else self.quarters
        if quarters:
            return int(self.week.after(start, quarters))
        return self.week.days_after(start, self.days, end_of_day=self.end_of_day)


@dataclass(frozen=True)
class Run:
    """A cycle: from which quarter to which (None: still open)."""

    clock: str
    number: int
    start: int
    end: int | None
    is_void: bool = False


def runs(clock: str, watched: Watched) -> list[Run]:
    """The cycles of a clock, by what happened when."""
    found: list[Run] = []
    for tick, what in ((moment.tick, moment.what) for moment in watched.moments):
        is_open = bool(found) and found[-1].end is None
        if is_open and what in _STOPS[clock] + _VOIDS[clock]:
            last = found.pop()
            found.append(Run(clock, last.number, last.start, tick, what in _VOIDS[clock]))
        elif not is_open and what in _STARTS[clock]:
            found.append(Run(clock, len(found) + 1, tick, None))
    return found


@dataclass
class Measured:
    """What the quarters say of one cycle; instants and durations in quarters."""

    state: str
    target: int
    elapsed: int
    remaining: int | None
    due: float | None
    breached: int | None
    fires: dict[int, float | None]


def measure(promise: Promise, run: Run, quarters: list[Held], first: int, now: int, current: Held) -> Measured:
    """One cycle at `now`; `quarters` holds who held the ticket from `first` on, `current` who holds it now."""
    week, end = promise.week, now if run.end is None else run.end
    due0 = promise.due(run.start, run.number)
    target = week.worked(run.start, due0)
    shares = {50: target * 0.5, 75: target * 0.75}
    fires: dict[int, float | None] = dict.fromkeys((50, 75))
    used, paused, resumed, breached = 0, 0, run.start, None
    for tick in range(run.start, end):
        if promise.is_paused_by(quarters[tick - first]):
            paused += week.is_open(tick)
            resumed = tick + 1
            continue
        if breached is None and used >= target:
            # Nothing left and running. Working days may be due later still: at the opening that day begins with.
            moved = due0 if not paused else week.after(due0, paused)
            breached = int(max(moved, resumed)) if tick >= max(moved, resumed) else None
            if promise.days == 0:
                assert breached == tick
        if week.is_open(tick):
            for percent, share in shares.items():
                if used < share <= used + 1:
                    fires[percent] = tick + (share - used)
            used += 1
    is_paused = run.end is None and promise.is_paused_by(current)
    foresees = run.end is None and not is_paused
    if breached is not None:
        due: float | None = breached
    elif is_paused:
        due = None
    elif used < target and (paused or not promise.days):
        due = week.after(end, target - used)
    else:
        due = max(due0 if not paused else week.after(due0, paused), resumed)
    for percent, share in shares.items():
        if foresees and fires[percent] is None:
            fires[percent] = week.after(end, share - used)
    fires[100] = breached if breached is not None else due if foresees else None
    return Measured(
        state=_state(run, is_paused=is_paused, is_breached=breached is not None),
        target=target,
        elapsed=used,
        remaining=None if run.end is not None else 0 if breached is not None else target - used,
        due=due,
        breached=breached,
        fires=fires,
    )


def _state(run: Run, *, is_paused: bool, is_breached: bool) -> str:
    if run.end is None:
        return "paused" if is_paused else "running"
    return "missed" if is_breached else "void" if run.is_void else "met"
