"""The table of reminders: what was told of which date of an agreement, once."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime
from sqlmodel import Field

from services.requests.db import Base


class AgreementReminder(Base, table=True):
    """Append-only: both sides were told that a date of this agreement comes; `occasion` is review or end."""

    __tablename__ = "agreement_reminder"

    agreement_id: UUID = Field(primary_key=True, foreign_key="agreement.id")
    occasion: str = Field(primary_key=True)
    falls_on: date = Field(primary_key=True, sa_type=Date)
    number: int
    reminded_at: datetime = Field(sa_type=DateTime(timezone=True))
