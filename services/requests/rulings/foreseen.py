"""Pure: what a calendar's next version would do to the open clocks of a ticket, by the fold with its ruling in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.requests.tickets.rules.stored import Row, event_of
from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.chain import fold_links
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.fold import fold
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rulings import CalendarRuled
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import ClockName, ClockState, Side

_SYSTEM = Actor(Side.SYSTEM, automatic=True)
_RULING = UUID(int=0)
_Key = tuple[UUID | None, ClockName, int]


class Change(NamedTuple):
    """The ruling of the next version at `now`; `then` are the calendars with that version, `histories` those of now."""

    ruling: CalendarRuled
    histories: Mapping[UUID, CalendarHistory]
    then: Mapping[UUID, CalendarHistory]
    now: datetime


class Asked(NamedTuple):
    """A ticket to look at: its row, its terms, and the rows of its events."""

    row: Row
    pinned: PinnedTerms
    events: Sequence[Row]


class Foreseen(NamedTuple):
    """An open clock that follows the calendar: when it is due now, and when it would be.

    Both are None while it is paused; also where the calendar gives no due time. `is_breached_then`: the version would
    leave nothing of a promise that is not breached yet.
    """

    row: Row
    link_id: UUID | None
    clock: ClockName
    cycle: int
    side: Side
    state: ClockState
    due_at: datetime | None
    due_at_then: datetime | None
    is_breached_then: bool

    @property
    def shift(self) -> timedelta | None:
        """By how much later it would be due; None without two due times."""
        return None if self.due_at is None or self.due_at_then is None else self.due_at_then - self.due_at


def foreseen(asked: Asked, change: Change) -> list[Foreseen]:
    """What would become of the open clocks in that calendar, the ticket's own and those of its hand-offs."""
    events = [event_of(row) for row in asked.events]
    at = max(change.now, *(event.recorded_at for event in events))
    ruled = Event(_RULING, len(events) + 1, at, at, _SYSTEM, change.ruling)
    then = dict(_clocks(asked.pinned.terms(change.then.__getitem__), [*events, ruled], at))
    return [
        Foreseen(
            row=asked.row,
            link_id=key[0],
            clock=clock.clock,
            cycle=clock.cycle,
            side=clock.side,
            state=clock.state,
            due_at=clock.due_at,
            due_at_then=then[key].due_at,
            is_breached_then=clock.breached_at is None and then[key].breached_at is not None,
        )
        for key, clock in _clocks(asked.pinned.terms(change.histories.__getitem__), events, at)
        if clock.is_open and clock.calendar_id == change.ruling.calendar_id
    ]


def _clocks(terms: Terms, events: Sequence[Event], at: datetime) -> Iterator[tuple[_Key, ClockReading]]:
    """Every clock at `at`, by the link whose it is (None: the ticket's own), name and cycle."""
    timeline = fold(terms, events, at)
    yield from (((None, clock.clock, clock.cycle), clock) for clock in timeline.clocks)
    for link in fold_links(terms, events) if timeline.links else ():
        yield from (((link.link.id, clock.clock, clock.cycle), clock) for clock in link.at(at).clocks)


def foreseen_of_all(asked: Sequence[Asked], change: Change) -> list[Foreseen]:
    """The same of several tickets."""
    return [each for one in asked for each in foreseen(one, change)]
