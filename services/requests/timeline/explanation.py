"""Why a clock shows what it shows, as data: every interval counted or not and for what reason, to be followed by hand.

Of a cycle's life each stretch charged to a party that pauses the clock is one interval, `paused`; the others are cut
by the target's calendar into what counted and what did not (closed, a holiday, an own date, an override, by name).
The intervals follow each other without gap, and the counted ones sum to `elapsed`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.requests.timeline.clocks import RULES, Cycle
from services.requests.timeline.fold import Progress
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.readings import ClockReading, read_clock
from services.requests.timeline.terms import Target, Terms, worked
from services.requests.timeline.vocabulary import ClockName, Party
from services.requests.worktime import DueRule, Duration, explain

PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class ExplainedInterval:
    """`[from_, to)`: counted or not and `why` (`paused`, or the calendar's reason and the `name` of that day)."""

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
    """A ruling that changed the due time of an open cycle; the issue *Promise* adds the rulings."""

    at: datetime
    old_due_at: datetime | None
    new_due_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class ClockExplanation:
    """One cycle explained until it ended, or until now.

    `due0` is the promise `duration` from `started_at`; the due time is `due0` moved on by the pauses that move it.
    """

    reading: ClockReading
    duration: Duration
    due: DueRule
    due0: datetime | None
    intervals: tuple[ExplainedInterval, ...]
    pauses: tuple[Pause, ...]
    recalculations: tuple[Recalculation, ...] = ()


def explain_clock(terms: Terms, progress: Progress, clock: ClockName, number: int, now: datetime) -> ClockExplanation:
    """The explanation of cycle `number` of `clock` at `now`.

    Raises `LookupError` where there is no such cycle, `ExplanationTooLong` beyond 20 years or 10,000 intervals,
    `OutsideCalendar` for instants that no calendar covers.
    """
    cycle = next((c for c in progress.cycles if c.clock is clock and c.number == number), None)
    if cycle is None:
        raise LookupError(f"{clock} {number}")
    now = max(now, progress.latest[0])
    stretches, target = progress.account.stretches(now), terms.target(clock)
    reading = read_clock(target, cycle, stretches, progress.account.charge.party.kind, now)
    own = list(_within(stretches, cycle.started_at, cycle.ended_at or now))
    return ClockExplanation(
        reading=reading,
        duration=target.reopened if number > 1 and target.reopened else target.duration,
        due=target.due,
        due0=cycle.due0,
        intervals=tuple(interval for stretch in own for interval in _explained(target, cycle, stretch)),
        pauses=tuple(_pauses(target, cycle, own, reading.breached_at)),
    )


def _within(stretches: tuple[Stretch, ...], start: datetime, end: datetime) -> Iterator[Stretch]:
    for from_, to, charge in stretches:
        if from_ < end and to > start:
            yield Stretch(max(from_, start), min(to, end), charge)


def _explained(target: Target, cycle: Cycle, stretch: Stretch) -> Iterator[ExplainedInterval]:
    from_, to, (party, reason, _) = stretch
    if RULES[cycle.clock].pauses(party.kind, target):
        yield ExplainedInterval(from_, to, False, PAUSED, None, party, reason)
        return
    for span in explain(target.calendar_at(cycle.started_at), from_, to):
        yield ExplainedInterval(span.from_, span.to, span.counted, span.reason, span.name, party, reason)


def _pauses(target: Target, cycle: Cycle, own: list[Stretch], breached_at: datetime | None) -> Iterator[Pause]:
    for from_, to, (party, reason, _) in own:
        if RULES[cycle.clock].pauses(party.kind, target):
            moves_due = breached_at is None or to <= breached_at
            yield Pause(from_, to, party, reason, worked(target.calendar_at(cycle.started_at), from_, to), moves_due)
