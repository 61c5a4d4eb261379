"""The table of import jobs; a job keeps its file until it has ended, so that a restart goes on with it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base


class ImportJob(Base, table=True):
    """`state` is queued, running, done, failed or cancelled; `progress` 0 to 1; `content` goes when it has ended."""

    __tablename__ = "import_job"
    __table_args__ = (Index("ix_import_job_created_at_id", "created_at", "id"),)

    id: UUID = Field(primary_key=True)
    state: str
    is_dry_run: bool
    progress: float
    mapping: dict[str, Any] = Field(sa_type=JSONB)
    content: bytes | None = Field(sa_type=LargeBinary)
    errors: list[dict[str, Any]] = Field(sa_type=JSONB)
    result: dict[str, Any] | None = Field(sa_type=JSONB)
    created_by: UUID
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    version: int = 1
