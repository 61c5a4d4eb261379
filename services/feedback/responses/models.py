"""The table of responses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, SmallInteger, Text
from sqlmodel import Field

from services.feedback.db import Base

_INSTANT = DateTime(timezone=True)


class Response(Base, table=True):
    """A person's answer to an invitation; of the fulfilment it repeats what it is found by, which never changes."""

    __table_args__ = (
        Index("ix_response_answered_at", "answered_at", "id"),
        Index("ix_response_provider", "provider_department_id", "answered_at", "id"),
        Index("ix_response_person", "person_id", "answered_at", "id"),
        Index("ix_response_ticket", "ticket_id", "cycle", "answered_at"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    id: UUID = Field(primary_key=True)
    invitation_id: UUID = Field(unique=True)
    ticket_id: UUID
    cycle: int
    customer_department_id: UUID
    provider_department_id: UUID
    person_id: UUID
    score: int = Field(sa_type=SmallInteger)
    comment: str | None = Field(sa_type=Text)
    answered_at: datetime = Field(sa_type=_INSTANT)
    changed_at: datetime = Field(sa_type=_INSTANT)
    version: int
