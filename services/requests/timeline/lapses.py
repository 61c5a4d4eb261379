"""When a ticket goes on by itself because the customer says nothing.

Read where `agreements.md` is brief: what was fulfilled lapses when the `acceptance` is due (which is its miss), and
where none is promised or it has no due time at the end of the reopening window. A wait on the customer is counted from
when the ticket last entered it, in the customer's calendar.
"""

from datetime import datetime
from typing import NamedTuple

from services.requests.timeline.fold import Timeline, reopening_until
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import CUSTOMER, ClockName, State, StepReason
from services.requests.worktime import WorkingTimeRefused, promise


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
    return None


def _unanswered_until(terms: Terms, since: datetime) -> datetime | None:
    calendar = terms.calendar_of(CUSTOMER, since)
    if terms.no_answer_window is None or calendar is None:
        return None
    try:
        return promise(calendar, since, terms.no_answer_window)
    except WorkingTimeRefused:
        return None
