"""What the feedback service takes in: others' events, with only the fields that it reads."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.shared.inbox import InboundEvent


class TicketSubmitted(InboundEvent):
    """A customer department has asked a provider department for something."""

    subject = "acuerdo.requests.ticket.submitted.v1"

    customer_department_id: UUID
    provider_department_id: UUID
    submitted_at: AwareDatetime


class TicketFulfilled(InboundEvent):
    """A provider has done what was asked, in this cycle; told again where it was taken back and came once more."""

    subject = "acuerdo.requests.ticket.fulfilled.v1"

    ticket_id: UUID
    cycle: int
    ticket_key: str
    customer_department_id: UUID
    provider_department_id: UUID
    offering_id: UUID
    offering_name: str
    agreement_version_id: UUID | None
    requester_id: UUID | None
    participants: list[UUID]
    assignee_id: UUID | None
    is_confidential: bool
    is_imported: bool
    fulfilled_at: AwareDatetime
    version: int


class TicketReopened(InboundEvent):
    """Work goes on after a fulfilment; `cycle` is the one that is open now, the fulfilled one itself after a slip."""

    subject = "acuerdo.requests.ticket.reopened.v1"

    ticket_id: UUID
    cycle: int
    version: int


class Counts(BaseModel):
    """Promises of one side that were met and that were missed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    met: int
    missed: int


class TicketMeasured(InboundEvent):
    """What the promises of one ticket have come to so far; the highest `version` holds, of equals the later."""

    subject = "acuerdo.requests.ticket.measured.v1"

    ticket_id: UUID
    version: int
    customer_department_id: UUID
    provider_department_id: UUID
    provider: Counts
    customer: Counts


class HandOffMeasured(TicketMeasured):
    """The same of one hand-off, between its own two departments."""

    subject = "acuerdo.requests.hand_off.measured.v1"

    link_id: UUID


class Membership(BaseModel):
    """A person's role in one department."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    department_id: UUID
    role: str


class PersonTold(InboundEvent):
    """A person as they are after the event."""

    person_id: UUID
    is_active: bool
    memberships: list[Membership]
    version: int


class PersonCreated(PersonTold):
    subject: ClassVar[str] = "acuerdo.identity.person.created.v1"


class PersonChanged(PersonTold):
    subject: ClassVar[str] = "acuerdo.identity.person.changed.v1"
