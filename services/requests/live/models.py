"""The changes of the last hour, in the order in which transactions began: what listeners who come back have missed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class TicketChange(Base, table=True):
    """An event of a ticket, or of its files or steps (without a `sequence`).

    Written by triggers on their tables (migrations), in the transaction `xid`.
    """

    __tablename__ = "ticket_change"

    xid: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    told_at: datetime = Field(sa_type=_INSTANT)
    ticket_id: UUID
    event_id: UUID
    sequence: int | None
    kind: str
    name: str
    is_internal: bool
    version: int
    state: str
    recorded_at: datetime = Field(sa_type=_INSTANT)


class TicketChangeFloor(Base, table=True):
    """One row: of transactions before `xid` some changes are no longer kept."""

    __tablename__ = "ticket_change_floor"

    id: int = Field(primary_key=True)
    xid: int = Field(sa_type=BigInteger)
