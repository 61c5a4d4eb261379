"""The shapes of approvals."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.requests.approvals.rules import ApprovalState, Decision
from services.requests.catalogue.approvals import ApproverRole
from services.shared.schemas import Input, Lax, Output, ShortText


class NewApproval(Input):
    """An answer at the level that is open."""

    decision: Annotated[Decision, Lax]
    comment: ShortText | None = Field(default=None, description="of a decline: why")
    level: Annotated[int, Field(ge=1, le=2)] | None = Field(
        default=None, description="refused unless it is the one that is open; null: whichever is"
    )


class TicketApproval(Output):
    """One level of an asking: a ticket may be asked about again later."""

    asking: int
    level: int
    side: Literal["customer", "provider"]
    role: ApproverRole | None = Field(description="manager, unless a person is named")
    department_id: UUID
    person_id: UUID | None
    state: ApprovalState
    opened_at: datetime | None
    expires_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None
    is_deputy: bool = Field(description="who answered stood in for a manager")
    comment: str | None
