"""The table of rulings that go to many tickets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, UniqueConstraint, text
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class RulingJob(Base, table=True):
    """A new version of a calendar, or of an agreement that applies to open tickets, on its way to each of them.

    `after` is the ticket that was looked at last, `ruled` counts those whose clocks it reached.
    """

    __tablename__ = "ruling_job"
    __table_args__ = (
        CheckConstraint("num_nonnulls(calendar_version_id, agreement_version_id) = 1", name="of_one_kind"),
        UniqueConstraint("calendar_version_id"),
        UniqueConstraint("agreement_version_id"),
        Index("ix_ruling_job_waiting", "created_at", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    calendar_version_id: UUID | None = None
    agreement_version_id: UUID | None = None
    after: UUID
    ruled: int
    created_at: datetime = Field(sa_type=_INSTANT)
    done_at: datetime | None = Field(sa_type=_INSTANT)
