"""What the feedback service takes in: others' events, with only the fields that it reads."""

from uuid import UUID

from pydantic import AwareDatetime

from services.shared.inbox import InboundEvent


class TicketSubmitted(InboundEvent):
    """A customer department has asked a provider department for something."""

    subject = "acuerdo.requests.ticket.submitted.v1"

    customer_department_id: UUID
    provider_department_id: UUID
    submitted_at: AwareDatetime
