"""The table of the steps that were checked off on tickets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field

from services.requests.db import Base


class TicketStep(Base, table=True):
    """Append-only: that a step of the checklist was done, or was not after all; the latest `position` of each holds."""

    __tablename__ = "ticket_step"

    ticket_id: UUID = Field(primary_key=True, foreign_key="ticket.id")
    position: int = Field(primary_key=True)
    key: str
    is_done: bool
    noted_at: datetime = Field(sa_type=DateTime(timezone=True))
    noted_by: UUID
