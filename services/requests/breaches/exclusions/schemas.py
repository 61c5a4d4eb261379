"""The shapes of exclusions in the API."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.requests.agreements.rules.content import AgreementSide
from services.requests.timeline.vocabulary import Side
from services.shared.schemas import Id, Input, Instant, LongText, Output


class ExclusionState(StrEnum):
    """What is granted is `applied` once every ticket that it covers has it."""

    ASKED = "asked"
    REFUSED = "refused"
    GRANTED = "granted"
    APPLIED = "applied"


class NewExclusion(Input):
    """A time that is over and is to be left out: of one ticket or hand-off, or of all between two departments."""

    customer_department_id: Id | None = None
    provider_department_id: Id | None = None
    offering_ids: Annotated[Sequence[Id], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="of the pair; null: all that the provider offers"
    )
    ticket_id: Id | None = Field(default=None, description="instead of the two departments")
    link_id: Id | None = Field(default=None, description="of that hand-off of the ticket alone; its departments decide")
    from_: Instant = Field(alias="from")
    to: Instant
    reason: LongText


class NewExclusionDecision(Input):
    granted: bool
    reason: LongText


class ExclusionDecisionPublic(Output):
    granted: bool
    reason: str
    decided_by: UUID
    decided_for: Side = Field(description="system: an administrator's word, where the other side must not see it")
    is_deputy: bool
    decided_at: datetime


class ExclusionPublic(Output):
    """An exclusion. Granted, it goes to its tickets one by one: `tickets` counts those that have it by now.

    It enters the outcomes after decisions; the first outcomes stay.
    """

    id: UUID
    customer_department_id: UUID
    provider_department_id: UUID
    offering_ids: Sequence[UUID] | None
    ticket_id: UUID | None
    link_id: UUID | None
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    reason: str
    state: ExclusionState
    asked_by: UUID
    asked_for: AgreementSide
    created_at: datetime
    decision: ExclusionDecisionPublic | None
    tickets: int
