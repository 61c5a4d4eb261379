"""The tables of freezes: what is proposed and agreed, who signed, and how far each has come to its tickets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy import Uuid as UuidType
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class Freeze(Base, table=True):
    """A time that the tickets of two departments (and those below them) leave out; `offering_ids` None: all of them.

    It does nothing until both sides have agreed (`agreed_at`), which is before it begins or never.
    """

    __tablename__ = "pair_freeze"
    __table_args__ = (
        Index("ix_pair_freeze_created_at_id", "created_at", "id"),
        Index("ix_pair_freeze_customer", "customer_department_id", "created_at", "id"),
        Index("ix_pair_freeze_provider", "provider_department_id", "created_at", "id"),
        Index(
            "ix_pair_freeze_agreed",
            "customer_department_id",
            "provider_department_id",
            postgresql_where=text("agreed_at IS NOT NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    customer_department_id: UUID
    provider_department_id: UUID
    offering_ids: list[UUID] | None = Field(sa_type=ARRAY(UuidType), nullable=True)
    begins_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime = Field(sa_type=_INSTANT)
    reason: str = Field(sa_type=Text)
    proposed_by: UUID
    proposed_for: str
    created_at: datetime = Field(sa_type=_INSTANT)
    agreed_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    withdrawn_by: UUID | None = None
    withdrawn_for: str | None = None
    version: int = 1


class FreezeSignature(Base, table=True):
    """Append-only: one side's word for a freeze; one for each side, and never two of one person."""

    __tablename__ = "freeze_signature"
    __table_args__ = (UniqueConstraint("freeze_id", "person_id"),)

    freeze_id: UUID = Field(primary_key=True, foreign_key="pair_freeze.id")
    side: str = Field(primary_key=True)
    department_id: UUID
    person_id: UUID
    is_deputy: bool
    signed_at: datetime = Field(sa_type=_INSTANT)


class FreezeJob(Base, table=True):
    """A freeze on its way to each open ticket, or (`is_withdrawal`) back; `after` is the ticket looked at last."""

    __tablename__ = "freeze_job"
    __table_args__ = (
        Index("ix_freeze_job_waiting", "created_at", "freeze_id", postgresql_where=text("done_at IS NULL")),
    )

    freeze_id: UUID = Field(primary_key=True, foreign_key="pair_freeze.id")
    is_withdrawal: bool = Field(primary_key=True)
    after: UUID
    ruled: int
    created_at: datetime = Field(sa_type=_INSTANT)
    done_at: datetime | None = Field(default=None, sa_type=_INSTANT)
