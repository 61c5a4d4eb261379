"""A toy service on both ends of the wire: it publishes, and takes in what it published."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import nats
import orjson
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import Field as Column
from sqlmodel import SQLModel, col, func, select

from services.shared.consumers import Consumers
from services.shared.db import make_engine, make_sessions
from services.shared.inbox import DeadLetterRow, EventMeta, InboundEvent, InboxRow
from services.shared.outbox import WAKE_UP_RELAY, OutboxRow, PublishedEvent, enqueue
from services.shared.relay import Relay
from services.shared.tables import new_registry

Handler = Callable[[AsyncSession, Any, EventMeta], Awaitable[None]]
EXAMPLE_ID = "019828c1-7a5e-7000-8000-000000000001"


class Base(SQLModel, registry=new_registry()):
    """The toy's tables."""


class Outbox(OutboxRow, Base, table=True):
    pass


class Inbox(InboxRow, Base, table=True):
    pass


class DeadLetter(DeadLetterRow, Base, table=True):
    pass


class Effect(Base, table=True):
    """One row each time a handler's transaction committed."""

    id: int | None = Column(default=None, primary_key=True)
    aggregate: str
    number: int


class ParcelSent(PublishedEvent):
    subject = "acuerdo.toy.parcel.sent.v1"
    key = "parcel_id"

    parcel_id: UUID = Field(examples=[EXAMPLE_ID])
    number: int = Field(default=0, examples=[7])
    sender: str = Field(default="Ana", examples=["Ana"])


class ParcelLost(PublishedEvent):
    subject = "acuerdo.toy.parcel.lost.v1"
    key = "parcel_id"

    parcel_id: UUID = Field(examples=[EXAMPLE_ID])
    number: int = Field(default=0, examples=[8])


class InboundParcelSent(InboundEvent):
    subject = "acuerdo.toy.parcel.sent.v1"

    parcel_id: UUID
    number: int


class InboundParcelLost(InboundEvent):
    subject = "acuerdo.toy.parcel.lost.v1"

    parcel_id: UUID
    number: int


async def make_tables(owner_url: str) -> None:
    engine = make_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for statement in WAKE_UP_RELAY:
            await connection.execute(text(statement))
    await engine.dispose()


class Toy:
    """The toy service on one database and one NATS server."""

    def __init__(self, engine: AsyncEngine, database_url: str, nats_url: str) -> None:
        self.engine = engine
        self.sessions = make_sessions(engine)
        self.database_url = database_url
        self.nats_url = nats_url

    def relay(self) -> Relay:
        return Relay(service="toy", database_url=self.database_url, nats_url=self.nats_url)

    def consumers(self, handler: Handler | None = None, tries: int = 8) -> Consumers:
        """The reading half, whose handler records an effect unless told otherwise."""
        consumers = Consumers(
            service="reader",
            nats_url=self.nats_url,
            sessions=self.sessions,
            inbox=Inbox,
            dead_letters=DeadLetter,
            tries=tries,
        )
        consumers.on(InboundParcelSent)(handler or record)
        consumers.on(InboundParcelLost)(handler or record)
        return consumers

    async def send(self, *events: PublishedEvent) -> None:
        """One transaction an event, as use cases do."""
        for event in events:
            async with self.sessions.begin() as session:
                await enqueue(session, Outbox, event, now=datetime.now(UTC))

    async def send_together(self, *events: PublishedEvent) -> None:
        """All in one transaction, which is quicker."""
        async with self.sessions.begin() as session:
            for event in events:
                await enqueue(session, Outbox, event, now=datetime.now(UTC))

    async def waiting(self) -> int:
        """Rows in the outbox."""
        async with self.sessions() as session:
            return await session.scalar(select(func.count()).select_from(Outbox)) or 0

    async def is_relayed(self) -> bool:
        return await self.waiting() == 0

    async def effects(self) -> list[tuple[str, int]]:
        """(aggregate, number) of every effect, in the order of their commits."""
        async with self.sessions() as session:
            rows = await session.execute(select(Effect.aggregate, Effect.number).order_by(col(Effect.id)))
            return [(aggregate, number) for aggregate, number in rows]

    async def numbers(self) -> list[int]:
        return [number for _, number in await self.effects()]

    async def dead_letters(self) -> list[DeadLetter]:
        async with self.sessions() as session:
            return list((await session.scalars(select(DeadLetter))).all())


async def record(session: AsyncSession, event: InboundParcelSent | InboundParcelLost, _: EventMeta) -> None:
    """The handler of most tests."""
    session.add(Effect(aggregate=str(event.parcel_id), number=event.number))


def parcels(aggregates: int, each: int) -> list[PublishedEvent]:
    """`each` events of each of so many parcels, mixed, numbered in their order within a parcel."""
    ids = [uuid4() for _ in range(aggregates)]
    kinds = (ParcelSent, ParcelLost)
    return [kinds[number % 2](parcel_id=parcel, number=number) for number in range(each) for parcel in ids]


def by_aggregate(seen: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """The numbers of each aggregate in the order in which they were seen."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for aggregate, number in seen:
        numbers[aggregate].append(number)
    return numbers


def is_in_order(seen: Iterable[tuple[str, int]], each: int) -> bool:
    """Whether every aggregate was seen with exactly the numbers from 0, in order, nothing twice."""
    return all(numbers == list(range(each)) for numbers in by_aggregate(seen).values())


@asynccontextmanager
async def running(*tasks: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run lifespan tasks while the block runs; one that ends by itself is a failure."""
    started = [asyncio.create_task(task) for task in tasks]
    try:
        yield started
        assert not any(task.done() for task in started), started
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> float:
    """Wait until it holds; give the seconds it took."""
    started = time.monotonic()
    while not await holds():
        assert time.monotonic() - started < seconds, f"{holds} does not come true"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


@asynccontextmanager
async def jetstream(nats_url: str) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(nats_url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def published(nats_url: str) -> list[dict[str, Any]]:
    """Every event in the toy's stream, in its order."""
    async with jetstream(nats_url) as js:
        config = ConsumerConfig(ack_policy=AckPolicy.NONE)
        reading = await js.pull_subscribe("acuerdo.toy.>", stream="ACUERDO_TOY", config=config)
        messages: list[Msg] = []
        while len(messages) < (await js.stream_info("ACUERDO_TOY")).state.messages:
            messages += await reading.fetch(500)
        return [orjson.loads(message.data) for message in messages]


def numbered(messages: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """(aggregate, number) of each message."""
    return [(message["subject"], message["data"]["number"]) for message in messages]
