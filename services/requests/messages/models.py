"""The tables of messages: one row for what a person is told, and the items that it lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)


class Message(Base, table=True):
    """What one person is told. `digest` says which posts join it: the minute, or the link of what stands alone.

    `kind` is that of its items, or `digest` where these differ.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "digest"),
        Index("ix_message_person", "person_id", "created_at", "id"),
        Index("ix_message_unread", "person_id", "created_at", "id", postgresql_where=text("read_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID
    kind: str
    digest: str = Field(sa_type=Text)
    link: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=_INSTANT)
    read_at: datetime | None = Field(sa_type=_INSTANT)
    item_count: int
    version: int


class MessageItem(Base, table=True):
    """One of the things that a message tells; `position` counts from 1 on each message."""

    __tablename__ = "message_item"
    __table_args__ = (
        Index("ix_message_item_breach", "link", postgresql_where=text("kind IN ('clock_breached', 'clock_passed')")),
    )

    message_id: UUID = Field(primary_key=True, foreign_key="message.id")
    position: int = Field(primary_key=True)
    kind: str
    link: str = Field(sa_type=Text)
    about: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=_INSTANT)
