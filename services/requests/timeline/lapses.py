"""When a ticket goes on by itself because somebody says nothing: the customer, or whose approval it awaits.

Read where `agreements.md` is brief: what was fulfilled lapses when the `acceptance` is due (which is its miss), and
where none is promised or it has no due time at the end of the reopening window. A wait on the customer is counted from
when the ticket last entered it, in the customer's calendar; a level of an approval from when it was opened, in the
calendar of its side. What both sides freeze is nobody's silence: each of these windows, the one for reopening too, ends
later by the frozen working time, as `reply` and `acceptance` are due later.
"""

from datetime import datetime
from typing import NamedTuple

from services.requests.timeline.approving import Pending
from services.requests.timeline.cycles import started
from services.requests.timeline.fold import Timeline
from services.requests.timeline.overlay import NOTHING_LAID, Overlay
from services.requests.timeline.progress import Progress
from services.requests.timeline.tally import begun
from services.requests.timeline.terms import Target, Terms
from services.requests.timeline.vocabulary import CUSTOMER, PROVIDER, ClockName, Party, Side, State, StepReason
from services.requests.worktime import Duration, parse_duration


class Lapse(NamedTuple):
    """At `at` the ticket goes to the state `into`, for that reason."""

    at: datetime
    into: State
    reason: StepReason


def lapse_of(progress: Progress, timeline: Timeline) -> Lapse | None:
    """The ticket's lapse if nothing happens to it; `timeline` is its view. (Imported tickets lapse in their source.)"""
    if timeline.state is State.FULFILLED and timeline.fulfilled_at is not None:
        accepted_by = (c.due_at for c in timeline.clocks if c.clock is ClockName.ACCEPTANCE and c.is_open)
        at = next(accepted_by, None) or reopening_until(progress.terms, timeline.fulfilled_at, progress.overlay)
        return Lapse(at, State.CLOSED, StepReason.LAPSED) if at else None
    if timeline.state is State.WAITING_ON_CUSTOMER:
        window = progress.terms.no_answer_window
        if window is None:
            return None
        at = silent_until(progress.terms, progress.overlay, CUSTOMER, progress.state_since, window)
        return Lapse(at, State.CANCELLED, StepReason.NO_ANSWER) if at else None
    if timeline.state is State.AWAITING_APPROVAL and progress.approval is not None:
        at = expires_at(progress, progress.approval)
        return Lapse(at, State.DECLINED, StepReason.EXPIRED) if at else None
    return None


def expires_at(progress: Progress, pending: Pending) -> datetime | None:
    """When the level that is open expires; None where it never does, or its calendar sets no end."""
    asked = pending.asked
    if asked is None or asked.expires_after is None:
        return None
    party, window = PROVIDER if asked.side is Side.PROVIDER else CUSTOMER, parse_duration(asked.expires_after)
    return silent_until(progress.terms, progress.overlay, party, pending.since, window)


def reopening_until(terms: Terms, fulfilled_at: datetime, laid: Overlay = NOTHING_LAID) -> datetime | None:
    """Until when a closed ticket may be reopened, in the customer's calendar; None where that calendar sets no end.

    `laid` is what is frozen of its time.
    """
    return silent_until(terms, laid, CUSTOMER, fulfilled_at, terms.reopening_window)


def silent_until(terms: Terms, laid: Overlay, party: Party, since: datetime, window: Duration) -> datetime | None:
    """When `party` has been silent for that long, frozen time left out; None where its calendar sets no end."""
    calendar = terms.calendar_of(party, since)
    if calendar is None:
        return None
    silence = started(Target(ClockName.REPLY, window, calendar), 1, 1, since)
    return begun(silence.leg).foreseen(laid.ahead(since), since)[0].due_at()
