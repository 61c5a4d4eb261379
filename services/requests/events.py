"""What the requests service publishes."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.shared.outbox import PublishedEvent

_A_TICKET = "019a8f00-0000-7000-8000-000000000001"
_IT = "019a8f00-0000-7000-8000-0000000000a1"
_NETWORKS = "019a8f00-0000-7000-8000-0000000000a3"
_PEOPLE_OPERATIONS = "019a8f00-0000-7000-8000-0000000000a2"
_AN_OFFERING = "019a8f00-0000-7000-8000-0000000000b1"
_AN_AGREEMENT = "019a8f00-0000-7000-8000-0000000000d0"
_AN_AGREEMENT_VERSION = "019a8f00-0000-7000-8000-0000000000d1"
_A_PERSON = "019a8f00-0000-7000-8000-0000000000c1"
_A_COLLEAGUE = "019a8f00-0000-7000-8000-0000000000c2"
_AN_AGENT = "019a8f00-0000-7000-8000-0000000000c3"
_A_LINK = "019a8f00-0000-7000-8000-0000000000e3"
_ANOTHER_LINK = "019a8f00-0000-7000-8000-0000000000e4"
_A_CLOCK = "019a8f00-0000-7000-8000-0000000000e1"
_A_MESSAGE = "019a8f00-0000-7000-8000-0000000000e2"


class ClosedBy(StrEnum):
    """Who closed a ticket."""

    CUSTOMER = "customer"
    LAPSE = "lapse"
    """Nobody said anything in time."""
    SOURCE = "source"
    """The system that the ticket was imported from."""


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


class TicketFulfilled(PublishedEvent):
    """The provider has done what was asked, in this cycle: 1 at first, one more with each reopening.

    Told again where a fulfilment was taken back and came once more; a reader keeps one for each ticket and cycle.
    """

    subject = "acuerdo.requests.ticket.fulfilled.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    cycle: int = Field(examples=[1])
    ticket_key: str = Field(examples=["IT-1042"])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    offering_id: UUID = Field(examples=[_AN_OFFERING])
    offering_name: str = Field(examples=["A computer"])
    agreement_version_id: UUID | None = Field(examples=[_AN_AGREEMENT_VERSION])
    requester_id: UUID | None = Field(description="null where an import made no person", examples=[_A_PERSON])
    beneficiary_id: UUID | None = Field(examples=[_A_COLLEAGUE])
    participants: list[UUID] = Field(examples=[[_A_COLLEAGUE]])
    assignee_id: UUID | None = Field(examples=[_AN_AGENT])
    is_confidential: bool = Field(examples=[False])
    is_imported: bool = Field(description="history of another system, about which nobody is asked", examples=[False])
    fulfilled_at: datetime = Field(examples=["2026-03-09T09:00:00Z"])
    version: int = Field(description="the ticket's, with this act", examples=[7])


class TicketReopened(PublishedEvent):
    """Work goes on after a fulfilment: reopened, or the fulfilment was a slip and is taken back."""

    subject = "acuerdo.requests.ticket.reopened.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    cycle: int = Field(description="the cycle that is open now; after a slip the one before goes on", examples=[2])
    version: int = Field(description="the ticket's, with this act", examples=[8])
    reopened_at: datetime = Field(examples=["2026-03-10T09:00:00Z"])


class TicketClosed(PublishedEvent):
    """What was fulfilled is accepted, by the customer or by lapse."""

    subject = "acuerdo.requests.ticket.closed.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    version: int = Field(description="the ticket's, with this act", examples=[8])
    closed_at: datetime = Field(examples=["2026-03-11T09:00:00Z"])
    by: ClosedBy = Field(examples=[ClosedBy.CUSTOMER])


class Counts(BaseModel):
    """How many promises of one side were met and how many missed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    met: int
    missed: int


class TicketMeasured(PublishedEvent):
    """What the promises of one ticket have come to, whenever that changes: whole counts, never differences.

    The ticket's own, between who asks and who provides; those of its hand-offs are told by `hand_off.measured`.
    Counted as attainment counts: a clock that was breached is missed from then on; void clocks and those at best
    effort are neither; `update` and `reply` count once a cycle. The highest `version` holds; of equals the later.
    """

    subject = "acuerdo.requests.ticket.measured.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    version: int = Field(description="the ticket's, with this act", examples=[7])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    provider: Counts = Field(description="targets", examples=[{"met": 3, "missed": 0}])
    customer: Counts = Field(description="obligations", examples=[{"met": 1, "missed": 1}])


class _ClockTold(BaseModel):
    """What both tell of a clock; once for each share and cycle, in the order in which they come."""

    clock_id: UUID = Field(examples=[_A_CLOCK])
    ticket_id: UUID = Field(examples=[_A_TICKET])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    clock: str = Field(examples=["resolution"])
    cycle: int = Field(examples=[1])
    side: str = Field(description="whose promise it is: provider or customer", examples=["provider"])
    percent: int = Field(examples=[75])
    fires_at: datetime = Field(description="when the share was used up", examples=["2026-03-06T13:00:00Z"])
    fired_at: datetime = Field(description="when this was recorded", examples=["2026-03-06T13:00:00.125Z"])
    link_id: UUID | None = Field(description="the hand-off whose clock it is; null: the ticket's", examples=[_A_LINK])


class ClockWarned(_ClockTold, PublishedEvent):
    """A share of a clock's time below the whole is used up."""

    subject = "acuerdo.requests.clock.warned.v1"
    key = "ticket_id"


class ClockBreached(_ClockTold, PublishedEvent):
    """The due time of a clock has passed (`percent` is 100). A late fact may yet refute it."""

    subject = "acuerdo.requests.clock.breached.v1"
    key = "ticket_id"


class _HandOffTold(BaseModel):
    """What all three tell of a hand-off; `link_id` is one of the ticket's, `parent_id` the hand-off above it."""

    ticket_id: UUID = Field(examples=[_A_TICKET])
    link_id: UUID = Field(examples=[_A_LINK])
    parent_id: UUID | None = Field(examples=[_ANOTHER_LINK])
    offered_by_department_id: UUID | None = Field(description="null: not known here", examples=[_IT])
    department_id: UUID | None = Field(description="to which it was offered", examples=[_NETWORKS])
    waits: bool = Field(description="whether the ticket waits for it", examples=[True])
    version: int = Field(description="the ticket's, with this act", examples=[4])


class HandOffOffered(_HandOffTold, PublishedEvent):
    """Part of a ticket was offered to another department."""

    subject = "acuerdo.requests.hand_off.offered.v1"
    key = "ticket_id"

    offered_at: datetime = Field(examples=["2026-03-03T09:00:00Z"])


class HandOffAccepted(_HandOffTold, PublishedEvent):
    """The department has taken that part over."""

    subject = "acuerdo.requests.hand_off.accepted.v1"
    key = "ticket_id"

    accepted_at: datetime = Field(examples=["2026-03-03T10:00:00Z"])


class HandOffEnded(_HandOffTold, PublishedEvent):
    """An offer came to nothing, or an accepted part is over."""

    subject = "acuerdo.requests.hand_off.ended.v1"
    key = "ticket_id"

    outcome: str = Field(description="bounced, withdrawn, lapsed, returned or ended", examples=["returned"])
    ended_at: datetime = Field(examples=["2026-03-04T12:00:00Z"])


class HandOffMeasured(PublishedEvent):
    """What the promises about one hand-off have come to, whenever that changes: whole counts, as of a ticket.

    They are between the two departments of the hand-off, and no part of what is told of the ticket's own. The highest
    `version` holds; of equals the later.
    """

    subject = "acuerdo.requests.hand_off.measured.v1"
    key = "ticket_id"

    ticket_id: UUID = Field(examples=[_A_TICKET])
    link_id: UUID = Field(examples=[_A_LINK])
    version: int = Field(description="the ticket's, with this act", examples=[7])
    customer_department_id: UUID = Field(description="which offered it", examples=[_IT])
    provider_department_id: UUID = Field(description="to which it was offered", examples=[_NETWORKS])
    provider: Counts = Field(description="targets", examples=[{"met": 2, "missed": 0}])
    customer: Counts = Field(description="obligations", examples=[{"met": 1, "missed": 0}])


class MessagePosted(PublishedEvent):
    """There is something new to read for a person; what joins the same message later is not told again.

    `kind` is that of what it tells by now, `digest` where that is of several.
    """

    subject = "acuerdo.requests.message.posted.v1"
    key = "message_id"

    message_id: UUID = Field(examples=[_A_MESSAGE])
    person_id: UUID = Field(examples=[_A_PERSON])
    kind: str = Field(examples=["clock_breached"])
    link: str = Field(description="path of what it is about", examples=[f"/v1/tickets/{_A_TICKET}"])


class AgreementProposed(PublishedEvent):
    """A side has proposed a version of an agreement; what was proposed before and not signed by both no longer is."""

    subject = "acuerdo.requests.agreement.proposed.v1"
    key = "agreement_id"

    agreement_id: UUID = Field(examples=[_AN_AGREEMENT])
    agreement_version_id: UUID = Field(examples=[_AN_AGREEMENT_VERSION])
    number: int = Field(examples=[1])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    proposed_by: UUID = Field(examples=[_A_PERSON])
    proposed_for: str = Field(description="customer or provider", examples=["customer"])
    effective_from: date = Field(examples=["2026-04-01"])
    proposed_at: datetime = Field(examples=["2026-03-12T09:00:00Z"])


class AgreementSigned(PublishedEvent):
    """Both sides have signed a version, which holds from `in_force_from` on and ends the one before there."""

    subject = "acuerdo.requests.agreement.signed.v1"
    key = "agreement_id"

    agreement_id: UUID = Field(examples=[_AN_AGREEMENT])
    agreement_version_id: UUID = Field(description="what tickets pin", examples=[_AN_AGREEMENT_VERSION])
    number: int = Field(examples=[1])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    offering_ids: list[UUID] = Field(examples=[[_AN_OFFERING]])
    applies_to_open: bool = Field(description="whether open tickets are ruled to it as well", examples=[False])
    in_force_from: date = Field(examples=["2026-04-01"])
    in_force_until: date | None = Field(
        description="the first day on which it no longer holds; null: until another or an end", examples=["2027-04-01"]
    )
    signed_at: datetime = Field(description="by the second side", examples=["2026-03-16T09:00:00Z"])


class AgreementTerminated(PublishedEvent):
    """A side has ended an agreement: from `ends_on` on it covers nothing."""

    subject = "acuerdo.requests.agreement.terminated.v1"
    key = "agreement_id"

    agreement_id: UUID = Field(examples=[_AN_AGREEMENT])
    customer_department_id: UUID = Field(examples=[_PEOPLE_OPERATIONS])
    provider_department_id: UUID = Field(examples=[_IT])
    ends_on: date = Field(examples=["2026-12-31"])
    terminated_for: str = Field(description="customer or provider", examples=["provider"])
    terminated_by: UUID = Field(examples=[_A_PERSON])
    terminated_at: datetime = Field(examples=["2026-11-20T09:00:00Z"])
