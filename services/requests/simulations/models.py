"""The table of simulations: what was supposed, and what it would have come to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base


class Simulation(Base, table=True):
    """`state` is queued, running, done, failed or cancelled; `progress` 0 to 1.

    `supposed` holds what is to be tried, whole, so that a version or a calendar that changes meanwhile changes nothing.
    """

    __table_args__ = (Index("ix_simulation_created_at_id", "created_at", "id"),)

    id: UUID = Field(primary_key=True)
    state: str
    progress: float
    supposed: dict[str, Any] = Field(sa_type=JSONB)
    errors: list[dict[str, Any]] = Field(sa_type=JSONB)
    result: dict[str, Any] | None = Field(sa_type=JSONB)
    created_by: UUID
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    version: int = 1
