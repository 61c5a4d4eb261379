"""The shapes of agreements in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from services.requests.agreements.rules.content import (
    AgreedClock,
    AgreementContent,
    AgreementSide,
    EscalatedClock,
    Notified,
    ObligationClock,
    PriorityRole,
    QuotaPeriod,
    content_from,
)
from services.requests.agreements.rules.covered import AgreementState, VersionState
from services.requests.agreements.schemas.stages import MOST_STAGES, StageRow
from services.requests.calendars.schemas import DueField, DurationText
from services.requests.catalogue.rules import TargetPriority
from services.requests.timeline.vocabulary import Effect, Restart
from services.requests.worktime import DueRule
from services.shared.paging import GREATEST_NUMBER
from services.shared.schemas import Date, Id, Input, Instant, Lax, LongText, Output, ShortText


def _whole(value: object) -> object:
    """JSON has one kind of number: 5.0 is 5.

    >>> _whole(5.0), _whole(4.5), _whole("5")
    (5, 4.5, '5')
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
"""A whole number however it is spelled; it stands last, since it hides what follows it from the contract."""
Objective = Annotated[float, Field(gt=0, le=1, examples=[0.95])]
FieldPointer = Annotated[str, StringConstraints(max_length=200, pattern=r"^(/([^/~\x00]|~[01])*)+$")]
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
Language = Annotated[str, StringConstraints(max_length=35, pattern=_LANGUAGE)]
Number = Annotated[int, Field(ge=1, le=GREATEST_NUMBER)]


class AgreedTargetRow(Input):
    """What the provider promises. Of several rows the nearest holds: offering and priority, offering, priority, all."""

    clock: Annotated[AgreedClock, Lax]
    priority: Annotated[TargetPriority, Lax] | None = Field(default=None, description="null: every priority")
    offering_id: Id | None = Field(default=None, description="null: every offering of the agreement")
    duration: DurationText
    due: DueField = DueRule.SAME_TIME
    calendar_id: Id | None = Field(default=None, description="null: the agreement's provider calendar")
    objective: Objective | None = Field(default=None, description="the share of tickets that is aimed at")
    reopened: DurationText | None = Field(default=None, description="after a reopening; null: the same duration")
    third_party_pauses: bool = Field(default=False, description="whether waiting for a third party pauses resolution")


class ObligationRow(Input):
    """What the customer promises: `reply`, `acceptance` and `notice` a duration, `quota` a limit in a period.

    `notice` counts in the provider's calendar, the others in the customer's; `completeness` means what the offering's
    form expects.
    """

    clock: Annotated[ObligationClock, Lax]
    duration: DurationText | None = None
    limit: Annotated[int, Field(ge=1, le=1_000_000), Whole] | None = None
    period: Annotated[QuotaPeriod, Lax] | None = None
    quantity: FieldPointer | None = Field(
        default=None,
        description="where in a ticket's `fields` stands how much it asks for; null: each ticket is one",
        examples=["/sets"],
    )
    effect: Annotated[Effect, Lax] = Field(
        default=Effect.NONE,
        description="what a miss does to `resolution`; `extend` adds what a notice lacked, and is for notice alone",
    )
    objective: Objective | None = None


class EscalationRow(Input):
    """What happens when so many percent of a clock's time are gone; 100 is the breach."""

    clock: Annotated[EscalatedClock, Lax]
    percent: Annotated[int, Field(ge=1, le=100), Whole]
    notify: Annotated[Sequence[Annotated[Notified, Lax]], Field(max_length=10)] = ()
    raise_priority: Annotated[TargetPriority, Lax] | None = None
    reassign_to: Id | None = Field(default=None, description="a person")


class AgreementText(Input):
    """What both sides sign."""

    name: ShortText | None = None
    customer_calendar_id: Id
    provider_calendar_id: Id
    offering_ids: Annotated[Sequence[Id], Field(min_length=1, max_length=200)]
    targets: Annotated[Sequence[AgreedTargetRow], Field(max_length=500)] = ()
    obligations: Annotated[Sequence[ObligationRow], Field(max_length=20)] = ()
    escalations: Annotated[Sequence[EscalationRow], Field(max_length=100)] = ()
    priority_role: Annotated[PriorityRole, Lax] | None = Field(
        default=None, description="who changes a promised priority without the other side's word; null: nobody"
    )
    decision_role: Annotated[PriorityRole, Lax] | None = Field(
        default=None, description="who decides contests of either side, beside the other side's managers; null: nobody"
    )
    reopening_window: DurationText = "P10D"
    no_answer_window: DurationText | None = Field(
        default=None, description="after so long a wait on the customer a ticket is cancelled; null: never"
    )
    stages: Annotated[Sequence[StageRow], Field(max_length=MOST_STAGES)] = Field(
        default=(), description="the budget of `resolution`: what has to be done one after the other"
    )
    applies_to_open: bool = Field(default=False, description="whether open tickets are ruled to it as well")
    elapsed: Annotated[Restart, Lax] = Field(
        default=Restart.KEEP,
        description="with `applies_to_open`: whether open clocks keep the time that has elapsed, or start again",
    )
    effective_from: Date = Field(description="its first day, or the day of the last signature if that is later")
    effective_until: Date | None = Field(
        default=None, description="the first day on which it no longer holds; null: until another or an end"
    )
    review_on: Date | None = None
    texts: Annotated[dict[Language, LongText], Field(max_length=20)] = Field(
        default={},
        description="by language",
        examples=[{"en": "IT helps.", "es": "IT ayuda."}],
        json_schema_extra={"additionalProperties": False},
    )


class NewAgreement(AgreementText):
    """A first proposal between two departments."""

    customer_department_id: Id
    provider_department_id: Id


class NewAgreementVersion(AgreementText):
    """A further proposal, or a counter-proposal. The two departments stay: they may be left out."""

    customer_department_id: Id | None = None
    provider_department_id: Id | None = None


def document_of(text: AgreementText, customer_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """The version as it is kept: its JSON, whole, with the two departments."""
    pair = {"customer_department_id": str(customer_id), "provider_department_id": str(provider_id)}
    return text.model_dump(mode="json") | pair


def content_of_document(document: dict[str, Any]) -> AgreementContent:
    """The same for the rules."""
    return content_from(document)


class SignaturePublic(Output):
    """One side's word for one version."""

    number: int = Field(description="of the version")
    side: AgreementSide
    department_id: UUID
    person_id: UUID
    is_deputy: bool = Field(description="whether a manager's deputy signed")
    signed_at: Instant


class TerminationPublic(Output):
    """The end that one side set."""

    ends_on: date = Field(description="the first day on which the agreement no longer holds")
    reason: str
    side: AgreementSide
    department_id: UUID
    person_id: UUID
    is_deputy: bool
    terminated_at: Instant


class AgreementVersionPublic(Output):
    """One version, whole. `in_force_from` and `in_force_until` are what has come of its dates since it was signed."""

    id: UUID = Field(description="what tickets pin")
    agreement_id: UUID
    number: int
    state: VersionState
    name: str | None
    customer_department_id: UUID
    provider_department_id: UUID
    customer_calendar_id: UUID
    provider_calendar_id: UUID
    offering_ids: Sequence[UUID]
    targets: Sequence[AgreedTargetRow]
    obligations: Sequence[ObligationRow]
    escalations: Sequence[EscalationRow]
    priority_role: PriorityRole | None
    decision_role: PriorityRole | None
    reopening_window: str
    no_answer_window: str | None
    stages: Sequence[StageRow]
    applies_to_open: bool
    elapsed: Restart
    effective_from: date
    effective_until: date | None
    review_on: date | None
    texts: dict[str, str]
    in_force_from: date | None
    in_force_until: date | None = Field(description="the first day on which it no longer holds")
    proposed_by: UUID
    proposed_for: AgreementSide
    proposed_at: Instant
    signatures: Sequence[SignaturePublic]


class AgreementListed(Output):
    """An agreement in a list. Its dates are dates in `time_zone`, that of the provider's calendar at its beginning."""

    id: UUID
    customer_department_id: UUID
    provider_department_id: UUID
    name: str | None
    time_zone: str
    state: AgreementState
    latest_number: int
    number_in_force: int | None = Field(description="the version that holds today")
    number_upcoming: int | None = Field(description="the signed version that begins next")
    number_proposed: int | None = Field(description="the version that waits for signatures")
    ends_on: date | None = Field(description="the first day on which it no longer holds, where a side ended it")
    created_at: Instant
    created_by: UUID
    version: int = Field(description="the row's version, as in the ETag")


class AgreementPublic(AgreementListed):
    """An agreement with the version that holds today; where none does the one that comes next, or else the latest."""

    current_version: AgreementVersionPublic
    termination: TerminationPublic | None


class DifferencePublic(Output):
    """`path` is a pointer in which a row of a list goes by what it is about: `/targets/resolution:high/duration`."""

    path: str
    before: Any = Field(description="null: not there")
    after: Any = Field(description="null: no longer there")


class ComparisonPublic(Output):
    """What differs from version `against` (null: from nothing) to version `number`."""

    number: int
    against: int | None
    items: Sequence[DifferencePublic]


class NewSignature(Input):
    """A signature under one version. `side` is for who answers for both departments, and may sign for one alone."""

    version: Annotated[Number, Whole]
    side: Annotated[AgreementSide, Lax] | None = None


class NewTermination(Input):
    """An end of the agreement."""

    reason: LongText
    ends_on: Date | None = Field(
        default=None, description="the first day on which it no longer holds; null: today, at once"
    )
