"""What comes in takes effect once: a row, written in the transaction of the effect, says that it happened."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, Text, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import Field, SQLModel, col

from services.shared.streams import KEPT


class InboundEvent(BaseModel):
    """What a service reads of another's event: its `inbound.py` declares `subject` and only the fields read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    subject: ClassVar[str]


class EventMeta(BaseModel):
    """The envelope around an event: `subject` is the aggregate's id, `time` when it happened."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    traceparent: str | None = None


Data = TypeVar("Data", bound=BaseModel)


class CloudEvent(EventMeta, Generic[Data]):
    """A whole message: CloudEvents 1.0, structured JSON."""

    data: Data


def cloud_event_of(model: type[InboundEvent]) -> type[CloudEvent[InboundEvent]]:
    """The message that carries an event known only at run time."""
    return cast(type[CloudEvent[InboundEvent]], CloudEvent.__class_getitem__(model))


class InboxRow(SQLModel):
    """What a service has taken in: `class Inbox(InboxRow, Base, table=True): ...`."""

    __tablename__ = "inbox"

    consumer: str = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=DateTime(timezone=True))


class DeadLetterRow(SQLModel):
    """An event laid aside after too many tries: `class DeadLetter(DeadLetterRow, Base, table=True): ...`.

    `body` is the message as it came, in text, for it may be no JSON at all; `error` is the last one.
    """

    __tablename__ = "dead_letter"

    consumer: str = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    subject: str
    body: str = Field(sa_type=Text)
    error: str = Field(sa_type=Text)
    tries: int
    at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Intake:
    """A service's inbox and dead letters, each operation in a transaction of its own."""

    sessions: async_sessionmaker[AsyncSession]
    inbox: type[InboxRow]
    dead_letters: type[DeadLetterRow]

    async def take_in(
        self, consumer: str, event_id: UUID, now: datetime, effect: Callable[[AsyncSession], Awaitable[None]]
    ) -> bool:
        """Run `effect` together with the event's inbox row; false where the event took effect before."""
        async with self.sessions.begin() as session:
            if not await self._claim(session, consumer, event_id, now):
                return False
            await effect(session)
        return True

    async def lay_aside(self, letter: DeadLetterRow) -> None:
        """Keep an event that could not take effect; a later failure of the same replaces it."""
        values = letter.model_dump()
        row = insert(self.dead_letters).values(values)
        async with self.sessions.begin() as session:
            await session.execute(row.on_conflict_do_update(index_elements=["consumer", "event_id"], set_=values))

    async def replay(
        self,
        consumer: str,
        event_id: UUID,
        now: datetime,
        effect: Callable[[AsyncSession, DeadLetterRow], Awaitable[None]],
    ) -> bool:
        """Let a dead letter take effect and drop it, or leave all as it was; false where there is none."""
        async with self.sessions.begin() as session:
            letter = await session.get(self.dead_letters, (consumer, event_id), with_for_update=True)
            if letter is None:
                return False
            if await self._claim(session, consumer, event_id, now):
                await effect(session, letter)
            await session.delete(letter)
        return True

    async def forget_old(self, now: datetime) -> None:
        """Drop inbox rows of events that no stream holds any more, so that none of them can come again."""
        async with self.sessions.begin() as session:
            await session.execute(delete(self.inbox).where(col(self.inbox.at) < now - KEPT - timedelta(days=1)))

    async def _claim(self, session: AsyncSession, consumer: str, event_id: UUID, now: datetime) -> bool:
        claim = insert(self.inbox).values(consumer=consumer, event_id=event_id, at=now).on_conflict_do_nothing()
        return await session.scalar(claim.returning(col(self.inbox.event_id))) is not None
