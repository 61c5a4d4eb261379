"""What somebody is told before they ask: the promise, and what they would owe."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.requests.timeline.vocabulary import Effect
from services.requests.worktime import DueRule
from services.shared.schemas import Output, Seconds


class AgreementNamed(Output):
    id: UUID
    version_id: UUID
    number: int


class PreviewedTarget(Output):
    """A promise of the provider. `due_at`: by when, if it were asked now; none for what starts later (`update`)."""

    clock: Literal["acknowledge", "first_response", "update", "resolution"]
    duration: str = Field(examples=["P5D"])
    due: DueRule
    calendar_id: UUID
    calendar_version: int | None
    objective: float | None
    target_seconds: Seconds | None
    due_at: datetime | None
    no_due_reason: str | None
    is_best_effort: bool = Field(description="a missed obligation would make it so")


class CountedOver(Output):
    """The local days over which a quota counts."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime


class PreviewedObligation(Output):
    """What the customer owes. `outcome`, `promised`, `observed` tell how it would be decided at once.

    `notice`: seconds of working time wanted and given. `completeness`: the pointers that are lacking. `quota`: how much
    is allowed in the period `counted`, and what it comes to with this request.
    """

    clock: Literal["notice", "completeness", "reply", "quota", "acceptance"]
    duration: str | None
    limit: int | None
    period: Literal["day", "week", "month", "quarter", "year"] | None
    quantity: str | None = Field(description="pointer into `fields`; null: each ticket counts 1")
    calendar_id: UUID
    effect: Effect
    objective: float | None
    outcome: Literal["met", "missed"] | None
    promised: float | None
    observed: float | list[str] | None
    shortfall_seconds: Seconds | None
    counted: CountedOver | None


class PreviewedApproval(Output):
    """Whose approval is needed before the provider is asked: a person's, or (null) the managers' of the department."""

    level: int
    side: Literal["customer", "provider"]
    department_id: UUID
    person_id: UUID | None
    expires_after: str | None = Field(description="then it is declined")


class PreviewPublic(Output):
    """If it were asked now. `promise` tells where the due times come from; with "none" nothing is promised."""

    at: datetime
    offering_id: UUID
    offering_version: int
    customer_department_id: UUID
    provider_department_id: UUID
    promise: Literal["agreement", "defaults", "none"]
    agreement: AgreementNamed | None
    clocks: list[PreviewedTarget]
    obligations: list[PreviewedObligation]
    approvals: list[PreviewedApproval] = Field(description="needed first; due times are as if they were given at once")
