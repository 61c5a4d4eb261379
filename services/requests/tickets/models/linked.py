"""The tables of what a ticket is linked with: references to other systems, other tickets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class TicketReference(Base, table=True):
    """Where another system keeps the same work: each reference, a system and an id there, is on one ticket at most."""

    __tablename__ = "ticket_reference"

    system: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)


class TicketRelation(Base, table=True):
    """How two tickets belong together: `ticket_id` follows, duplicates or blocks `other_id`. One that was ended stays.

    `is_merge`: it came with a merge, and stands.
    """

    __tablename__ = "ticket_relation"
    __table_args__ = (
        Index(
            "ix_ticket_relation_once",
            "ticket_id",
            "kind",
            "other_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_ticket_relation_other", "other_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    kind: str
    other_id: UUID = Field(foreign_key="ticket.id")
    is_merge: bool
    created_by: UUID
    created_at: datetime = Field(sa_type=_INSTANT)
    ended_by: UUID | None
    ended_at: datetime | None = Field(sa_type=_INSTANT)
