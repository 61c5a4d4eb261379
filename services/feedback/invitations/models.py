"""The tables of fulfilments and of who was asked about them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.feedback.db import Base

_INSTANT = DateTime(timezone=True)


class Fulfilment(Base, table=True):
    """What a score belongs to: a ticket's cycle that ended in a fulfilment, as it was then.

    Later changes of the ticket never move it. One that was a slip, taken back before anybody answered, did not happen;
    if the cycle ends in a fulfilment after all, that one takes its place.
    """

    __table_args__ = (
        Index("ix_fulfilment_fulfilled_at", "fulfilled_at", "ticket_id", "cycle"),
        Index("ix_fulfilment_provider", "provider_department_id", "fulfilled_at", "ticket_id", "cycle"),
    )

    ticket_id: UUID = Field(primary_key=True)
    cycle: int = Field(primary_key=True)
    ticket_key: str
    customer_department_id: UUID
    provider_department_id: UUID
    offering_id: UUID
    offering_name: str = Field(sa_type=Text)
    agreement_version_id: UUID | None
    agent_id: UUID | None
    is_confidential: bool
    fulfilled_at: datetime = Field(sa_type=_INSTANT)
    version: int
    taken_back_at: datetime | None = Field(sa_type=_INSTANT)


class Reopening(Base, table=True):
    """The highest version at which a ticket was reopened: news of an earlier fulfilment may arrive after it."""

    ticket_id: UUID = Field(primary_key=True)
    version: int


class Invitation(Base, table=True):
    """A person asked about a fulfilment; the link is made of its id and end, and kept nowhere.

    One that was withdrawn after a slip is issued again: `issued_at` is when it was last.
    """

    __table_args__ = (
        UniqueConstraint("ticket_id", "cycle", "person_id"),
        Index("ix_invitation_person", "person_id", "issued_at", "id"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="answered_or_withdrawn"),
    )

    id: UUID = Field(primary_key=True)
    survey: str
    survey_version: int
    ticket_id: UUID
    cycle: int
    person_id: UUID
    issued_at: datetime = Field(sa_type=_INSTANT)
    expires_at: datetime = Field(sa_type=_INSTANT)
    withdrawn_at: datetime | None = Field(sa_type=_INSTANT)
    answered_at: datetime | None = Field(sa_type=_INSTANT)


class RequestSent(Base, table=True):
    """Each time that a person got a request, whatever became of it; rows are only added.

    Budgets count these: an invitation withdrawn after a slip is issued again, which is another request.
    """

    __tablename__ = "request_sent"
    __table_args__ = (
        Index("ix_request_sent_person", "person_id", "sent_at"),
        Index("ix_request_sent_fulfilment", "ticket_id", "cycle", "fulfilment_version"),
    )

    id: UUID = Field(primary_key=True)
    invitation_id: UUID
    person_id: UUID
    ticket_id: UUID
    cycle: int
    fulfilment_version: int
    """Of the fulfilment asked about: after a slip another one has the same ticket and cycle."""
    sent_at: datetime = Field(sa_type=_INSTANT)


class NotAsked(Base, table=True):
    """A person whom a fulfilment concerns and who was not asked, with the reason."""

    __tablename__ = "not_asked"

    ticket_id: UUID = Field(primary_key=True)
    cycle: int = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    reason: str
    at: datetime = Field(sa_type=_INSTANT)
