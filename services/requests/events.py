"""What the requests service publishes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.shared.outbox import PublishedEvent

_A_TICKET = "019a8f00-0000-7000-8000-000000000001"
_IT = "019a8f00-0000-7000-8000-0000000000a1"
_PEOPLE_OPERATIONS = "019a8f00-0000-7000-8000-0000000000a2"
_AN_OFFERING = "019a8f00-0000-7000-8000-0000000000b1"
_A_PERSON = "019a8f00-0000-7000-8000-0000000000c1"


class TicketSubmitted(PublishedEvent):
    """A customer department has asked a provider department for something."""

    subject = "acuerdo.requests.ticket.submitted.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    offering_id: UUID = Field(examples=[_AN_OFFERING])
    requester_id: UUID | None = Field(description="null where an import made no person", examples=[_A_PERSON])
    priority: str = Field(examples=["normal"])
    submitted_at: datetime = Field(examples=["2026-03-02T09:00:00Z"])
