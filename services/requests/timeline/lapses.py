"""When a ticket goes on by itself because somebody says nothing: the customer, or whose approval it awaits.

Read where `agreements.md` is brief: what was fulfilled lapses when the `acceptance` is due (which is its miss), and
where none is promised or it has no due time at the end of the reopening window. A wait on the customer is counted from
when the ticket last entered it, in the customer's calendar; a level of an approval from when it was opened, in the
calendar of its side.
"""

from datetime import datetime
from typing import NamedTuple

from services.requests.timeline.approving import Pending
from services.requests.timeline.fold import Timeline, reopening_until
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import CUSTOMER, PROVIDER, ClockName, Side, State, StepReason
from services.requests.worktime import WorkingTimeRefused, parse_duration, promise


class Lapse(NamedTuple):
    """At `at` the ticket goes to the state `into`, for that reason."""

    at: datetime
    into: State
    reason: StepReason


def lapse_of(progress: Progress, timeline: Timeline) -> Lapse | None:
    """The ticket's lapse if nothing happens to it; `timeline` is its view. (Imported tickets lapse in their source.)"""
    if timeline.state is State.FULFILLED and timeline.fulfilled_at is not None:
        accepted_by = (c.due_at for c in timeline.clocks if c.clock is ClockName.ACCEPTANCE and c.is_open)
        at = next(accepted_by, None) or reopening_until(progress.terms, timeline.fulfilled_at)
        return Lapse(at, State.CLOSED, StepReason.LAPSED) if at else None
    if timeline.state is State.WAITING_ON_CUSTOMER:
        at = _unanswered_until(progress.terms, progress.state_since)
        return Lapse(at, State.CANCELLED, StepReason.NO_ANSWER) if at else None
    if timeline.state is State.AWAITING_APPROVAL and progress.approval is not None:
        at = expires_at(progress.terms, progress.approval)
        return Lapse(at, State.DECLINED, StepReason.EXPIRED) if at else None
    return None


def expires_at(terms: Terms, pending: Pending) -> datetime | None:
    """When the level that is open expires; None where it never does, or its calendar sets no end."""
    asked = pending.asked
    if asked is None or asked.expires_after is None:
        return None
    calendar = terms.calendar_of(PROVIDER if asked.side is Side.PROVIDER else CUSTOMER, pending.since)
    try:
        return promise(calendar, pending.since, parse_duration(asked.expires_after)) if calendar else None
    except WorkingTimeRefused:
        return None


def _unanswered_until(terms: Terms, since: datetime) -> datetime | None:
    calendar = terms.calendar_of(CUSTOMER, since)
    if terms.no_answer_window is None or calendar is None:
        return None
    try:
        return promise(calendar, since, terms.no_answer_window)
    except WorkingTimeRefused:
        return None
