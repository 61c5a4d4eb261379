"""The tables of calendars: a name with a current version, the versions, and who works by which calendar."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base


class Calendar(Base, table=True):
    """`version` counts changes of this row; the current version of the calendar itself is one of its versions."""

    __table_args__ = (Index("ix_calendar_created_at_id", "created_at", "id"),)

    id: UUID = Field(primary_key=True)
    name: str
    current_version_id: UUID
    current_version_number: int
    version: int = 1
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


class CalendarVersion(Base, table=True):
    """Append-only. `definition` is as it was given; `public_holidays` what its country's days were then.

    `elapsed` is what it does to the time that has elapsed on open clocks.
    `created_by` is null for the version that the migration made.
    """

    __tablename__ = "calendar_version"
    __table_args__ = (UniqueConstraint("calendar_id", "number"),)

    id: UUID = Field(primary_key=True)
    calendar_id: UUID = Field(foreign_key="calendar.id")
    number: int
    definition: dict[str, Any] = Field(sa_type=JSONB)
    public_holidays: list[dict[str, str]] = Field(sa_type=JSONB)
    elapsed: str = Field(default="keep", sa_column_kwargs={"server_default": "keep"})
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    created_by: UUID | None


class CalendarAssignment(Base, table=True):
    """Who works by which calendar: one department, or with `department_id` null the organisation.

    `calendar_id` null says "again as inherited"; the row stays, so that no version of it ever comes twice.
    """

    __tablename__ = "calendar_assignment"
    __table_args__ = (
        UniqueConstraint("department_id", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["calendar_id"], ["calendar.id"]),
    )

    id: UUID = Field(primary_key=True)
    department_id: UUID | None
    calendar_id: UUID | None
    version: int = 1
    assigned_at: datetime = Field(sa_type=DateTime(timezone=True))
    assigned_by: UUID | None
