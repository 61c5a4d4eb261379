"""The tables of what a ticket is linked with: references to other systems, other tickets, parts handed on, words."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, Interval, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class TicketReference(Base, table=True):
    """Where another system keeps the same work: each reference, a system and an id there, is on one ticket at most."""

    __tablename__ = "ticket_reference"

    system: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)


class TicketText(Base, table=True):
    """The words of a ticket, made by `ticket_words` of the migrations: of its key, subject, description and comments.

    `whole` is with what is internal, where something is.
    """

    __tablename__ = "ticket_text"
    __table_args__ = (
        Index("ix_ticket_text_shown", "shown", postgresql_using="gin"),
        Index("ix_ticket_text_whole", "whole", postgresql_using="gin"),
    )

    ticket_id: UUID = Field(primary_key=True, foreign_key="ticket.id")
    shown: str = Field(sa_type=TSVECTOR)
    whole: str | None = Field(sa_type=TSVECTOR, nullable=True)


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


class TicketLink(Base, table=True):
    """A hand-off of a ticket: which department was offered which part of it, under which other link, and held it when.

    `accepted_at` is None while it is offered, and where it ended without an acceptance. `customer_department_id` hands
    it on, under `agreement_version_id` or by what `offering_id` publishes. An unanswered offer lapses at `lapses_at`.
    """

    __tablename__ = "ticket_link"
    __table_args__ = (
        Index("ix_ticket_link_department", "department_id", "ticket_id"),
        Index("ix_ticket_link_open", "department_id", "ticket_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_ticket_link_accepted", "accepted_at", postgresql_include=["ticket_id"]),
        Index(
            "ix_ticket_link_moved_back",
            "ended_at",
            postgresql_include=["outcome", "ticket_id"],
            postgresql_where=text("outcome IN ('bounced', 'returned')"),
        ),
        Index("ix_ticket_link_customer", "customer_department_id"),
        Index(
            "ix_ticket_link_agreement",
            "agreement_version_id",
            "offering_id",
            "offered_at",
            postgresql_where=text("agreement_version_id IS NOT NULL"),
        ),
        Index("ix_ticket_link_lapses_at", "lapses_at", postgresql_where=text("lapses_at IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)
    department_id: UUID | None
    department: str
    parent_id: UUID | None
    is_waited_for: bool
    offered_at: datetime = Field(sa_type=_INSTANT)
    accepted_at: datetime | None = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(sa_type=_INSTANT)
    outcome: str | None
    customer_department_id: UUID | None
    offering_id: UUID | None
    agreement_version_id: UUID | None
    lapses_at: datetime | None = Field(sa_type=_INSTANT)


class LinkInterval(Base, table=True):
    """One interval of the time ledger of a link; no report adds it to the ticket's."""

    __tablename__ = "link_interval"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="forward"),)

    link_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id", index=True)
    starts_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime | None = Field(sa_type=_INSTANT)
    party: str
    reason: str
    also: list[str] = Field(sa_type=ARRAY(Text))
    wall: timedelta | None = Field(sa_type=Interval)
    working: timedelta | None = Field(sa_type=Interval)
