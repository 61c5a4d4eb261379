"""What a clock shows at an instant: its state, elapsed and remaining time, its due time and its thresholds.

The clock of a breach keeps the `due_at` that passed, paused or not; nothing remains then, and `elapsed` goes on. The
moment just after the due time, at which the whole fires, is a microsecond later: the step of the database's clock.
A clock that only a freeze pauses keeps its due time, for it is known when that ends.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.clocks import RULES
from services.requests.timeline.cycles import Cycle, Ending
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.overlay import Overlay
from services.requests.timeline.progress import Progress
from services.requests.timeline.tally import Tally, tally_of
from services.requests.timeline.terms import NO_TIME
from services.requests.timeline.verdicts import Observed, Verdict, version_of_verdict
from services.requests.timeline.vocabulary import ClockName, ClockState, Effect, PartyKind, Side

WHOLE = 100
_JUST_AFTER = timedelta(microseconds=1)


class ThresholdReading(NamedTuple):
    """When a share of the target is used up: known once reached, foreseen while running, None while paused.

    100 percent is the due time itself, and reached only after it. None also where the clock ended before.
    """

    percent: int
    fires_at: datetime | None
    reached: bool


class ClockReading(NamedTuple):
    """One cycle of a clock at an instant. `target`, `elapsed` and `remaining` are working time in its own calendar.

    `round` is the cycle of `resolution` in which it began, `calendar_version` the one in which it counts now.
    `is_best_effort`: an obligation with that effect was missed while this `resolution` ran unbreached.
    Obligations decided at once have no target; `promised` and `observed` (what these are: `verdicts.py`) and the
    `shortfall` say how they were.
    """

    clock: ClockName
    side: Side
    cycle: int
    round: int
    state: ClockState
    started_at: datetime
    ended_at: datetime | None
    target: timedelta | None
    elapsed: timedelta
    remaining: timedelta | None
    due_at: datetime | None
    breached_at: datetime | None
    no_due_reason: str | None
    thresholds: tuple[ThresholdReading, ...]
    calendar_id: UUID | None
    calendar_version: int
    objective: float | None
    effect: Effect | None = None
    is_best_effort: bool = False
    promised: float | None = None
    observed: Observed = None
    shortfall: timedelta | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still runs or pauses."""
        return self.ended_at is None

    def fires(self, fired: Collection[int] = ()) -> list[tuple[int, datetime]]:
        """Each threshold not yet `fired` (percents) whose instant is known, and when it is to fire: earliest first.

        The whole fires just after the due time. What was reached before a clock ended, or paused, still fires.
        """
        waiting = [
            (t.percent, t.fires_at + _JUST_AFTER if t.percent == WHOLE else t.fires_at)
            for t in self.thresholds
            if t.fires_at is not None and t.percent not in fired
        ]
        return sorted(waiting, key=lambda each: (each[1], each[0]))


def read_clocks(progress: Progress, stretches: tuple[Stretch, ...], now: datetime) -> tuple[ClockReading, ...]:
    """All clocks at `now`; `stretches` is the ledger until then."""
    charged = progress.account.charge.party.kind
    readings = (
        *(read_clock(cycle, stretches, progress.overlay, charged, now) for cycle in progress.cycles),
        *(_read_verdict(verdict) for verdict in progress.verdicts),
    )
    misses = [each.breached_at for each in readings if each.effect is Effect.BEST_EFFORT and each.breached_at]
    if not misses:
        return readings
    return tuple(
        each._replace(is_best_effort=any(_acts_on(missed_at, each) for missed_at in misses))
        if each.clock is ClockName.RESOLUTION
        else each
        for each in readings
    )


def _acts_on(missed_at: datetime, resolution: ClockReading) -> bool:
    over = [at for at in (resolution.ended_at, resolution.breached_at) if at is not None]
    return resolution.started_at <= missed_at and all(missed_at < at for at in over)


def read_clock(
    cycle: Cycle, stretches: tuple[Stretch, ...], overlay: Overlay, charged: PartyKind, now: datetime
) -> ClockReading:
    """The reading of `cycle` at `now`; `stretches` is the ledger until then, `charged` who holds the ticket then."""
    rule, leg, until = RULES[cycle.clock], cycle.leg, cycle.ended_at or now
    tally = tally_of(cycle, stretches, until)
    is_open = cycle.ended_at is None
    is_stopped = is_open and rule.pauses(charged, leg.target)  # nobody knows for how long
    is_frozen = is_open and overlay.is_frozen(now) and rule.pauses(PartyKind.EXCLUDED, leg.target)
    foresees = is_open and not is_stopped
    ahead, since = tally.foreseen(overlay.ahead(until), until) if foresees else (tally, until)
    due_at = tally.breached_at if tally.breached_at is not None or is_stopped else ahead.due_at()
    if cycle.ending is Ending.LAPSED and tally.breached_at is None:
        tally.breached_at = until
    return ClockReading(
        clock=cycle.clock,
        side=rule.side,
        cycle=cycle.number,
        round=cycle.round,
        state=_state(cycle, is_paused=is_stopped or is_frozen, is_breached=tally.breached_at is not None),
        started_at=cycle.started_at,
        ended_at=cycle.ended_at,
        target=leg.amount,
        elapsed=tally.elapsed,
        remaining=tally.remaining() if is_open else None,
        due_at=due_at,
        breached_at=tally.breached_at,
        no_due_reason=ahead.no_due_reason,
        thresholds=_thresholds(ahead, since, until, due_at, foresees=foresees),
        calendar_id=leg.target.calendar_id,
        calendar_version=leg.version,
        objective=leg.target.objective,
        effect=leg.target.effect,
    )


def _read_verdict(verdict: Verdict) -> ClockReading:
    obligation = verdict.obligation
    return ClockReading(
        clock=obligation.clock,
        side=Side.CUSTOMER,
        cycle=1,
        round=verdict.round,
        state=ClockState.MET if verdict.missed_at is None else ClockState.MISSED,
        started_at=verdict.started_at,
        ended_at=verdict.started_at,
        target=None,
        elapsed=NO_TIME,
        remaining=None,
        due_at=None,
        breached_at=verdict.missed_at,
        no_due_reason=verdict.no_due_reason,
        thresholds=(),
        calendar_id=obligation.calendar_id,
        calendar_version=version_of_verdict(verdict),
        objective=obligation.objective,
        effect=obligation.effect,
        promised=verdict.promised,
        observed=verdict.observed,
        shortfall=verdict.shortfall,
    )


def _state(cycle: Cycle, *, is_paused: bool, is_breached: bool) -> ClockState:
    if cycle.ended_at is None:
        return ClockState.PAUSED if is_paused else ClockState.RUNNING
    if is_breached:
        return ClockState.MISSED
    return ClockState.VOID if cycle.ending is Ending.VOID else ClockState.MET


def _thresholds(
    tally: Tally, since: datetime, until: datetime, due_at: datetime | None, *, foresees: bool
) -> tuple[ThresholdReading, ...]:
    """Each share, of a walk that was foreseen up to `since`; it is reached if it was by `until`."""
    readings = [
        ThresholdReading(percent, fires_at, fires_at is not None and fires_at <= until)
        for percent, fires_at in tally.warnings(since, foresees=foresees)
    ]
    whole = tally.breached_at or (due_at if foresees else None)
    return (*readings, ThresholdReading(WHOLE, whole, tally.breached_at is not None))
