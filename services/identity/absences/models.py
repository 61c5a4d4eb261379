"""The table of absences."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlmodel import Field

from services.identity.db import Base


class Absence(Base, table=True):
    """Somebody is away from a department, from one of its local dates to another, both included.

    No reason is kept: it would tell of people's health. `ended_at` says when the absence was ended or taken back before
    its last day; a month after its last day the row is forgotten.
    """

    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("deputy_id <> person_id", name="deputy_is_another"),
        Index("ix_absence_department", "department_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    department_id: UUID = Field(foreign_key="department.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    first_day: date
    last_day: date = Field(index=True)
    deputy_id: UUID | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    recorded_by: UUID
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_by: UUID | None = None
    version: int = 1
