"""What the feedback service publishes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.shared.outbox import PublishedEvent

_AN_INVITATION = "019a8f00-0000-7000-8000-0000000000f1"
_A_RESPONSE = "019a8f00-0000-7000-8000-0000000000f2"
_A_TICKET = "019a8f00-0000-7000-8000-000000000001"
_IT = "019a8f00-0000-7000-8000-0000000000a1"
_PEOPLE_OPERATIONS = "019a8f00-0000-7000-8000-0000000000a2"
_AN_OFFERING = "019a8f00-0000-7000-8000-0000000000b1"
_AN_AGREEMENT_VERSION = "019a8f00-0000-7000-8000-0000000000d1"
_A_PERSON = "019a8f00-0000-7000-8000-0000000000c1"


class InvitationIssued(PublishedEvent):
    """A person is asked how a fulfilment was for them; told again where the same invitation is issued once more."""

    subject = "acuerdo.feedback.invitation.issued.v1"
    key = "invitation_id"

    invitation_id: UUID = Field(examples=[_AN_INVITATION])
    person_id: UUID = Field(examples=[_A_PERSON])
    ticket_id: UUID = Field(examples=[_A_TICKET])
    cycle: int = Field(examples=[1])
    expires_at: datetime = Field(examples=["2026-03-23T09:00:00Z"])


class ResponseGiven(PublishedEvent):
    """An answer was given or changed, told without who gave it and without its comment; the higher `version` holds."""

    subject = "acuerdo.feedback.response.given.v1"
    key = "response_id"

    response_id: UUID = Field(examples=[_A_RESPONSE])
    version: int = Field(examples=[1])
    ticket_id: UUID = Field(examples=[_A_TICKET])
    cycle: int = Field(examples=[1])
    survey: str = Field(examples=["csat"])
    survey_version: int = Field(examples=[1])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    offering_id: UUID = Field(examples=[_AN_OFFERING])
    agreement_version_id: UUID | None = Field(examples=[_AN_AGREEMENT_VERSION])
    score: int = Field(examples=[5])
    answered_at: datetime = Field(examples=["2026-03-09T10:00:00Z"])
