"""The table of deputies."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime
from sqlmodel import Field

from services.identity.db import Base


class Deputy(Base, table=True):
    """A person who stands in for a department's manager, from one local date to another, both included.

    A row is never deleted: `ended_at` says when it was ended before its time.
    """

    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: UUID = Field(primary_key=True)
    department_id: UUID = Field(foreign_key="department.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    first_day: date
    last_day: date | None = None
    named_at: datetime = Field(sa_type=DateTime(timezone=True))
    named_by: UUID
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_by: UUID | None = None
    version: int = 1
