"""Events come in: FastStream on durable JetStream consumers, kept in being while streams and servers come and go."""

import asyncio
import itertools
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from faststream import AckPolicy, StreamMessage
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.subscriber.usecases import LogicSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.shared.inbox import CloudEvent, DeadLetterRow, EventMeta, InboundEvent, InboxRow, Intake, cloud_event_of
from services.shared.receiving import TakesEffectOnce, session_of_event
from services.shared.streams import connection_options, consumer_config, stream_of

log = logging.getLogger(__name__)

TRIES = 8
LOOK = 1.0
LOOKS_BETWEEN_CLEANING = 3600

Event = TypeVar("Event", bound=InboundEvent)
Handler = Callable[[AsyncSession, Event, EventMeta], Awaitable[None]]
Durable = tuple[str, str]
"""A stream, and the name of a durable consumer on it."""


class Consumers:
    """What a service takes in. Handlers run in the transaction that writes the inbox row, and never commit.

    Events of a stream come through one durable consumer, one at a time, also with several replicas: order holds across
    the kinds of event of an aggregate. One that fails is tried again after growing pauses while the stream waits; after
    `tries` it is laid aside, and what follows goes on.
    """

    def __init__(
        self,
        *,
        service: str,
        nats_url: str,
        sessions: async_sessionmaker[AsyncSession],
        inbox: type[InboxRow],
        dead_letters: type[DeadLetterRow],
        tries: int = TRIES,
    ) -> None:
        self._service = service
        self._nats_url = nats_url
        self._intake = Intake(sessions, inbox, dead_letters)
        self._tries = tries
        self._models: dict[str, type[InboundEvent]] = {}
        self._handlers: defaultdict[Durable, dict[str, Handler[Any]]] = defaultdict(dict)
        self._subscribers: dict[Durable, LogicSubscriber[Any]] = {}
        self._connection: Client | None = None

    def on(self, event: type[Event], *, consumer: str | None = None) -> Callable[[Handler[Event]], Handler[Event]]:
        """Decorate the handler of `event`: `async def (session, event, meta) -> None`.

        `consumer` names an independent reader, which starts with all that the stream still holds; by default the
        service's own reads it.
        """

        def register(handler: Handler[Event]) -> Handler[Event]:
            self._models[event.subject] = event
            self._handlers[stream_of(event.subject), consumer or self._service][event.subject] = handler
            return handler

        return register

    @property
    def waiting(self) -> list[str]:
        """The streams that are not being read now: not made yet, lost, or NATS is away. Empty is ready."""
        if self._connection is None or not self._connection.is_connected:
            return sorted({stream for stream, _ in self._handlers})
        return sorted({stream for (stream, _), each in self._subscribers.items() if not each.running})

    async def caught_up(self) -> bool:
        """Whether every event that was published so far has taken effect or was laid aside."""
        if self._connection is None or self.waiting:
            return False
        jetstream = self._connection.jetstream()
        states = [await jetstream.consumer_info(*durable) for durable in self._subscribers]
        return not any(state.num_pending or state.num_ack_pending for state in states)

    async def replay(self, consumer: str, event_id: UUID) -> bool:
        """Let a dead letter take effect now, or raise what its handler raises; false where there is none."""

        async def effect(session: AsyncSession, letter: DeadLetterRow) -> None:
            event = self._read(letter.subject, letter.body)
            handler = self._handlers[stream_of(letter.subject), consumer][letter.subject]
            await handler(session, event.data, event)

        return await self._intake.replay(consumer, event_id, datetime.now(UTC), effect)

    async def take_in(self, subject: str, body: str, *, now: datetime) -> bool:
        """Let a published event take effect at `now`, before NATS brings it (which then changes nothing).

        False where the service's own consumer does not read it, or has. Raises what the handler raises.
        """
        handler = self._handlers[stream_of(subject), self._service].get(subject)
        if handler is None:
            return False
        event = self._read(subject, body)
        return await self._intake.take_in(
            self._service, event.id, now, lambda session: handler(session, event.data, event)
        )

    async def run(self) -> None:
        """Consume until cancelled; what is being handled then gets five seconds. Waits for whatever is away."""
        broker = self.make_broker()
        try:
            self._connection = await broker.connect()
            jetstream = self._connection.jetstream(timeout=2)
            for look in itertools.count():
                for durable, subscriber in self._subscribers.items() if self._connection.is_connected else ():
                    await self._keep(jetstream, durable, subscriber)
                if look % LOOKS_BETWEEN_CLEANING == 0:
                    await self._forget_old()
                await asyncio.sleep(LOOK)
        finally:
            connection, self._connection = self._connection, None
            with suppress(NatsError):  # away: there is nothing to drain
                await broker.stop()
            if connection is not None:
                await connection.close()

    async def _keep(self, jetstream: JetStreamContext, durable: Durable, subscriber: LogicSubscriber[Any]) -> None:
        """Make the durable consumer where it is missing; read only while it is there.

        Without it FastStream asks again at once and for ever, which takes most of a core.
        """
        try:
            await self._ensure_consumer(jetstream, durable)
            if not subscriber.running:
                await subscriber.start()
        except NotFoundError:
            if subscriber.running:
                await subscriber.stop()
        except Exception as error:
            log.warning("consumer %s of %s: %r", durable[1], durable[0], error)

    async def _ensure_consumer(self, jetstream: JetStreamContext, durable: Durable) -> None:
        (stream, name), subjects = durable, sorted(self._handlers[durable])
        with suppress(NotFoundError):
            known = (await jetstream.consumer_info(stream, name)).config
            if sorted(known.filter_subjects or [known.filter_subject]) == subjects:
                return
        await jetstream.add_consumer(stream, consumer_config(name, subjects))

    async def _forget_old(self) -> None:
        try:
            await self._intake.forget_old(datetime.now(UTC))
        except Exception as error:
            log.warning("the inbox was not cleaned: %r", error)

    def _read(self, subject: str, body: str | bytes) -> CloudEvent[InboundEvent]:
        return cloud_event_of(self._models[subject]).model_validate_json(body)

    def make_broker(self) -> NatsBroker:
        """FastStream's broker with all handlers; AsyncAPI is exported from it."""

        async def decode(message: StreamMessage[Msg]) -> CloudEvent[InboundEvent]:
            return self._read(message.raw_message.subject, message.body)

        broker = NatsBroker(
            **connection_options(self._nats_url, f"{self._service}-consumers"),
            middlewares=(partial(TakesEffectOnce, intake=self._intake, tries=self._tries),),
            decoder=decode,
            graceful_timeout=5,
            logger=None,
        )
        self._subscribers = {durable: self._subscriber(broker, durable) for durable in self._handlers}
        return broker

    def _subscriber(self, broker: NatsBroker, durable: Durable) -> LogicSubscriber[Any]:
        subscriber = broker.subscriber(
            stream=JStream(durable[0], declare=False),
            durable=durable[1],
            config=consumer_config(durable[1], list(self._handlers[durable])),
            pull_sub=PullSub(batch_size=1, timeout=2),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )
        for subject, handler in self._handlers[durable].items():
            subscriber(_receiver(self._models[subject], handler), filter=partial(_is_about, subject))
        return subscriber


async def _is_about(subject: str, message: StreamMessage[Msg]) -> bool:
    # not awaiting anything, but FastStream takes a plain function to a thread, twice for each message
    return message.raw_message.subject == subject


def _receiver(model: type[InboundEvent], handler: Handler[Any]) -> Callable[..., Awaitable[None]]:
    """The handler as FastStream calls it, typed by the whole message (which AsyncAPI then describes)."""

    async def receive(event: CloudEvent[InboundEvent]) -> None:
        await handler(session_of_event.get(), event.data, event)

    receive.__name__ = model.__name__
    receive.__annotations__["event"] = cloud_event_of(model)
    return receive
