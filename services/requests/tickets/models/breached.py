"""The table of breaches: each one that was announced, or decided at once, with how far its dossier has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class Breach(Base, table=True):
    """A promise that was not kept, from its mark on (its id is the mark's, where there is one).

    Of a hand-off's clock (`link_id`) the two departments are those of the hand-off. `reason_code` is the latest given.
    """

    __table_args__ = (
        Index("ix_breach_breached_at_id", "breached_at", "id"),
        Index("ix_breach_provider", "provider_department_id", "breached_at", "id"),
        Index("ix_breach_customer", "customer_department_id", "breached_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    link_id: UUID | None
    clock: str
    cycle: int
    side: str
    customer_department_id: UUID | None
    provider_department_id: UUID | None
    is_confidential: bool
    breached_at: datetime = Field(sa_type=_INSTANT)
    opened_at: datetime = Field(sa_type=_INSTANT)
    state: str
    reason_code: str | None
