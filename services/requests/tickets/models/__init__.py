"""The tables of tickets: events are the truth, everything else is what the fold said of them, kept to be read fast."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Interval,
    Sequence,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base

KEY_NUMBERS = Sequence("ticket_key_number", start=1000, metadata=Base.metadata)
"""Numbers of ticket keys ("IT-1042"): one sequence, so each provider's keys have gaps and none waits for another."""

QUEUE_DUE = "COALESCE(t.next_due_at, '9999-12-31 00:00:00+00'::timestamp with time zone)"
QUEUE_URGENCY = "array_position('{urgent,high,normal,low}'::text[], t.priority::text)"
IS_TO_BE_DONE = "t.ended_at IS NULL AND t.state <> 'fulfilled'"
"""What queues are sorted by and hold, as SQL on a ticket `t`; their indexes hold the same expressions."""
_INSTANT = DateTime(timezone=True)
_COUNTED = ("clock", "side", "objective", "refuted_by", "link_id")


def _queue_index(column: str) -> Index:
    due, urgency, is_to_be_done = (sql.replace("t.", "") for sql in (QUEUE_DUE, QUEUE_URGENCY, IS_TO_BE_DONE))
    name = f"ix_ticket_queue_of_{column}"
    return Index(name, column, text(due), text(urgency), "id", postgresql_where=text(is_to_be_done))


class Ticket(Base, table=True):
    """One request from a customer department to a provider department, and what the fold says of it at `folded_at`.

    `terms` are what it pinned when it was submitted (timeline/terms); `events` counts its events; `source` and
    `source_key` name an imported ticket in the system that it came from. If nothing happens until `lapses_at`, it goes
    to the state `lapses_into`. `next_due_at` is the earliest due time of the provider's open clocks, `next_due_clock`
    says of which. `awaits_approval_of` is the person whose approval it awaits, or the department whose managers'.
    """

    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_ticket_created_at_id", "created_at", "id"),
        Index("ix_ticket_provider", "provider_department_id", "created_at", "id"),
        Index("ix_ticket_customer", "customer_department_id", "created_at", "id"),
        Index("ix_ticket_state", "state", "created_at", "id"),
        Index("ix_ticket_provider_state", "provider_department_id", "state", "created_at", "id"),
        Index("ix_ticket_customer_state", "customer_department_id", "state", "created_at", "id"),
        Index("ix_ticket_requester", "requester_id", "created_at", "id"),
        Index("ix_ticket_beneficiary", "beneficiary_id", "created_at", "id"),
        Index("ix_ticket_open_of_offering", "offering_id", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_ticket_agreement",
            "agreement_version_id",
            "offering_id",
            "created_at",
            postgresql_where=text("agreement_version_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_awaits_approval",
            "awaits_approval_of",
            "created_at",
            "id",
            postgresql_where=text("awaits_approval_of IS NOT NULL"),
        ),
        Index("ix_ticket_participants", "participants", postgresql_using="gin"),
        _queue_index("assignee_id"),
        _queue_index("provider_department_id"),
        Index("ix_ticket_lapses_at", "lapses_at", postgresql_where=text("lapses_at IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    key: str = Field(unique=True)
    subject: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    offering_id: UUID
    offering_version: int
    customer_department_id: UUID
    provider_department_id: UUID
    requester_id: UUID | None
    beneficiary_id: UUID | None
    participants: list[UUID] = Field(sa_type=ARRAY(UuidType))
    assignee_id: UUID | None
    priority: str
    promised_priority: str
    needed_by: str | None
    state: str
    is_confidential: bool
    agreement_version_id: UUID | None
    created_at: datetime = Field(sa_type=_INSTANT)
    submitted_at: datetime | None = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(sa_type=_INSTANT)
    fields: dict[str, Any] = Field(sa_type=JSONB)
    external_refs: list[dict[str, str]] = Field(sa_type=JSONB)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    source: str | None
    source_key: str | None
    version: int
    events: int
    folded_at: datetime = Field(sa_type=_INSTANT)
    lapses_at: datetime | None = Field(sa_type=_INSTANT)
    lapses_into: str | None
    next_due_at: datetime | None = Field(sa_type=_INSTANT)
    next_due_clock: str | None
    awaits_approval_of: UUID | None


class TicketEvent(Base, table=True):
    """A fact, ruling, decision or mark on a ticket; appended, never changed (the runtime role cannot)."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "source_key"),
        Index(
            "ix_ticket_event_freeze",
            text("(payload ->> 'freeze_id')"),
            "ticket_id",
            postgresql_where=text("name IN ('freeze_ruled', 'freeze_withdrawn')"),
        ),
        Index("ix_ticket_event_decision", "ticket_id", postgresql_where=text("kind = 'decision'")),
    )

    ticket_id: UUID = Field(primary_key=True, foreign_key="ticket.id")
    sequence: int = Field(primary_key=True)
    id: UUID = Field(unique=True)
    kind: str
    name: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    occurred_at: datetime = Field(sa_type=_INSTANT)
    recorded_at: datetime = Field(sa_type=_INSTANT)
    source_order: int = Field(sa_type=BigInteger)
    side: str
    actor_id: UUID | None
    department: str | None
    is_automatic: bool
    corrects: UUID | None
    source_key: str | None
    deputy_for: UUID | None


class LedgerInterval(Base, table=True):
    """One interval of a ticket's time ledger; the last one of an open ticket has no end and no durations yet."""

    __tablename__ = "ledger_interval"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="forward"),)

    ticket_id: UUID = Field(primary_key=True, foreign_key="ticket.id")
    position: int = Field(primary_key=True)
    starts_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime | None = Field(sa_type=_INSTANT)
    party: str
    reason: str
    also: list[str] = Field(sa_type=ARRAY(Text))
    wall: timedelta | None = Field(sa_type=Interval)
    working: timedelta | None = Field(sa_type=Interval)


class TicketClock(Base, table=True):
    """One clock of a ticket, or of its link `link_id`, in one cycle, as the fold gave it at the ticket's `folded_at`.

    It is decided once it is breached, or stops: a report counts it in the period of that instant, `decided_at`.
    `round` is the cycle of `resolution` in which it began. `fires` holds [percent, instant] of each threshold whose
    instant is known and that no mark says was fired, the earliest first: `next_fire_at` is the first one's. `promised`,
    `observed` and `shortfall` tell how an obligation was decided at once. `refuted_by`: the fact that took back a
    breach which had been announced. What ends in `_after` is how it is after all decisions; none where nothing was
    decided on the ticket.
    """

    __tablename__ = "ticket_clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "link_id", "clock", "cycle", postgresql_nulls_not_distinct=True),
        Index("ix_ticket_clock_link", "link_id", postgresql_where=text("link_id IS NOT NULL")),
        Index("ix_ticket_clock_due", "next_fire_at", postgresql_where=text("next_fire_at IS NOT NULL")),
        Index("ix_ticket_clock_following", "calendar_id", "ticket_id", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_ticket_clock_after", "ticket_id", postgresql_where=text("state_after IS NOT NULL")),
        # Reports count from these three alone.
        Index(
            "ix_ticket_clock_decided",
            "decided_at",
            postgresql_include=[
                "clock",
                "side",
                "state",
                "is_best_effort",
                "objective",
                "refuted_by",
                "ticket_id",
                "link_id",
            ],
            postgresql_where=text("decided_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_clock_undecided",
            "ticket_id",
            postgresql_include=[*_COUNTED, "state", "started_at", "due_at", "is_best_effort"],
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(
            "ix_ticket_clock_rounds",
            "ticket_id",
            "clock",
            "round",
            postgresql_include=[
                *_COUNTED[1:],
                "state",
                "started_at",
                "stopped_at",
                "due_at",
                "breached_at",
                "decided_at",
            ],
            postgresql_where=text("clock IN ('update', 'reply')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    link_id: UUID | None
    clock: str
    side: str
    cycle: int
    state: str
    started_at: datetime = Field(sa_type=_INSTANT)
    stopped_at: datetime | None = Field(sa_type=_INSTANT)
    target: timedelta | None = Field(sa_type=Interval)
    elapsed: timedelta = Field(sa_type=Interval)
    remaining: timedelta | None = Field(sa_type=Interval)
    due_at: datetime | None = Field(sa_type=_INSTANT)
    breached_at: datetime | None = Field(sa_type=_INSTANT)
    decided_at: datetime | None = Field(sa_type=_INSTANT)
    no_due_reason: str | None
    next_fire_at: datetime | None = Field(sa_type=_INSTANT)
    round: int
    objective: float | None
    calendar_id: UUID | None
    calendar_version: int | None
    effect: str | None
    is_best_effort: bool
    promised: float | None
    observed: Any = Field(sa_type=JSONB, nullable=True)
    shortfall: timedelta | None = Field(sa_type=Interval)
    fires: list[Any] = Field(sa_type=JSONB)
    refuted_by: UUID | None
    state_after: str | None
    due_at_after: datetime | None = Field(sa_type=_INSTANT)
    breached_at_after: datetime | None = Field(sa_type=_INSTANT)
    decided_at_after: datetime | None = Field(sa_type=_INSTANT)
    is_best_effort_after: bool | None
