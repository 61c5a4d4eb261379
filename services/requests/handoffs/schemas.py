"""The shapes of hand-offs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.requests.handoffs.rules import LinkState
from services.requests.tickets.schemas import Fields, text_of
from services.requests.timeline.vocabulary import Asks
from services.shared.schemas import Date, Id, Input, Instant, Lax, LongText, Output


class NewHandOff(Input):
    """Part of a ticket offered to another department.

    With `wait` the ticket waits for it (`handed_off`). `parent_id` names the hand-off that is passed on; without it the
    ticket's provider offers. `offering_id` is one of the receiving department's, and says what is asked of it.
    """

    department_id: Id
    wait: bool = True
    parent_id: Id | None = None
    offering_id: Id | None = None
    needed_by: Instant | Date | None = None
    fields: Fields = {}
    comment: LongText | None = None

    def needed_by_text(self) -> str | None:
        """The instant or date as it is kept and answered."""
        return text_of(self.needed_by)


class LinkAnswer(Input):
    """Words that come with an acceptance, a withdrawal or a return."""

    reason: LongText | None = None


class Bounce(Input):
    """An offer is refused, and why."""

    reason: LongText


class NewQuestion(Input):
    """What the department that holds a part asks whoever handed it on, or whoever asked for the whole."""

    comment: LongText
    asks: Annotated[Asks, Lax] = Asks.PROVIDER


class NewAnswer(Input):
    """The answer."""

    comment: LongText


class LinkCounts(Output):
    """How many promises of one side were met and missed, as attainment counts them."""

    met: int
    missed: int


class LinkPublic(Output):
    """A hand-off of the ticket: offered by one department, held by another from `accepted_at` to `ended_at`.

    Its words are read by whoever reads the ticket.
    """

    id: UUID
    state: LinkState
    department_id: UUID | None
    department: str
    offered_by: UUID | None = Field(description="the department that hands this part on")
    parent_id: UUID | None
    wait: bool
    offering_id: UUID | None
    needed_by: str | None = Field(examples=["2026-03-27", "2026-03-27T12:00:00Z"])
    fields: dict[str, Any]
    comment: str | None
    offered_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    asks: Asks | None = Field(description="whom its department asked something, and waits for")
    lapses_at: datetime | None = Field(description="when the offer lapses if nobody answers it")
    due_at: datetime | None = Field(description="of its resolution, while that runs")
    agreement_version_id: UUID | None = Field(description="what covers it, pinned at the offer")
    provider: LinkCounts = Field(description="targets of the department that was asked")
    customer: LinkCounts = Field(description="obligations of the department that offered")
    reason: str | None = Field(description="of its end")


class HandOffsPublic(Output):
    """The hand-offs of a ticket, whole, and how often its work moved.

    `ping_pong` counts the moves to a department that had the work before: each return, each bounce, and each further
    acceptance by the same department.
    """

    items: list[LinkPublic]
    next: None = None
    hand_offs: int = Field(description="accepted")
    bounces: int
    ping_pong: int
