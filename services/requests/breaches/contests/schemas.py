"""Contests as callers send them and as they get them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.timeline.vocabulary import Side
from services.shared.schemas import Id, Input, Instant, LongText, Output

_PARTY = r"^(provider|customer|approver|excluded|(department|third_party):[^\x00-\x1f\x7f]{1,100})$"
PartyText = Annotated[str, StringConstraints(pattern=_PARTY, max_length=120)]


class ContestState(StrEnum):
    """A contest is open until it is decided."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class NewContest(Input):
    """Whose a time of the ledger was instead, and why."""

    from_: Instant = Field(alias="from")
    to: Instant
    party: PartyText = Field(examples=["customer", "third_party:Acme"])
    reason: LongText
    link_id: Id | None = Field(default=None, description="of the ledger of that hand-off; without: of the ticket's own")


class NewContestDecision(Input):
    upheld: bool
    reason: LongText


class ContestDecisionPublic(Output):
    """Who decided, for which side: `system` is an administrator's word."""

    upheld: bool
    reason: str
    decided_by: UUID
    side: Side
    decided_at: datetime


class ContestPublic(Output):
    """A contest of a ledger. Upheld, it counts in the outcomes after decisions; the first outcomes stay."""

    id: UUID
    ticket_id: UUID
    link_id: UUID | None
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    party: str
    reason: str
    side: Side
    opened_by: UUID
    created_at: datetime
    state: ContestState
    decision: ContestDecisionPublic | None
