"""What comes in at the ticket routes, and the ticket as it goes out."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.catalogue.schemas import Pointer
from services.requests.timeline.vocabulary import State, Visibility
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
    ShortText,
    instant_text,
)

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


Participants = Annotated[list[Id], Field(max_length=50)]
Fields = Annotated[dict[str, Any], _FEW, InContract(Annotated[FreeObject, _FEW])]
ExternalRefs = Annotated[list[ExternalRef], Field(max_length=20)]


def refs_document(refs: Iterable[ExternalRef]) -> list[dict[str, str]]:
    """The references as they are kept and answered, each once."""
    return [ref.model_dump() for ref in dict.fromkeys(refs)]


def absent() -> Any:
    """The default of a field that a change may leave out."""
    return None


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
    participants: Participants = []
    priority: Annotated[Priority, Lax] = Priority.NORMAL
    needed_by: Instant | Date | None = None
    fields: Fields = {}
    external_refs: ExternalRefs = []
    follows: Id | None = Field(default=None, description="the ticket with which it goes on")

    def needed_by_text(self) -> str | None:
        """The instant or date as it is kept and answered."""
        return text_of(self.needed_by)


def text_of(needed_by: date | None) -> str | None:
    """An instant or a date as it is kept and answered."""
    if isinstance(needed_by, datetime):
        return instant_text(needed_by)
    return None if needed_by is None else needed_by.isoformat()


class TicketChanges(Input):
    """What changes of a ticket; a field that is left out stays. `fields` and lists are given whole.

    The provider's side, and programs, change `external_refs` alone; all else is the customer's side's to change.
    """

    subject: ShortText = Field(default_factory=absent)
    description: Text = Field(default_factory=absent)
    beneficiary_id: Id | None = Field(default_factory=absent)
    participants: Participants = Field(default_factory=absent)
    needed_by: Instant | Date | None = Field(default_factory=absent)
    fields: Fields = Field(default_factory=absent)
    external_refs: ExternalRefs = Field(default_factory=absent)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as the ticket's row keeps them."""
        values = {name: getattr(self, name) for name in self.model_fields_set}
        if "needed_by" in values:
            values["needed_by"] = text_of(self.needed_by)
        if "participants" in values:
            values["participants"] = list(dict.fromkeys(self.participants))
        if "external_refs" in values:
            values["external_refs"] = refs_document(self.external_refs)
        return values


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
    lacking: Annotated[list[Pointer], Field(max_length=50)] = Field(
        default=[],
        description="with the reason `incomplete`: JSON pointers into `fields`, to what the request lacks of its form",
        examples=[["/colour"]],
    )
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
