"""Why a clock shows what it shows, as data: every interval counted or not and for what reason, to be followed by hand.

Of a cycle's life each stretch charged to a party that pauses the clock is one interval, `paused`; the others are cut
by the target's calendar into what counted and what did not (closed, a holiday, an own date, an override, by name).
The intervals follow each other without gap, and the counted ones sum to `elapsed`; what a restart left behind does not
count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.requests.timeline.cycles import Cycle, Leg, Why, duration_in
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.progress import Progress
from services.requests.timeline.readings import ClockReading, read_clocks
from services.requests.timeline.tally import is_pausing
from services.requests.timeline.terms import worked
from services.requests.timeline.verdicts import Verdict, calendar_of_verdict
from services.requests.timeline.vocabulary import CUSTOMER, INSTANT, ClockName, Party
from services.requests.worktime import DueRule, Duration, explain

PAUSED = "paused"
RESTARTED = "restarted"
GIVEN = "given"
LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class ExplainedInterval:
    """`[from_, to)`: counted or not and `why` (`paused`, `restarted`, or the calendar's and the `name` of that day)."""

    from_: datetime
    to: datetime
    counted: bool
    why: str
    name: str | None
    party: Party
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch that paused the clock; its `working` time moved the due time if it `moves_due` (not after a breach)."""

    from_: datetime
    to: datetime
    party: Party
    reason: str
    working: timedelta
    moves_due: bool


@dataclass(frozen=True, slots=True)
class Recalculation:
    """A ruling or a missed notice (`event_id`) that had the due time of an open cycle calculated again.

    Both due times are told as if the clock ran from that instant on.
    """

    at: datetime
    old_due_at: datetime | None
    new_due_at: datetime | None
    why: Why
    event_id: UUID


@dataclass(frozen=True, slots=True)
class ClockExplanation:
    """One cycle explained until it ended, or until now.

    `due0` is the promise `duration` from `started_at`; the due time is `due0` moved on by the pauses that move it, and
    calculated again where that is told. Of a `notice`, `due0` is when it would have been given in full and `needed_by`
    the instant it was compared with. `completeness` and `quota` have no duration and no intervals.
    """

    reading: ClockReading
    duration: Duration | None
    due: DueRule
    due0: datetime | None
    intervals: tuple[ExplainedInterval, ...] = ()
    pauses: tuple[Pause, ...] = ()
    recalculations: tuple[Recalculation, ...] = ()
    needed_by: datetime | None = None


def explain_clock(progress: Progress, clock: ClockName, number: int, now: datetime) -> ClockExplanation:
    """The explanation of cycle `number` of `clock` at `now`.

    Raises `LookupError` where there is no such cycle, `ExplanationTooLong` beyond 20 years or 10,000 intervals,
    `OutsideCalendar` for instants that no calendar covers.
    """
    now = max(now, progress.latest[0])
    stretches = progress.stretches(now)
    reading = next((r for r in read_clocks(progress, stretches, now) if (r.clock, r.cycle) == (clock, number)), None)
    if reading is None:
        raise LookupError(f"{clock} {number}")
    if clock in INSTANT:
        return _of_verdict(next(each for each in progress.verdicts if each.clock is clock), reading)
    cycle = next(each for each in progress.cycles if each.clock is clock and each.number == number)
    return _of_cycle(cycle, reading, stretches, now)


def _of_cycle(cycle: Cycle, reading: ClockReading, stretches: tuple[Stretch, ...], now: datetime) -> ClockExplanation:
    intervals: list[ExplainedInterval] = []
    pauses: list[Pause] = []
    restarts = [place for place, leg in enumerate(cycle.legs) if leg.is_restart]
    ends = [*(leg.since for leg in cycle.legs[1:]), cycle.ended_at or now]
    for place, (leg, end) in enumerate(zip(cycle.legs, ends, strict=True)):
        own = list(_within(stretches, leg.since, end))
        is_counted = place >= max(restarts, default=0)
        for stretch in own:
            intervals.extend(_explained(cycle.clock, leg, stretch, is_counted=is_counted))
        pauses.extend(_pauses(cycle.clock, leg, own, reading.breached_at))
    target = cycle.leg.target
    return ClockExplanation(
        reading=reading,
        duration=duration_in(target, cycle.round),
        due=target.due,
        due0=cycle.legs[0].due0,
        intervals=tuple(intervals),
        pauses=tuple(pauses),
        recalculations=tuple(_recalculations(cycle)),
    )


def _recalculations(cycle: Cycle) -> Iterator[Recalculation]:
    for at, why, event_id, old_due_at, new_due_at in cycle.recalculated:
        yield Recalculation(at, old_due_at, new_due_at, why, event_id)


def _within(stretches: tuple[Stretch, ...], start: datetime, end: datetime) -> Iterator[Stretch]:
    for stretch in stretches:
        if stretch.from_ < end and stretch.to > start:
            yield stretch._replace(from_=max(stretch.from_, start), to=min(stretch.to, end))


def _explained(clock: ClockName, leg: Leg, stretch: Stretch, *, is_counted: bool) -> Iterator[ExplainedInterval]:
    from_, to, (party, reason, _), _ = stretch
    if is_pausing(clock, leg.target, stretch):
        yield ExplainedInterval(from_, to, False, PAUSED, None, party, reason)
        return
    for span in explain(leg.calendar, from_, to):
        why = RESTARTED if span.counted and not is_counted else span.reason
        yield ExplainedInterval(span.from_, span.to, span.counted and is_counted, why, span.name, party, reason)


def _pauses(clock: ClockName, leg: Leg, own: list[Stretch], breached_at: datetime | None) -> Iterator[Pause]:
    for stretch in own:
        from_, to, (party, reason, _), _ = stretch
        if is_pausing(clock, leg.target, stretch):
            moves_due = breached_at is None or to <= breached_at
            yield Pause(from_, to, party, reason, worked(leg.calendar, from_, to), moves_due)


def _of_verdict(verdict: Verdict, reading: ClockReading) -> ClockExplanation:
    """What was compared. Of a notice: the time `given` until it was due or needed, and what was `lacking` of it."""
    intervals: list[ExplainedInterval] = []
    start, due_at, deadline = verdict.counts_from, verdict.due_at, verdict.deadline
    if start is not None and due_at is not None and deadline is not None:
        calendar, until = calendar_of_verdict(verdict), max(start, min(due_at, deadline))
        for charged_for, from_, to in ((GIVEN, start, until), (LACKING, until, due_at)):
            for span in explain(calendar, from_, to):
                told = (span.counted, span.reason, span.name, CUSTOMER, charged_for)
                intervals.append(ExplainedInterval(span.from_, span.to, *told))
    return ClockExplanation(
        reading=reading,
        duration=verdict.obligation.duration,
        due=DueRule.SAME_TIME,
        due0=due_at,
        intervals=tuple(intervals),
        needed_by=deadline,
    )
