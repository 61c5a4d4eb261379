"""The order of queues: what is due first comes first, and of equals what is more urgent."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.requests.timeline.readings import ClockReading
from services.requests.timeline.vocabulary import ClockState, Side

MOST_URGENT_FIRST = ("urgent", "high", "normal", "low")
OPEN = (ClockState.RUNNING, ClockState.PAUSED)


class NextDue(NamedTuple):
    """The earliest due time among the provider's open clocks and whose it is; None of both where nothing is due."""

    at: datetime | None
    clock: str | None


NOTHING_DUE = NextDue(None, None)


def next_due(clocks: Iterable[ClockReading]) -> NextDue:
    """What the provider owes first: overdue still counts, a paused clock that may yet move does not.

    >>> next_due(())
    NextDue(at=None, clock=None)
    """
    first = NOTHING_DUE
    for reading in clocks:
        due_at = reading.due_at
        if due_at is None or reading.side is not Side.PROVIDER or reading.state not in OPEN:
            continue
        if first.at is None or due_at < first.at:
            first = NextDue(due_at, reading.clock.value)
    return first


def urgency(priority: str) -> int:
    """The place of a priority among equals, from 1 for the most urgent on.

    >>> urgency("urgent"), urgency("low")
    (1, 4)
    """
    return MOST_URGENT_FIRST.index(priority) + 1
