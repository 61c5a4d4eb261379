"""What a ticket's readers are shown of it over time: events, comments, the ledger, clocks and why they stand so."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from services.requests.timeline.cycles import Why
from services.requests.timeline.vocabulary import ClockName, ClockState, Effect, Side, Visibility
from services.shared.schemas import Output, Seconds

T = TypeVar("T")


class EventPublic(Output):
    """An event of a ticket's history. `irregular` marks a step that the table of transitions does not know."""

    id: UUID
    sequence: int
    kind: Literal["fact", "ruling", "decision", "mark"]
    name: str
    payload: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    side: Side
    actor_id: UUID | None
    department: str | None
    deputy_for: UUID | None = Field(description="the absent assignee in whose place the actor acted")
    corrects: UUID | None
    irregular: bool


class CommentPublic(Output):
    id: UUID
    body: str
    visibility: Visibility
    side: Side
    author_id: UUID | None
    answers: bool
    created_at: datetime


class LedgerIntervalPublic(Output):
    """An interval of the time ledger, charged to one party."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    party: str = Field(examples=["provider", "department:NET", "third_party:Acme"])
    reason: str
    also: list[str]
    wall_seconds: Seconds
    working_seconds: Seconds


class ThresholdPublic(Output):
    """A share of the target. `passed`: its instant had gone by when it became known (a late fact, an import), so that
    nothing fires for it.
    """

    percent: int
    fires_at: datetime | None
    fired_at: datetime | None
    passed: bool


class OutcomePublic(Output):
    """How a clock stands once exclusions and upheld contests count: beside the first outcome, never in its place."""

    state: ClockState
    breached_at: datetime | None


class ClockPublic(Output):
    """A clock of a ticket, as it stands now. A running or paused clock with `breached_at` is missed already.

    `notice`, `completeness` and `quota` are decided at once: `promised` and `observed` say how (seconds of working time
    wanted and given; the pointers that were lacking; how much is allowed and what it came to with this ticket).
    """

    id: UUID
    clock: ClockName
    side: Literal["provider", "customer"]
    cycle: int
    round: int = Field(description="the cycle of resolution in which it began")
    state: ClockState
    started_at: datetime
    stopped_at: datetime | None
    target_seconds: Seconds | None
    elapsed_seconds: Seconds
    due_at: datetime | None
    no_due_reason: str | None
    breached_at: datetime | None
    refuted_by: UUID | None = Field(description="the late fact that took back a breach which had been announced")
    outcome_after_decisions: OutcomePublic
    remaining_seconds: Seconds | None
    objective: float | None = Field(description="the share of tickets that is aimed at")
    effect: Effect | None = Field(description="what a missed obligation does to resolution")
    is_best_effort: bool = Field(description="measured, yet neither met nor missed: an obligation was missed")
    promised: float | None
    observed: float | list[str] | None
    shortfall_seconds: Seconds | None
    calendar_id: UUID | None
    calendar_version: int = Field(description="in which it counts now")
    thresholds: list[ThresholdPublic]


class Listed(Output, Generic[T]):
    """A whole collection that belongs to one ticket; it has no further pages."""

    items: list[T]
    next: None = None


class ExplainedIntervalPublic(Output):
    """A stretch of a clock's life: counted or not, why, and to whom the ledger charges it."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    counted: bool
    reason: str = Field(description="paused, restarted, or the calendar's: working, closed, holiday, date, override")
    name: str | None = Field(description="of the holiday, own date or override")
    party: str
    charged_for: str = Field(description="the ledger's reason; of a notice: given, lacking")
    seconds: Seconds


class PausePublic(Output):
    """A stretch that paused the clock, and by how much working time it moved the due time."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    party: str
    reason: str
    working_seconds: Seconds
    moves_due: bool


class RecalculationPublic(Output):
    """That the due time of a running clock was calculated again, and why."""

    at: datetime
    old_due_at: datetime | None
    new_due_at: datetime | None
    why: Why
    event_id: UUID = Field(description="the ruling, or the fact by which notice was missed")


class LegPublic(Output):
    """From then on one target held, counted in one version of its calendar, until the next leg."""

    from_: datetime = Field(serialization_alias="from")
    target_seconds: Seconds | None
    due_at: datetime | None = Field(description="if nothing pauses it from then on")
    calendar_id: UUID | None
    calendar_version: int
    is_restart: bool


class ExplanationPublic(Output):
    """Why a clock stands as it does: follow the intervals with the calendar in hand.

    The counted intervals sum to `elapsed_seconds`; `due_at` is `first_due_at` moved on by the pauses that move it, and
    calculated again where `recalculations` say so. Of a notice the intervals lead from asking to when it would have
    been given in full (`first_due_at`), and `needed_by` is what that was compared with.
    """

    clock: ClockPublic
    duration: str | None
    due: Literal["same_time", "end_of_day"]
    calendar_id: UUID | None
    calendar_version: int
    link_id: UUID | None = Field(description="the hand-off whose clock it is; null: the ticket's")
    offering_id: UUID | None
    offering_version: int | None
    agreement_version_id: UUID | None
    first_due_at: datetime | None
    needed_by: datetime | None
    legs: list[LegPublic]
    intervals: list[ExplainedIntervalPublic]
    pauses: list[PausePublic]
    recalculations: list[RecalculationPublic]
