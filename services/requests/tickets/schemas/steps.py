"""The shapes of a ticket's checklist."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.requests.catalogue.schemas import Responsibility
from services.shared.schemas import Code, Input, Output


class NewStepNote(Input):
    """A step is done; with `done` false it is not, after all."""

    key: Code
    done: bool = True


class TicketStepPublic(Output):
    """A step of the ticket's checklist, as the offering version that the ticket pinned has it."""

    key: str
    texts: dict[str, str]
    optional: bool
    done: bool
    done_at: datetime | None
    done_by: UUID | None
    responsibility: Responsibility | None = Field(description="for this step, else for the whole")
