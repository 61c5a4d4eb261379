"""The table of rounds: what each came to, which reports of flow and of lead times count."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Index, Interval, text
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class TicketRound(Base, table=True):
    """A round of a ticket (timeline/rounds) that was fulfilled, has ended, or began with a reopening.

    `working` is what its fulfilment took of the provider's working time; none where rows from before rounds were kept.
    """

    __tablename__ = "ticket_round"
    __table_args__ = (
        Index(
            "ix_ticket_round_fulfilled",
            "fulfilled_at",
            postgresql_include=["number", "began_at", "working", "ticket_id"],
            postgresql_where=text("fulfilled_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_round_ended",
            "ended_at",
            postgresql_include=["ended_as", "ticket_id"],
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_round_reopened",
            "began_at",
            postgresql_include=["ticket_id"],
            postgresql_where=text("number > 1"),
        ),
    )

    ticket_id: UUID = Field(primary_key=True, foreign_key="ticket.id")
    number: int = Field(primary_key=True)
    began_at: datetime = Field(sa_type=_INSTANT)
    fulfilled_at: datetime | None = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(sa_type=_INSTANT)
    ended_as: str | None
    working: timedelta | None = Field(sa_type=Interval)
