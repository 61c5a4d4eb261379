"""The shapes of freezes in the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.requests.agreements.rules.content import AgreementSide
from services.requests.freezes.rules import FreezeState
from services.shared.schemas import Id, Input, Instant, Lax, LongText, Output


class NewFreeze(Input):
    """A time to leave out. It has to be signed for both sides before it begins, else it does nothing."""

    customer_department_id: Id
    provider_department_id: Id
    offering_ids: Annotated[Sequence[Id], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="null: all that the provider offers"
    )
    from_: Instant = Field(alias="from")
    to: Instant
    reason: LongText


class NewFreezeSignature(Input):
    side: Annotated[AgreementSide, Lax] | None = Field(
        default=None, description="for whom, where one may sign for either side; null: the one that is free"
    )


class FreezeSignaturePublic(Output):
    side: AgreementSide
    department_id: UUID
    person_id: UUID
    is_deputy: bool
    signed_at: datetime


class FreezePublic(Output):
    """A freeze of the tickets between two departments and those below them. Once `agreed` it is ruled on each of them.

    `tickets` counts the open ones that it has reached so far; those that come later pin it when they are submitted.
    """

    id: UUID
    customer_department_id: UUID
    provider_department_id: UUID
    offering_ids: Sequence[UUID] | None
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    reason: str
    state: FreezeState
    proposed_by: UUID
    proposed_for: AgreementSide
    created_at: datetime
    agreed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None
    withdrawn_for: AgreementSide | None
    signatures: Sequence[FreezeSignaturePublic]
    tickets: int
    version: int
