"""The runs of a clock: when each began and ended, and the legs between rulings in which it counted."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.calendars import in_force, version_at
from services.requests.timeline.clocks import RULES, Moment
from services.requests.timeline.terms import NO_TIME, Target, Terms, worked
from services.requests.timeline.vocabulary import ClockName
from services.requests.worktime import Duration, WorkingSeconds, WorkingTime, WorkingTimeRefused, promise


class Why(StrEnum):
    """What had a due time calculated again."""

    PRIORITY = "priority"
    CALENDAR = "calendar"
    AGREEMENT = "agreement"
    NOTICE = "notice"
    FREEZE = "freeze"


class Recalculated(NamedTuple):
    """That a due time was calculated again: when, why, by which event; before and after (as if it ran from then on)."""

    at: datetime
    why: Why
    event_id: UUID
    old_due_at: datetime | None
    new_due_at: datetime | None


class Promised(NamedTuple):
    """What a target comes to from an instant: so much working time, due then; no due time has a reason."""

    amount: timedelta | None
    due_at: datetime | None
    no_due_reason: str | None = None


class Leg(NamedTuple):
    """Part of a cycle in which one target held, counted in one calendar version.

    `amount` is the target in working time since `counts_from` (the cycle's start, or its last restart), `due0` when it
    is used up if nothing pauses the clock from `since` on. `elapsed`, `reached` (percents, and when) and `breached_at`
    are carried from the legs before.
    """

    since: datetime
    target: Target
    calendar: WorkingTime
    version: int
    counts_from: datetime
    amount: timedelta | None
    due0: datetime | None
    no_due_reason: str | None = None
    elapsed: timedelta = NO_TIME
    reached: tuple[tuple[int, datetime], ...] = ()
    breached_at: datetime | None = None
    is_restart: bool = False


class Ending(StrEnum):
    """How a cycle ended."""

    STOPPED = "stopped"
    VOID = "void"
    LAPSED = "lapsed"
    """Missed, whatever its due time."""


class Cycle(NamedTuple):
    """One run of a clock. `round` is the cycle of `resolution` (counted whether promised or not) in which it began.

    `extension` is what a missed notice added to its target, `recalculated` each change of its due time by no pause.
    """

    clock: ClockName
    number: int
    round: int
    started_at: datetime
    legs: tuple[Leg, ...]
    extension: timedelta = NO_TIME
    ended_at: datetime | None = None
    ending: Ending | None = None
    recalculated: tuple[Recalculated, ...] = ()

    @property
    def leg(self) -> Leg:
        """The latest leg."""
        return self.legs[-1]


Cycles = tuple[Cycle, ...]


def duration_in(target: Target, round_: int) -> Duration:
    """How long is promised in that round."""
    return target.reopened if round_ > 1 and target.reopened else target.duration


def promised_from(target: Target, round_: int, calendar: WorkingTime, start: datetime) -> Promised:
    """What `target` promises from `start`.

    Where the calendar gives no due time, working time promised is still the target; working days have none then.
    """
    duration = duration_in(target, round_)
    amount = duration.amount if isinstance(duration, WorkingSeconds) else None
    try:
        due_at = promise(calendar, start, duration, target.due)
    except WorkingTimeRefused as refused:
        return Promised(amount, None, refused.code)
    return Promised(worked(calendar, start, due_at) if amount is None else amount, due_at)


def started(target: Target, number: int, round_: int, at: datetime) -> Cycle:
    """The cycle of `target` that starts at `at`, in the calendar version in force then."""
    calendar = in_force(target.calendar, at)
    version = version_at(target.calendar, at)
    leg = Leg(at, target, calendar, version, at, *promised_from(target, round_, calendar, at))
    return Cycle(target.clock, number, round_, at, (leg,))


def at_moment(terms: Terms, cycles: Cycles, moment: Moment, at: datetime, round_: int) -> Cycles:
    """`cycles` after `moment`: open ones that it ends have ended, then those run that it starts."""
    after = [_ended(cycle, moment, at) if cycle.ended_at is None else cycle for cycle in cycles]
    for target in terms.targets:
        if moment in RULES[target.clock].starts:
            begin(after, target, at, round_)
    return tuple(after)


def begin(cycles: list[Cycle], target: Target, at: datetime, round_: int) -> None:
    """Add the next cycle of `target`, unless one is open."""
    own = [cycle for cycle in cycles if cycle.clock is target.clock]
    if not own or own[-1].ended_at is not None:
        cycles.append(started(target, len(own) + 1, round_, at))


def _ended(cycle: Cycle, moment: Moment, at: datetime) -> Cycle:
    rule = RULES[cycle.clock]
    if moment in rule.misses:
        return cycle._replace(ended_at=at, ending=Ending.LAPSED)
    if moment in rule.voids:
        return cycle._replace(ended_at=at, ending=Ending.VOID)
    if moment in rule.stops:
        return cycle._replace(ended_at=at, ending=Ending.STOPPED)
    return cycle
