"""A ticket's rounds: each time that the provider had it to do, what reports of flow and of lead times count.

Read where `agreements.md` is brief:
- A round begins when the ticket is submitted, and at each reopening: it is a cycle of `resolution`, promised or not.
- It is fulfilled once, at its first fulfilment, and ended while the ticket is closed, declined or cancelled. What it
  came to stays when a reopening begins the next one, so a figure of the past does not change with it.
- What ends before it was ever submitted is round 0.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.requests.timeline.clocks import Moment
from services.requests.timeline.vocabulary import FINAL, State


class Round(NamedTuple):
    """From `began_at` on the provider had it to do; `ended_as` is how it ended (closed, declined, cancelled)."""

    number: int
    began_at: datetime
    fulfilled_at: datetime | None = None
    ended_at: datetime | None = None
    ended_as: State | None = None

    @property
    def is_told(self) -> bool:
        """Whether it says more than that the ticket was submitted."""
        return self.number > 1 or self.fulfilled_at is not None or self.ended_at is not None


Rounds = tuple[Round, ...]


def rounds_after(rounds: Rounds, moments: Iterable[Moment], state: State, at: datetime) -> Rounds:
    """The rounds once a fact of the instant `at`, with these moments, has left the ticket in that state.

    >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
    >>> done = rounds_after((), [Moment.SUBMITTED, Moment.FULFILLED, Moment.CLOSED], State.CLOSED, noon)
    >>> [(each.number, each.fulfilled_at == noon, str(each.ended_as)) for each in done]
    [(1, True, 'closed')]
    >>> [str(each.ended_as) for each in rounds_after(done, [Moment.REOPENED], State.IN_PROGRESS, noon)]
    ['closed', 'None']
    """
    for moment in moments:
        if moment is Moment.SUBMITTED or moment is Moment.REOPENED:
            rounds = (*rounds, Round(rounds[-1].number + 1 if rounds else 1, at))
        elif moment is Moment.FULFILLED and rounds and rounds[-1].fulfilled_at is None:
            rounds = (*rounds[:-1], rounds[-1]._replace(fulfilled_at=at))
    is_final = state in FINAL
    if not rounds:
        return (Round(0, at, None, at, state),) if is_final else ()
    latest = rounds[-1]
    if is_final and latest.ended_as is not state:
        return (*rounds[:-1], latest._replace(ended_at=latest.ended_at or at, ended_as=state))
    if not is_final and latest.ended_at is not None:
        return (*rounds[:-1], latest._replace(ended_at=None, ended_as=None))
    return rounds
