"""Which marks stand on a ticket's clocks, and which ones a late fact or a ruling calls for at once.

Read where `agreements.md` is brief:
- A threshold that a late fact takes back stays fired: each fires once a cycle. Only a breach is refuted, and one that
  comes again after that is announced again.
- What was reached already before the new events, and was not fired yet, is the firing worker's to announce.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.events import Event
from services.requests.timeline.fold import Timeline
from services.requests.timeline.marks import BreachRefuted, Mark, ThresholdFired
from services.requests.timeline.readings import WHOLE, ThresholdReading
from services.requests.timeline.vocabulary import ClockName

ClockKey = tuple[ClockName, int]
"""A clock of a ticket: its name and its cycle."""


class Announced(NamedTuple):
    """When a threshold fired, and whether a ruling or a late fact had passed it."""

    at: datetime
    passed: bool


class Fired(NamedTuple):
    """What the marks say of one cycle: what fired, by percent; the mark of its breach; the fact that refuted one."""

    thresholds: Mapping[int, Announced] = MappingProxyType({})
    breach: UUID | None = None
    refuted_by: UUID | None = None


NOTHING_FIRED = Fired()
Marks = Mapping[ClockKey, Fired]
NOTHING_MARKED: Marks = {}


def marks_of(events: Iterable[Event], link: UUID | None = None) -> Marks:
    """What has been announced of each cycle of each clock of the ticket, or of that link."""
    marks: dict[ClockKey, Fired] = {}
    for event in sorted((e for e in events if isinstance(e.payload, Mark)), key=lambda event: event.sequence):
        if isinstance(event.payload, Mark) and event.payload.link == link:
            add_mark(marks, event)
    return marks


def add_mark(marks: dict[ClockKey, Fired], event: Event) -> None:
    """`marks` with one more; other events change nothing."""
    match event.payload:
        case ThresholdFired(clock=clock, cycle=cycle, percent=percent, passed=passed):
            fired = marks.get((clock, cycle), NOTHING_FIRED)
            thresholds = {**fired.thresholds, percent: Announced(event.recorded_at, passed)}
            is_whole = percent == WHOLE
            breach, refuted_by = (event.id, None) if is_whole else (fired.breach, fired.refuted_by)
            marks[clock, cycle] = Fired(thresholds, breach, refuted_by)
        case BreachRefuted(clock=clock, cycle=cycle, by=by):
            fired = marks.get((clock, cycle), NOTHING_FIRED)
            thresholds = {percent: each for percent, each in fired.thresholds.items() if percent != WHOLE}
            marks[clock, cycle] = Fired(thresholds, None, by)


def called_for(
    marks: Marks, before: Timeline | None, after: Timeline, by: UUID, *, link: UUID | None = None
) -> list[Mark]:
    """The marks that new events call for, which end with the event `by`: thresholds passed, breaches refuted.

    `before` and `after` are the ticket, or that link of it, at the same instant, without (None: there was none) and
    with them.
    """
    reached_before = {(r.clock, r.cycle): _reached(r.thresholds) for r in before.clocks} if before else {}
    new: list[Mark] = []
    for reading in after.clocks:
        key = (reading.clock, reading.cycle)
        known = reached_before.get(key, frozenset()) | marks.get(key, NOTHING_FIRED).thresholds.keys()
        new.extend(
            ThresholdFired(*key, each.percent, each.fires_at, passed=True, link=link)
            for each in reading.thresholds
            if each.reached and each.fires_at is not None and each.percent not in known
        )
    breached = {(reading.clock, reading.cycle) for reading in after.clocks if reading.breached_at is not None}
    new.extend(
        BreachRefuted(*key, fired.breach, by, link)
        for key, fired in marks.items()
        if fired.breach is not None and key not in breached
    )
    return new


def _reached(thresholds: Iterable[ThresholdReading]) -> frozenset[int]:
    return frozenset(each.percent for each in thresholds if each.reached)
