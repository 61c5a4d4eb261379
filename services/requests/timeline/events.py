"""The record around a fact: who, when it was so, when it was written down, and the one order in which facts count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.timeline.facts import TakenBack
from services.requests.timeline.payloads import Payload
from services.requests.timeline.vocabulary import EventKind, Side

_FOLDED = frozenset({EventKind.FACT, EventKind.RULING})

OrderKey = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is a person's or a service account's; an import has none. `automatic` is no person's own act.

    `deputy_for` is the absent person in whose place they act; what it changes is the history alone.
    """

    side: Side
    id: UUID | None = None
    department: str | None = None
    automatic: bool = False
    deputy_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One appended record on a ticket. `sequence` counts from 1 on each ticket; `source_order` is an import's row."""

    id: UUID
    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    payload: Payload
    source_order: int = 0
    corrects: UUID | None = None

    @property
    def kind(self) -> EventKind:
        """Fact, ruling, decision or mark."""
        return self.payload.kind

    @property
    def key(self) -> OrderKey:
        """The order in which events count: when it was so (a ruling: recorded), then the source's order, then ours."""
        at = self.recorded_at if self.payload.kind is EventKind.RULING else self.occurred_at
        return (at, self.source_order, self.sequence)

    @property
    def is_correction(self) -> bool:
        """Whether this event only takes another one back; it is never a step itself."""
        return self.corrects is not None or isinstance(self.payload, TakenBack)


def in_effect(events: Iterable[Event]) -> list[Event]:
    """The facts and rulings that count, in order: without marks, corrections and what these take back.

    A correction that was itself taken back takes nothing back; one that names a ruling, a later event or none of the
    ticket's takes nothing back either. (`check_correction` refuses to post all of these; the fold only stays total.)
    """
    folded = [event for event in events if event.kind in _FOLDED]
    taken = _taken_back([event for event in folded if event.kind is EventKind.FACT])
    return sorted((e for e in folded if not e.is_correction and e.id not in taken), key=lambda event: event.key)


def _taken_back(events: list[Event]) -> frozenset[UUID]:
    if all(event.corrects is None for event in events):
        return frozenset()
    sequence_of = {event.id: event.sequence for event in events}
    taken: set[UUID] = set()
    for event in sorted(events, key=lambda event: event.sequence, reverse=True):
        if event.corrects is None or event.id in taken:
            continue
        if sequence_of.get(event.corrects, event.sequence) < event.sequence:
            taken.add(event.corrects)
    return frozenset(taken)
