"""What comes in and goes out of the ticket routes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.timeline.vocabulary import Side, State, Visibility
from services.shared.schemas import (
    NO_NUL,
    Date,
    FreeObject,
    Id,
    InContract,
    Input,
    Instant,
    Lax,
    LongText,
    Output,
    Seconds,
    ShortText,
    instant_text,
)

T = TypeVar("T")
_FEW = Field(max_length=200)
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]


class Priority(StrEnum):
    """How urgent: it sorts queues, and the one promised chooses the targets."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class ExternalRef(Input):
    """Where another system keeps the same work."""

    system: ShortText
    id: ShortText


class NewTicket(Input):
    """A request to a provider department, by an offering of its catalogue.

    `customer_department_id` may be left out by who belongs to exactly one department; `requester_id` (default: the
    caller) is for managers, administrators and service accounts.
    """

    subject: ShortText
    offering_id: Id
    description: Text = ""
    customer_department_id: Id | None = None
    requester_id: Id | None = None
    beneficiary_id: Id | None = None
    participants: Annotated[list[Id], Field(max_length=50)] = []
    priority: Annotated[Priority, Lax] = Priority.NORMAL
    needed_by: Instant | Date | None = None
    fields: Annotated[dict[str, Any], _FEW, InContract(Annotated[FreeObject, _FEW])] = {}
    external_refs: Annotated[list[ExternalRef], Field(max_length=20)] = []

    def needed_by_text(self) -> str | None:
        """The instant or date as it is kept and answered."""
        if isinstance(self.needed_by, datetime):
            return instant_text(self.needed_by)
        return None if self.needed_by is None else self.needed_by.isoformat()


class TicketPublic(Output):
    """A ticket as its readers see it."""

    id: UUID
    key: str = Field(description="by provider, with gaps", examples=["IT-1042"])
    subject: str
    description: str
    offering_id: UUID
    offering_version: int
    customer_department_id: UUID
    provider_department_id: UUID
    requester_id: UUID | None
    beneficiary_id: UUID | None
    participants: list[UUID]
    assignee_id: UUID | None
    priority: Priority
    promised_priority: Priority
    needed_by: str | None = Field(description="an instant, or a date that means its end")
    state: State
    agreement_version_id: UUID | None
    created_at: datetime
    submitted_at: datetime | None
    fields: dict[str, Any]
    external_refs: list[dict[str, str]]
    version: int


class NewTransition(Input):
    """A step to another state; what a wait, a decline or a question needs beside it."""

    to: Annotated[State, Lax]
    reason: ShortText | None = None
    comment: LongText | None = None
    third_party: ShortText | None = None
    lacking: Annotated[list[ShortText], Field(max_length=50)] = []
    answers: bool | None = None
    occurred_at: Instant | None = None


class NewComment(Input):
    """A comment: public for both sides, internal for the provider's own; an answer unless `answers` is false."""

    body: LongText
    visibility: Annotated[Visibility, Lax] = Visibility.PUBLIC
    answers: bool = True


class NewAssignment(Input):
    """Whose the ticket is to work on; null for nobody's."""

    assignee_id: Id | None


class NewCorrection(Input):
    """A slip taken back: the event that should not have been."""

    event_id: Id
    reason: ShortText | None = None


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


class ClockPublic(Output):
    """A clock of a ticket, as it stands now. A running or paused clock with `breached_at` is missed already."""

    id: UUID
    clock: str
    side: Literal["provider", "customer"]
    cycle: int
    state: Literal["running", "paused", "met", "missed", "void"]
    started_at: datetime
    stopped_at: datetime | None
    target_seconds: Seconds | None
    elapsed_seconds: Seconds
    due_at: datetime | None
    no_due_reason: str | None
    breached_at: datetime | None
    remaining_seconds: Seconds | None
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
    reason: str = Field(description="paused, or the calendar's: working, closed, holiday, date, override")
    name: str | None = Field(description="of the holiday, own date or override")
    party: str
    charged_for: str = Field(description="the ledger's reason")
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
    at: datetime
    old_due_at: datetime | None
    new_due_at: datetime | None
    why: str


class ExplanationPublic(Output):
    """Why a clock stands as it does: follow the intervals with the calendar in hand.

    The counted intervals sum to `elapsed_seconds`; `due_at` is `first_due_at` moved on by the pauses that move it.
    """

    clock: ClockPublic
    duration: str
    due: Literal["same_time", "end_of_day"]
    calendar_id: UUID
    calendar_version: int
    offering_id: UUID
    offering_version: int
    agreement_version_id: UUID | None
    first_due_at: datetime | None
    intervals: list[ExplainedIntervalPublic]
    pauses: list[PausePublic]
    recalculations: list[RecalculationPublic]


class LinkPublic(Output):
    """A hand-off of the ticket."""

    id: UUID
    department_id: UUID | None
    department: str
    parent_id: UUID | None
    wait: bool
    accepted_at: datetime
    ended_at: datetime | None
    outcome: str | None
