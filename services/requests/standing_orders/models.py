"""The tables of standing orders: each as it is now, its versions, and what came of each instant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class StandingOrder(Base, table=True):
    """A request on a schedule. `owner_id` is in whose name it is submitted, `next_at` when (None: paused, or over).

    `number` counts what it says, `version` every change of the row.
    """

    __tablename__ = "standing_order"
    __table_args__ = (
        Index("ix_standing_order_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_standing_order_created_at_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    customer_department_id: UUID
    owner_id: UUID
    content: dict[str, Any] = Field(sa_type=JSONB)
    is_paused: bool
    next_at: datetime | None = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(sa_type=_INSTANT)
    number: int
    version: int
    created_at: datetime = Field(sa_type=_INSTANT)


class StandingOrderVersion(Base, table=True):
    """Append-only: what an order said from `created_at` on, and who said it."""

    __tablename__ = "standing_order_version"

    order_id: UUID = Field(primary_key=True, foreign_key="standing_order.id")
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSONB)
    created_by: UUID
    created_at: datetime = Field(sa_type=_INSTANT)


class StandingOrderRun(Base, table=True):
    """Append-only: what came of one instant of an order; there is one row at most, and so one ticket."""

    __tablename__ = "standing_order_run"

    order_id: UUID = Field(primary_key=True, foreign_key="standing_order.id")
    due_at: datetime = Field(primary_key=True, sa_type=_INSTANT)
    number: int
    outcome: str
    ticket_id: UUID | None = Field(foreign_key="ticket.id")
    problem: dict[str, Any] | None = Field(sa_type=JSONB(none_as_null=True))
    ran_at: datetime = Field(sa_type=_INSTANT)
