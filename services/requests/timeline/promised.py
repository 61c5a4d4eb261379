"""What was promised for a ticket, as plain data: pinned beside it, carried by rulings, made by agreements.

Durations are text ("PT8H", "P3D"). Calendars are named, not held: they are followed, and a clock counts in the version
that was in force when its cycle began, or that a ruling gave it since.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from services.requests.timeline.calendars import Followed
from services.requests.timeline.records import read_record, write_record
from services.requests.timeline.terms import BEFORE_DUE, Obligation, Target, Terms
from services.requests.timeline.vocabulary import INSTANT, ClockName, Effect
from services.requests.worktime import DueRule, parse_duration

Calendars = Callable[[UUID], Followed]


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """One target of the provider. `reopened`: the duration of later cycles of `resolution` (None: the same).

    `objective` is the share (0 to 1) that is aimed at; `warnings` are percents of the target below 100, rising.
    """

    clock: ClockName
    duration: str
    calendar_id: UUID
    due: DueRule = DueRule.SAME_TIME
    reopened: str | None = None
    third_party_pauses: bool = False
    objective: float | None = None
    warnings: tuple[int, ...] = BEFORE_DUE

    def target(self, calendar: Calendars) -> Target:
        """The target for the fold."""
        return Target(
            clock=self.clock,
            duration=parse_duration(self.duration),
            calendar=calendar(self.calendar_id),
            due=self.due,
            reopened=parse_duration(self.reopened) if self.reopened else None,
            third_party_pauses=self.third_party_pauses,
            warnings=self.warnings,
            calendar_id=self.calendar_id,
            objective=self.objective,
        )


@dataclass(frozen=True, slots=True)
class PinnedObligation:
    """One obligation of the customer. `duration` belongs to `reply`, `acceptance` and `notice`.

    `quota`: at most `limit` in each local `period` ("day", "week", "month", "quarter", "year"), of tickets or, where
    `quantity` points into their `fields`, of what stands there. `effect`: what a miss does to `resolution`.
    """

    clock: ClockName
    calendar_id: UUID
    duration: str | None = None
    limit: int | None = None
    period: str | None = None
    quantity: str | None = None
    effect: Effect = Effect.NONE
    objective: float | None = None
    warnings: tuple[int, ...] = BEFORE_DUE

    def obligation(self, calendar: Calendars) -> Obligation:
        """The obligation for the fold, where it is decided at once."""
        return Obligation(
            clock=self.clock,
            calendar=calendar(self.calendar_id),
            duration=parse_duration(self.duration) if self.duration else None,
            effect=self.effect,
            calendar_id=self.calendar_id,
            objective=self.objective,
        )

    def target(self, calendar: Calendars) -> Target:
        """The measured promise for the fold, where it runs (`reply`, `acceptance`). `ValueError` without duration."""
        if self.duration is None:
            raise ValueError(f"{self.clock} needs a duration")
        return Target(
            clock=self.clock,
            duration=parse_duration(self.duration),
            calendar=calendar(self.calendar_id),
            warnings=self.warnings,
            calendar_id=self.calendar_id,
            objective=self.objective,
            effect=self.effect,
        )


@dataclass(frozen=True)
class PinnedTerms:
    """The promise of one ticket. `calendars` names those of parties other than the provider, by their spelling.

    `no_answer_window`: after so long a wait on the customer the ticket is cancelled (None: never).
    """

    provider: str
    calendar_id: UUID
    targets: tuple[PinnedTarget, ...] = ()
    calendars: Mapping[str, UUID] = field(default_factory=dict)
    reopening_window: str = "P10D"
    obligations: tuple[PinnedObligation, ...] = ()
    no_answer_window: str | None = None
    agreement_version_id: UUID | None = None

    def calendar_ids(self) -> Iterator[UUID]:
        """Every calendar that these terms name."""
        yield self.calendar_id
        yield from self.calendars.values()
        yield from (target.calendar_id for target in self.targets)
        yield from (obligation.calendar_id for obligation in self.obligations)

    def terms(self, calendar: Calendars) -> Terms:
        """The terms for the fold; `calendar` looks one up by its id, now and when a ruling names it."""
        return Terms(
            provider=self.provider,
            calendar=calendar(self.calendar_id),
            targets=(
                *(target.target(calendar) for target in self.targets),
                *(each.target(calendar) for each in self.obligations if each.clock not in INSTANT),
            ),
            calendars={party: calendar(id_) for party, id_ in self.calendars.items()},
            reopening_window=parse_duration(self.reopening_window),
            obligations=tuple(each.obligation(calendar) for each in self.obligations if each.clock in INSTANT),
            no_answer_window=parse_duration(self.no_answer_window) if self.no_answer_window else None,
            agreement_version_id=self.agreement_version_id,
            known=calendar,
        )

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The JSON that stands beside the ticket, without what has its default; `pinned_from` reads it back equal."""
        return write_record(self)


def pinned_from(document: Mapping[str, Any]) -> PinnedTerms:
    """The pinned terms that `PinnedTerms.document` is.

    >>> pinned = PinnedTerms("IT", UUID(int=1), (PinnedTarget(ClockName.UPDATE, "P1D", UUID(int=2)),))
    >>> pinned.document["targets"]
    [{'clock': 'update', 'duration': 'P1D', 'calendar_id': '00000000-0000-0000-0000-000000000002'}]
    >>> pinned_from(pinned.document) == pinned
    True
    """
    return read_record(PinnedTerms, document)
