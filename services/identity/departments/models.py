"""The table of departments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlmodel import Field

from services.identity.db import Base


class Department(Base, table=True):
    """An organisational unit; `version` counts its changes."""

    __table_args__ = (Index("uq_department_code", text("lower(code)"), unique=True),)

    id: UUID = Field(primary_key=True)
    code: str
    name: str
    parent_id: UUID | None = Field(default=None, foreign_key="department.id", index=True)
    time_zone: str
    is_open: bool = True
    version: int = 1
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
