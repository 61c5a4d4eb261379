"""The table of interactions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index
from sqlmodel import Field

from services.feedback.db import Base


class Interaction(Base, table=True):
    """A customer department and a provider department, and how often the one has asked the other.

    It is there from the first ticket on; the times are those of submission, whatever order the events came in.
    """

    __table_args__ = (Index("ix_interaction_provider", "provider_department_id", "customer_department_id"),)

    customer_department_id: UUID = Field(primary_key=True)
    provider_department_id: UUID = Field(primary_key=True)
    tickets: int = Field(sa_type=BigInteger)
    first_ticket_at: datetime = Field(sa_type=DateTime(timezone=True))
    last_ticket_at: datetime = Field(sa_type=DateTime(timezone=True))
