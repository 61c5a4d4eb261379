"""What the oracle reads, in its order, and what it notes: moments that a clock may care about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.requests.timeline.decisions import DECISIONS
from services.requests.timeline.events import Event
from services.requests.timeline.marks import MARKS
from services.requests.timeline.rulings import RULINGS, AgreementRuled, FreezeRuled, FreezeWithdrawn
from tests.requests.timeline.weeks import tick_of

Held = tuple[str, str, tuple[str, ...]]


def counting(events: Iterable[Event]) -> list[Event]:
    """What counts: rulings, and facts that no counting correction names; corrections, marks and decisions never do."""
    known = {event.id: event for event in events if not isinstance(event.payload, (*MARKS, *DECISIONS))}

    def stands(event: Event) -> bool:
        return not any(
            other.corrects == event.id and other.sequence > event.sequence and stands(other)
            for other in known.values()
            if not isinstance(event.payload, RULINGS)
        )

    left = [event for event in known.values() if event.corrects is None and stands(event)]

    def place(event: Event) -> tuple[int, int, int]:
        counts_from = event.recorded_at if isinstance(event.payload, RULINGS) else event.occurred_at
        return tick_of(counts_from), event.source_order, event.sequence

    return sorted(left, key=place)


def is_of_part(payload: object) -> bool:
    """Whether that is ruled on one part of the ticket, and so on nothing else."""
    return isinstance(payload, AgreementRuled | FreezeRuled | FreezeWithdrawn) and payload.link is not None


@dataclass(frozen=True)
class Moment:
    """Something happened that a clock may care about; `about` says what of it."""

    tick: int
    what: str
    about: Any = None
