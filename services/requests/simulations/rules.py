"""The same facts under other terms, and what differs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.agreements.rules.content import AgreementContent
from services.requests.agreements.rules.covered import covered_priorities
from services.requests.tickets.rules.measured import ONCE_A_ROUND, Outcome, decided_by
from services.requests.timeline.events import Event
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rulings import AgreementRuled, PriorityRuled
from services.requests.timeline.vocabulary import ClockName, Side

LISTED = 1_000
"""Changes that a simulation lists; all are counted."""

Key = tuple[Side, ClockName, int]
"""A side, a clock and its cycle (or the round, of clocks that count once a round)."""


class Reached(NamedTuple):
    """What a clock comes to, and when it was due at last."""

    outcome: Outcome
    due_at: datetime | None


class Change(NamedTuple):
    """A clock that comes out otherwise; None where it is not promised."""

    key: Key
    was: Reached | None
    would_be: Reached | None


def covers(content: AgreementContent, offering_id: UUID, priority: str) -> bool:
    """Whether the version is about such tickets."""
    return offering_id in content.offering_ids and priority in covered_priorities(content, offering_id)


def is_left_out(events: Iterable[Event]) -> bool:
    """Whether another priority was promised on the way: what was promised at first cannot be supposed otherwise."""
    return any(isinstance(event.payload, PriorityRuled) for event in events)


def without_quota(pinned: PinnedTerms) -> PinnedTerms:
    """A quota was counted under a lock at its time, among others that are not asked again: it is left out."""
    kept = tuple(each for each in pinned.obligations if each.clock is not ClockName.QUOTA)
    return replace(pinned, obligations=kept)


def before_other_versions(events: Sequence[Event]) -> list[Event]:
    """The events without rulings of the versions that held meanwhile: the one that is supposed holds from the start."""
    return [event for event in events if not isinstance(event.payload, AgreementRuled)]


def reached_by(clocks: Sequence[ClockReading]) -> dict[Key, Reached]:
    """What each clock comes to, as attainment counts it."""
    single = [clock for clock in clocks if clock.clock not in ONCE_A_ROUND]
    due = {(clock.side, clock.clock, clock.cycle): clock.due_at for clock in single}
    return {key: Reached(outcome, due.get(key)) for key, outcome in decided_by(clocks).items()}


def changes_of(was: Mapping[Key, Reached], would_be: Mapping[Key, Reached]) -> list[Change]:
    """The clocks whose outcome differs."""
    return [
        Change(key, before, after)
        for key in dict.fromkeys([*was, *would_be])
        if (before := was.get(key)) != (after := would_be.get(key))
        and (before and before.outcome) != (after and after.outcome)
    ]


@dataclass(slots=True)
class Tally:
    """What the tickets looked at come to, was and would be."""

    tickets: int = 0
    not_covered: int = 0
    left_out: int = 0
    unreadable: int = 0
    changed: int = 0
    was: Counter[tuple[Side, ClockName, Outcome]] = field(default_factory=Counter)
    would_be: Counter[tuple[Side, ClockName, Outcome]] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, ticket_id: UUID, was: Mapping[Key, Reached], would_be: Mapping[Key, Reached]) -> None:
        """Count a ticket."""
        self.tickets += 1
        for counted, clocks in ((self.was, was), (self.would_be, would_be)):
            counted.update((side, clock, reached.outcome) for (side, clock, _), reached in clocks.items())
        found = changes_of(was, would_be)
        self.changed += bool(found)
        room = LISTED - len(self.changes)
        self.changes += [_told(ticket_id, change) for change in found[:room]]

    def told(self) -> dict[str, Any]:
        """The result as JSON."""
        clocks = sorted({key[:2] for key in (*self.was, *self.would_be)}, reverse=True)  # the provider's first
        return {
            "tickets": self.tickets,
            "not_covered": self.not_covered,
            "left_out": self.left_out,
            "unreadable": self.unreadable,
            "changed": self.changed,
            "rows": [
                {
                    "clock": clock.value,
                    "side": side.value,
                    "was": {each.value: self.was[side, clock, each] for each in Outcome},
                    "would_be": {each.value: self.would_be[side, clock, each] for each in Outcome},
                }
                for side, clock in clocks
            ],
            "changes": self.changes,
        }


def _told(ticket_id: UUID, change: Change) -> dict[str, Any]:
    side, clock, cycle = change.key
    return {
        "ticket_id": str(ticket_id),
        "clock": clock.value,
        "side": side.value,
        "cycle": cycle,
        **_spelled("was", change.was),
        **_spelled("would_be", change.would_be),
    }


def _spelled(name: str, reached: Reached | None) -> dict[str, Any]:
    due_at = reached.due_at if reached else None
    return {name: reached.outcome.value if reached else None, f"{name}_due_at": due_at.isoformat() if due_at else None}
