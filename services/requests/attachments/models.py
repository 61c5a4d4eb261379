"""The table of attachments: what is known of each file; the files themselves lie in the storage, by these ids."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class Attachment(Base, table=True):
    """A file on a ticket. One that was removed keeps its row: who removed it and when."""

    __table_args__ = (Index("ix_attachment_ticket", "ticket_id", "id"),)

    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="ticket.id")
    filename: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    sha256: str
    visibility: str
    side: str
    uploaded_by: UUID
    created_at: datetime = Field(sa_type=_INSTANT)
    removed_by: UUID | None
    removed_at: datetime | None = Field(sa_type=_INSTANT)
    version: int
