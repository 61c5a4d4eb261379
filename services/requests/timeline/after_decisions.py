"""The second fold: the same facts and rulings, the decided times charged otherwise; it stands beside the first.

Read where `agreements.md` is brief: of contests that overlap the one decided last holds. What was excluded afterwards
wins over whom a contest names, but for the customer and the approver, as a freeze does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.requests.timeline.decisions import ContestDecided, Decision, ExclusionGranted
from services.requests.timeline.events import Event
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.ledger import Charge
from services.requests.timeline.marking import ClockKey
from services.requests.timeline.overlay import NOTHING_LAID, Decided, Overlay, Window
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import Party

Outcomes = Mapping[ClockKey, ClockReading]
"""Each clock as it is after all decisions; empty where nothing was decided."""


def decided_of(events: Iterable[Event]) -> Overlay:
    """What decisions lay over the account, in the order in which they were recorded."""
    overlay = NOTHING_LAID
    for event in sorted((e for e in events if isinstance(e.payload, Decision)), key=lambda each: each.sequence):
        match event.payload:
            case ContestDecided(upheld=True) as contest:
                charge = Charge(Party.parse(contest.party), f"contest:{contest.contest_id}")
                laid = Decided(contest.begins_at, contest.ends_at, charge)
                overlay = Overlay(overlay.windows, (*overlay.decided, laid))
            case ExclusionGranted(exclusion_id=id_, begins_at=begins_at, ends_at=ends_at):
                overlay = overlay.frozen(Window(id_, begins_at, ends_at, f"exclusion:{id_}"), begins_at)
    return overlay


def after_decisions(terms: Terms, events: Sequence[Event], now: datetime) -> Timeline | None:
    """The ticket at `now` with all that was decided; None where nothing was."""
    overlay = decided_of(events)
    if overlay == NOTHING_LAID:
        return None
    return view(terms, progress_of(terms, events, overlay), now)


def outcomes_of(terms: Terms, events: Sequence[Event], now: datetime) -> Outcomes:
    """The same, clock by clock."""
    timeline = after_decisions(terms, events, now)
    return {(each.clock, each.cycle): each for each in timeline.clocks} if timeline else {}
