"""What who works on many tickets sends and sees: queues, batches."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.requests.tickets.schemas import (
    NewAssignment,
    NewComment,
    NewTransition,
    Priority,
    TicketPublic,
    absent,
)
from services.requests.timeline.vocabulary import ClockName, State
from services.shared.routing import ProblemDocument
from services.shared.schemas import Id, Input, Output


class Queue(StrEnum):
    """Whose work a queue holds."""

    MINE = "mine"
    DEPARTMENTS = "departments"


class TicketAssigned(TicketPublic):
    """A ticket and whether the one whose it now is to work on is away today."""

    absent_until: date | None = Field(description="their last day away, by the department's date; null: they are there")
    deputy_id: UUID | None = Field(description="who finds the ticket in their queue meanwhile; null: nobody does")


class QueuedTicketPublic(TicketPublic):
    """A ticket in a queue, or a hand-off of it, and what of that is due first."""

    next_due_at: datetime | None
    next_due_clock: ClockName | None
    link_id: UUID | None = Field(description="there, the hand-off is the work, and the clock is one of its own")
    deputy_for: UUID | None = Field(
        description="in one's own queue: the absent assignee for whom one is there, who is not oneself"
    )


class TicketActs(Input):
    """What is to be done with one ticket, at least one act; all of them or none."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    ticket_id: Id
    assignment: NewAssignment = Field(default_factory=absent)
    comment: NewComment = Field(default_factory=absent)
    transition: NewTransition = Field(default_factory=absent)

    @model_validator(mode="after")
    def _check_acts(self) -> Self:
        if self.model_fields_set == {"ticket_id"}:
            raise PydanticCustomError("no_act", "Say what to do: an assignment, a comment, a transition")
        return self


class NewBatch(Input):
    """Acts on up to 500 tickets; a ticket may be named more than once."""

    items: Annotated[list[TicketActs], Field(min_length=1, max_length=500)]


class TicketActed(Output):
    """A ticket after the acts on it."""

    id: UUID
    key: str
    state: State
    assignee_id: UUID | None
    priority: Priority
    version: int
    absent_until: date | None = Field(default_factory=absent, description="of an assignment: as in its own answer")
    deputy_id: UUID | None = Field(default_factory=absent, description="of an assignment: as in its own answer")


class ItemDoneOrRefused(Output):
    """What became of one item: 201 with the ticket, or the status and problem of its refusal."""

    status: int
    ticket: TicketActed = Field(default_factory=absent, description="there, where it was done")
    problem: ProblemDocument = Field(default_factory=absent, description="its pointers begin at the item")


class ItemsDoneOrRefused(Output):
    """What became of each item, in their order."""

    items: list[ItemDoneOrRefused]
