"""One walk over a cycle's time: what counted, what was paused, whether and when the due time passed.

Read where `agreements.md` is brief:
- `due_at` is `due0`, moved on by the working time paused (`add(due0, p)`), and never lies before the instant at which
  the clock runs again: where nothing remained, it is due in that instant. So no breach lies within a pause.
- A pause that begins exactly at the due time finds the clock not yet breached, with nothing remaining.
- A clock that stops while paused stops in time; its due time is told as if it had run again in that instant.
- Pauses after a breach move nothing.
- A calendar without a due time (`no_due_reason`) breaches nothing: the clock runs, and is met when it stops.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from services.requests.timeline.clocks import RULES, Cycle
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.terms import NO_TIME, Target, worked
from services.requests.worktime import WorkingTime, WorkingTimeRefused


class Segment(NamedTuple):
    """`[from_, to)` of a cycle, in which the clock was paused or not."""

    from_: datetime
    to: datetime
    is_paused: bool


def segments(target: Target, cycle: Cycle, stretches: tuple[Stretch, ...], until: datetime) -> Iterator[Segment]:
    """A cycle's time until `until`, cut where it pauses and goes on; neighbours alike are one."""
    rule = RULES[cycle.clock]
    current: Segment | None = None
    for from_, to, charge in stretches:
        start, end = max(from_, cycle.started_at), min(to, until)
        if start >= end:
            continue
        is_paused = rule.pauses(charge.party.kind, target)
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
    """What a walk over the segments of a cycle gathered; durations are working time in the target's calendar."""

    target: Target
    calendar: WorkingTime
    cycle: Cycle
    runs_since: datetime
    no_due_reason: str | None
    elapsed: timedelta = NO_TIME
    paused: timedelta = NO_TIME
    breached_at: datetime | None = None
    reached: list[datetime] = field(default_factory=list)

    def take(self, segment: Segment) -> None:
        """The next segment of the cycle."""
        work = worked(self.calendar, segment.from_, segment.to)
        if segment.is_paused:
            self.runs_since = segment.to
            if self.breached_at is None:
                self.paused += work
            return
        self._reach(segment.from_, self.elapsed + work)
        self.elapsed += work
        if self.breached_at is None and self.cycle.target is not None and self.elapsed >= self.cycle.target:
            due_at = self.due_at()
            self.breached_at = due_at if due_at is not None and due_at < segment.to else None

    def due_at(self) -> datetime | None:
        """By when the clock has to stop if it runs from here on."""
        due_at = self.cycle.due0
        if due_at is None:
            return None
        if self.paused:
            due_at = self._add(due_at, self.paused)
        return due_at and max(due_at, self.runs_since)

    def remaining(self) -> timedelta | None:
        """What is left of the target; nothing after a breach."""
        if self.breached_at is not None:
            return NO_TIME
        return None if self.cycle.target is None else self.cycle.target - self.elapsed

    def warnings(self, until: datetime, *, foresees: bool) -> Iterator[tuple[int, datetime | None]]:
        """Each share that warns (percent) and when it was reached or, if the clock `foresees`, will be."""
        for place, percent in enumerate(self.target.warnings):
            if place < len(self.reached):
                yield percent, self.reached[place]
            elif foresees and (share := self._share(percent)) is not None:
                yield percent, self._add(until, share - self.elapsed)
            else:
                yield percent, None

    def _reach(self, since: datetime, elapsed: timedelta) -> None:
        for percent in self.target.warnings[len(self.reached) :]:
            share = self._share(percent)
            if share is None or share > elapsed:
                return
            at = self._add(since, share - self.elapsed)
            if at is not None:
                self.reached.append(at)

    def _share(self, percent: int) -> timedelta | None:
        if self.cycle.target is None or self.cycle.due0 is None:
            return None
        return self.cycle.target * percent // 100

    def _add(self, start: datetime, work: timedelta) -> datetime | None:
        try:
            return self.calendar.add(start, work)
        except WorkingTimeRefused as refused:
            self.no_due_reason = refused.code
            return None


def tally_of(target: Target, cycle: Cycle, stretches: tuple[Stretch, ...], until: datetime) -> Tally:
    """The walk over the time of `cycle` until `until`; `stretches` is the ledger."""
    tally = Tally(target, target.calendar_at(cycle.started_at), cycle, cycle.started_at, cycle.no_due_reason)
    for segment in segments(target, cycle, stretches, until):
        tally.take(segment)
    return tally
