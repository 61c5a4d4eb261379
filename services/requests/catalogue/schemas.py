"""The shapes of offerings in the API."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.requests.calendars.schemas import DueField, DurationText
from services.requests.catalogue.approvals import MOST_LEVELS, ApprovalLevel, ApprovalSide, ApproverRole, Threshold
from services.requests.catalogue.rules import PublishedTarget, TargetClock, TargetPriority
from services.requests.worktime import DueRule
from services.shared.paging import GREATEST_NUMBER
from services.shared.schemas import Code, FreeObject, Id, InContract, Input, Instant, Lax, Output, ShortText


def absent() -> Any:
    """The default of a field that a change may leave out, yet not set to null."""
    return None


class DefaultTarget(Input):
    """What the provider promises to whoever has no agreement; one row for each clock and priority."""

    clock: Annotated[TargetClock, Lax]
    priority: Annotated[TargetPriority, Lax] | None = Field(
        default=None, description="null: every priority without a row of its own"
    )
    duration: DurationText
    due: DueField = DueRule.SAME_TIME
    calendar_id: Id | None = Field(default=None, description="null: the provider's calendar")
    objective: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="the share of tickets that is aimed at", examples=[0.95]
    )
    reopened: DurationText | None = Field(default=None, description="after a reopening; null: the same duration")
    third_party_pauses: bool = Field(default=False, description="whether waiting for a third party pauses resolution")

    def as_published(self) -> PublishedTarget:
        """The same for the rules."""
        return PublishedTarget(**dict(self))


DefaultTargets = Annotated[Sequence[DefaultTarget], Field(max_length=12)]


Pointer = Annotated[str, StringConstraints(max_length=200, pattern=r"^(/([^~/\x00]|~[01])*)+$")]


class NewForm(Input):
    """What a ticket of the offering fills in, in its `fields`."""

    schema_: Annotated[dict[str, Any], InContract(FreeObject)] = Field(
        alias="schema",
        description="JSON Schema 2020-12 for an object, with references of its own (#/…) alone;"
        " a ticket that does not satisfy it is refused",
        examples=[{"properties": {"model": {"type": "string"}, "reason": {"type": "string"}}, "required": ["model"]}],
    )
    expected: Annotated[list[Pointer], Field(max_length=100)] = Field(
        default=[],
        description="JSON pointers into `fields`: a ticket that lacks one is taken, and lacks completeness",
        examples=[["/reason"]],
    )


class FormPublic(Output):
    """What a ticket of the offering fills in."""

    schema_: Annotated[dict[str, Any], InContract(FreeObject)] = Field(alias="schema")
    expected: list[str]


class ApprovalThreshold(Input):
    """A number of the form from which on approval is needed; a ticket that tells no number needs it too."""

    pointer: Pointer = Field(description="JSON pointer into `fields`, which the form knows", examples=["/cost"])
    at_least: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] = Field(examples=[500])


class Approval(Input):
    """One level of approval: by whoever manages the department of that side (or a deputy), or by a named person."""

    side: Annotated[ApprovalSide, Lax]
    role: Annotated[ApproverRole, Lax] | None = Field(default=None, description="manager, unless a person is named")
    person_id: Id | None = None
    when: ApprovalThreshold | None = Field(default=None, description="null: always")
    expires_after: DurationText | None = Field(
        default=None, description="then it is declined; counted in that side's calendar; null: never"
    )

    def as_level(self) -> ApprovalLevel:
        """The same for the rules."""
        when = Threshold(self.when.pointer, self.when.at_least) if self.when else None
        return ApprovalLevel(self.side, self.person_id, when, self.expires_after)


Approvals = Annotated[Sequence[Approval], Field(max_length=MOST_LEVELS, description="one level after the other")]


_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
StepTexts = Annotated[
    dict[Annotated[str, StringConstraints(max_length=35, pattern=_LANGUAGE)], ShortText],
    Field(
        min_length=1,
        max_length=20,
        description="by language",
        examples=[{"en": "Order it", "es": "Pedirlo"}],
        json_schema_extra={"additionalProperties": False},
    ),
]


class Step(Input):
    """A step by which the provider carries out what is offered; one that is not optional is done before fulfilment."""

    key: Code = Field(examples=["order"])
    texts: StepTexts
    optional: bool = False


class DepartmentRole(StrEnum):
    """What somebody is in a department."""

    MEMBER = "member"
    AGENT = "agent"
    MANAGER = "manager"


class Party(Input):
    """Those who have a role in a department."""

    department_id: Id
    role: Annotated[DepartmentRole, Lax]


Parties = Annotated[Sequence[Party], Field(max_length=20)]


class Responsibility(Input):
    """Who does a step, who (one) answers for it, who is asked and who is told."""

    step: Code | None = Field(default=None, description="key of the step; null: the whole, and steps without their own")
    responsible: Annotated[Sequence[Party], Field(min_length=1, max_length=20)]
    accountable: Party
    consulted: Parties = ()
    informed: Parties = ()


MOST_STEPS = 50
Steps = Annotated[Sequence[Step], Field(max_length=MOST_STEPS, description="in order; a checklist on each ticket")]
Responsibilities = Annotated[Sequence[Responsibility], Field(max_length=MOST_STEPS + 1)]


class NewOffering(Input):
    """What a department newly offers."""

    code: Code = Field(examples=["new-laptop"])
    name: ShortText
    provider_department_id: Id
    default_targets: DefaultTargets = ()
    confidential: bool = Field(default=False, description="tickets are hidden from the customer department's managers")
    is_offered: bool = Field(default=True, description="whether new tickets may ask for it")
    form: NewForm | None = None
    approvals: Approvals = ()
    steps: Steps = ()
    responsibilities: Responsibilities = ()


class OfferingChanges(Input):
    """What changes; a field that is left out stays. The provider never changes: that would be another offering."""

    code: Code = Field(default_factory=absent)
    name: ShortText = Field(default_factory=absent)
    default_targets: DefaultTargets = Field(default_factory=absent)
    confidential: bool = Field(default_factory=absent)
    is_offered: bool = Field(default_factory=absent)
    form: NewForm | None = None
    approvals: Approvals = Field(default_factory=absent)
    steps: Steps = Field(default_factory=absent)
    responsibilities: Responsibilities = Field(default_factory=absent)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class OfferingPublic(Output):
    """An offering. `form` is null where a ticket's `fields` are free."""

    id: UUID
    code: str
    name: str
    provider_department_id: UUID
    form: FormPublic | None
    steps: Sequence[Step]
    default_targets: Sequence[DefaultTarget]
    approvals: Sequence[Approval]
    responsibilities: Sequence[Responsibility]
    confidential: bool
    is_offered: bool
    version: int = Field(description="the version that tickets pin, and the ETag")
    created_at: Instant


class OfferingVersionPublic(OfferingPublic):
    """An offering as it was from `created_at` on, until its next version; `id` is the offering's."""

    version: int = Field(description="its number: what tickets tell as `offering_version`")
    created_by: UUID


Number = Annotated[int, Field(ge=1, le=GREATEST_NUMBER)]
