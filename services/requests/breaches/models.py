"""The tables of disputes: what was contested and asked for, and each decision; none of it is ever changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, Text, text
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class Contest(Base, table=True):
    """Append-only: a side says that a time of the ticket, or of that hand-off of it, was `party`'s."""

    __table_args__ = (
        CheckConstraint("ends_at > begins_at", name="forward"),
        Index("ix_contest_ticket", "ticket_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    link_id: UUID | None
    side: str
    begins_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime = Field(sa_type=_INSTANT)
    party: str
    reason: str = Field(sa_type=Text)
    opened_by: UUID
    created_at: datetime = Field(sa_type=_INSTANT)


class ContestDecision(Base, table=True):
    """Append-only: what was decided on a contest, once; `side` is `system` where an administrator did."""

    __tablename__ = "contest_decision"

    contest_id: UUID = Field(primary_key=True, foreign_key="contest.id")
    upheld: bool
    reason: str = Field(sa_type=Text)
    decided_by: UUID
    side: str
    decided_at: datetime = Field(sa_type=_INSTANT)


class Exclusion(Base, table=True):
    """Append-only: a side asks that a time that is over be left out: of one ticket or hand-off, or of all of a pair."""

    __table_args__ = (
        CheckConstraint("ends_at > begins_at", name="forward"),
        Index("ix_exclusion_created_at_id", "created_at", "id"),
        Index("ix_exclusion_customer", "customer_department_id", "created_at", "id"),
        Index("ix_exclusion_provider", "provider_department_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    customer_department_id: UUID
    provider_department_id: UUID
    offering_ids: list[UUID] | None = Field(sa_type=ARRAY(UuidType), nullable=True)
    ticket_id: UUID | None = Field(foreign_key="ticket.id")
    link_id: UUID | None
    begins_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime = Field(sa_type=_INSTANT)
    reason: str = Field(sa_type=Text)
    asked_by: UUID
    asked_for: str
    created_at: datetime = Field(sa_type=_INSTANT)


class ExclusionDecision(Base, table=True):
    """Append-only: what the other side decided on it, once."""

    __tablename__ = "exclusion_decision"

    exclusion_id: UUID = Field(primary_key=True, foreign_key="exclusion.id")
    granted: bool
    reason: str = Field(sa_type=Text)
    decided_by: UUID
    decided_for: str
    is_deputy: bool
    decided_at: datetime = Field(sa_type=_INSTANT)


class ExclusionJob(Base, table=True):
    """A granted exclusion on its way to its tickets; `after` is the one looked at last, `applied` how many have it."""

    __tablename__ = "exclusion_job"
    __table_args__ = (
        Index("ix_exclusion_job_waiting", "created_at", "exclusion_id", postgresql_where=text("done_at IS NULL")),
    )

    exclusion_id: UUID = Field(primary_key=True, foreign_key="exclusion.id")
    after: UUID
    applied: int
    created_at: datetime = Field(sa_type=_INSTANT)
    done_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class BreachEntry(Base, table=True):
    """Append-only: what was said of a breach: explained, contested, decided, or refuted by a late fact."""

    __tablename__ = "breach_entry"
    __table_args__ = (Index("ix_breach_entry_breach", "breach_id", "created_at", "id"),)

    id: UUID = Field(primary_key=True)
    breach_id: UUID = Field(foreign_key="breach.id")
    kind: str
    side: str
    actor_id: UUID | None
    reason_code: str | None
    note: str | None = Field(sa_type=Text)
    evidence: list[Any] = Field(sa_type=JSONB)
    upheld: bool | None
    created_at: datetime = Field(sa_type=_INSTANT)
