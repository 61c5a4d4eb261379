"""What a ticket pins when it is submitted, as JSON beside it, and the terms that it gives the fold.

Durations and calendar ids are pinned. Calendars themselves are followed: a clock counts in the version that was in
force when its cycle began.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.terms import Target, Terms
from services.requests.timeline.vocabulary import ClockName
from services.requests.worktime import DueRule, parse_duration


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """One target of the priority row that a ticket pinned; durations as text ("PT8H", "P3D")."""

    clock: ClockName
    duration: str
    calendar_id: UUID
    due: DueRule = DueRule.SAME_TIME
    reopened: str | None = None
    third_party_pauses: bool = False
    objective: float | None = None


@dataclass(frozen=True, slots=True)
class PinnedTerms:
    """The promise of one ticket. `calendars` names those of parties other than the provider, by their spelling."""

    provider: str
    calendar_id: UUID
    targets: tuple[PinnedTarget, ...] = ()
    calendars: Mapping[str, UUID] = field(default_factory=dict)
    reopening_window: str = "P10D"

    def calendar_ids(self) -> Iterator[UUID]:
        """Every calendar that the fold of this ticket needs."""
        yield self.calendar_id
        yield from self.calendars.values()
        yield from (target.calendar_id for target in self.targets)

    def terms(self, calendar: Callable[[UUID], CalendarHistory]) -> Terms:
        """The terms for the fold, with calendars looked up by id."""
        return Terms(
            provider=self.provider,
            calendar=calendar(self.calendar_id),
            targets=tuple(_target(target, calendar) for target in self.targets),
            calendars={party: calendar(id_) for party, id_ in self.calendars.items()},
            reopening_window=parse_duration(self.reopening_window),
        )

    def document(self) -> dict[str, Any]:
        """The JSON that stands beside the ticket; `pinned_from` reads it back equal."""
        return {
            "provider": self.provider,
            "calendar_id": str(self.calendar_id),
            "targets": [_target_document(target) for target in self.targets],
            "calendars": {party: str(id_) for party, id_ in self.calendars.items()},
            "reopening_window": self.reopening_window,
        }


def pinned_from(document: Mapping[str, Any]) -> PinnedTerms:
    """The pinned terms that `PinnedTerms.document` wrote."""
    return PinnedTerms(
        provider=document["provider"],
        calendar_id=UUID(document["calendar_id"]),
        targets=tuple(_targets_from(document["targets"])),
        calendars={party: UUID(id_) for party, id_ in document["calendars"].items()},
        reopening_window=document["reopening_window"],
    )


def _targets_from(documents: Iterable[Mapping[str, Any]]) -> Iterator[PinnedTarget]:
    for document in documents:
        yield PinnedTarget(
            clock=ClockName(document["clock"]),
            duration=document["duration"],
            calendar_id=UUID(document["calendar_id"]),
            due=DueRule(document["due"]),
            reopened=document["reopened"],
            third_party_pauses=document["third_party_pauses"],
            objective=document["objective"],
        )


def _target_document(target: PinnedTarget) -> dict[str, Any]:
    return {
        "clock": target.clock.value,
        "duration": target.duration,
        "calendar_id": str(target.calendar_id),
        "due": target.due.value,
        "reopened": target.reopened,
        "third_party_pauses": target.third_party_pauses,
        "objective": target.objective,
    }


def _target(target: PinnedTarget, calendar: Callable[[UUID], CalendarHistory]) -> Target:
    return Target(
        clock=target.clock,
        duration=parse_duration(target.duration),
        calendar=calendar(target.calendar_id),
        due=target.due,
        reopened=parse_duration(target.reopened) if target.reopened else None,
        third_party_pauses=target.third_party_pauses,
    )
