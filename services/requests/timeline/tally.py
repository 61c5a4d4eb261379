"""One walk over a cycle's time: what counted, what was paused, whether and when the due time passed.

Read where `agreements.md` is brief:
- `due_at` is `due0`, moved on by the working time paused (`add(due0, p)`), and never lies before the instant at which
  the clock runs again: where nothing remained, it is due in that instant. So no breach lies within a pause.
- A pause that begins exactly at the due time finds the clock not yet breached, with nothing remaining.
- A clock that stops while paused stops in time; its due time is told as if it had run again in that instant.
- Pauses after a breach move nothing.
- A calendar without a due time (`no_due_reason`) breaches nothing: the clock runs, and is met when it stops.
- A freeze that is planned counts in advance: its end is known, so the due time of a clock that only it pauses is too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from services.requests.timeline.clocks import RULES
from services.requests.timeline.cycles import Cycle, Leg
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.overlay import Span
from services.requests.timeline.terms import NO_TIME, Target, worked
from services.requests.timeline.vocabulary import ClockName, PartyKind
from services.requests.worktime import WorkingTimeRefused


class Segment(NamedTuple):
    """`[from_, to)` of a cycle, in which the clock was paused or not."""

    from_: datetime
    to: datetime
    is_paused: bool


def is_pausing(clock: ClockName, target: Target, stretch: Stretch) -> bool:
    """Whether the time of that stretch does not count: by whom it is charged to, or because it is frozen."""
    rule = RULES[clock]
    is_left_out = stretch.is_frozen and rule.pauses(PartyKind.EXCLUDED, target)
    return is_left_out or rule.pauses(stretch.charge.party.kind, target)


def segments(leg: Leg, clock: ClockName, stretches: tuple[Stretch, ...], until: datetime) -> Iterator[Segment]:
    """A leg's time until `until`, cut where it pauses and goes on; neighbours alike are one."""
    current: Segment | None = None
    for stretch in stretches:
        start, end = max(stretch.from_, leg.since), min(stretch.to, until)
        if start >= end:
            continue
        is_paused = is_pausing(clock, leg.target, stretch)
        if current is not None and current.is_paused is is_paused:
            current = Segment(current.from_, end, is_paused)
            continue
        if current is not None:
            yield current
        current = Segment(start, end, is_paused)
    if current is not None:
        yield current


@dataclass(slots=True)
class Tally:
    """What a walk over the segments of a cycle's latest leg gathered, and what that leg carries from those before.

    Durations are working time in the leg's calendar.
    """

    leg: Leg
    runs_since: datetime
    no_due_reason: str | None
    elapsed: timedelta
    breached_at: datetime | None
    reached: dict[int, datetime]
    paused: timedelta = NO_TIME

    def take(self, segment: Segment) -> None:
        """The next segment of the leg."""
        work = worked(self.leg.calendar, segment.from_, segment.to)
        if segment.is_paused:
            self.runs_since = segment.to
            if self.breached_at is None:
                self.paused += work
            return
        self._reach(segment.from_, self.elapsed + work)
        self.elapsed += work
        if self.breached_at is None and self.leg.amount is not None and self.elapsed >= self.leg.amount:
            due_at = self.due_at()
            self.breached_at = due_at if due_at is not None and due_at < segment.to else None

    def foreseen(self, frozen: tuple[Span, ...], since: datetime) -> tuple["Tally", datetime]:
        """The walk gone on from `since` through what is frozen ahead, and how far: past the due time nothing matters.

        Between these spans the clock runs. One that is breached goes on too: promised more since, it may still warn.
        """
        if not frozen:
            return self, since
        ahead, at = replace(self, reached=dict(self.reached)), since
        for from_, to in frozen:
            due_at = ahead.due_at()
            if due_at is None or (self.breached_at is None and due_at < from_):
                break
            if from_ > at:
                ahead.take(Segment(at, from_, False))
            ahead.take(Segment(from_, to, True))
            at = to
        return ahead, at

    def due_at(self) -> datetime | None:
        """By when the clock has to stop if it runs from here on."""
        due_at = self.leg.due0
        if due_at is None:
            return None
        if self.paused:
            due_at = self._add(due_at, self.paused)
        return due_at and max(due_at, self.runs_since)

    def remaining(self) -> timedelta | None:
        """What is left of the target; nothing after a breach."""
        if self.breached_at is not None:
            return NO_TIME
        return None if self.leg.amount is None else self.leg.amount - self.elapsed

    def warnings(self, until: datetime, *, foresees: bool) -> Iterator[tuple[int, datetime | None]]:
        """Each share that warns (percent) and when it was reached or, if the clock `foresees`, will be."""
        for percent in self.leg.target.warnings:
            if percent in self.reached:
                yield percent, self.reached[percent]
            elif foresees and (share := share_of(self.leg, percent)) is not None:
                yield percent, self._add(until, share - self.elapsed)
            else:
                yield percent, None

    def _reach(self, since: datetime, elapsed: timedelta) -> None:
        for percent in self.leg.target.warnings:
            if percent in self.reached:
                continue
            share = share_of(self.leg, percent)
            if share is None or share > elapsed:
                return
            at = self._add(since, share - self.elapsed)
            if at is not None:
                self.reached[percent] = at

    def _add(self, start: datetime, work: timedelta) -> datetime | None:
        try:
            return self.leg.calendar.add(start, work)
        except WorkingTimeRefused as refused:
            self.no_due_reason = refused.code
            return None


def share_of(leg: Leg, percent: int) -> timedelta | None:
    """So many percent of a leg's target; none where it has no due time."""
    return None if leg.amount is None or leg.due0 is None else leg.amount * percent // 100


def begun(leg: Leg) -> Tally:
    """The walk at the beginning of a leg."""
    return Tally(leg, leg.since, leg.no_due_reason, leg.elapsed, leg.breached_at, dict(leg.reached))


def tally_of(cycle: Cycle, stretches: tuple[Stretch, ...], until: datetime) -> Tally:
    """The walk over the time of `cycle` until `until`; `stretches` is the ledger."""
    tally = begun(cycle.leg)
    for segment in segments(cycle.leg, cycle.clock, stretches, until):
        tally.take(segment)
    return tally
