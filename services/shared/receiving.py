"""Our one FastStream middleware: what happens to a message around its handler, until JetStream may forget it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
from faststream import BaseMiddleware, ContextRepo, StreamMessage
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncSession

from services.shared.inbox import DeadLetterRow, EventMeta, Intake
from services.shared.streams import ACK_WAIT

log = logging.getLogger(__name__)

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds before the next try of an event, by the tries so far."""
OUTAGE_PAUSE = 1.0
OUTAGE_TRIES = 600
OUTAGES = (
    OSError,
    PoolExhausted,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)

session_of_event: ContextVar[AsyncSession] = ContextVar("session_of_event")
"""Each message is a task with a context of its own; FastStream's own injection would take a thread for each."""


class TakesEffectOnce(BaseMiddleware[Any, Any]):
    """Inbox row and effect in one transaction, then the acknowledgement.

    An error sends the event back for a later try, the last error lays it aside; what cannot be read is laid aside at
    once. While PostgreSQL is away an event comes again every second, for as long as that takes.
    """

    def __init__(self, msg: Any, /, *, context: ContextRepo, intake: Intake, tries: int) -> None:
        super().__init__(msg, context=context)
        self._intake = intake
        self._tries = tries

    async def consume_scope(
        self, call_next: Callable[[StreamMessage[Msg]], Awaitable[Any]], msg: StreamMessage[Msg]
    ) -> None:
        message = msg.raw_message
        try:
            event = cast(EventMeta, await msg.decode())
        except ValueError as error:
            await self._lay_aside(message, _id_without_envelope(message), error)
            return

        async def effect(session: AsyncSession) -> None:
            session_of_event.set(session)
            await call_next(msg)

        try:
            async with _kept_from_others(message):
                await self._intake.take_in(message.metadata.consumer, event.id, datetime.now(UTC), effect)
        except asyncio.CancelledError:
            await _send_back(message, delay=None)
            raise
        except Exception as error:
            await self._try_again(message, event.id, error)
        else:
            await message.ack()

    async def _try_again(self, message: Msg, event_id: UUID, error: Exception) -> None:
        tries = message.metadata.num_delivered
        pause, most = (
            (OUTAGE_PAUSE, OUTAGE_TRIES) if is_outage(error) else (PAUSES[min(tries, len(PAUSES)) - 1], self._tries)
        )
        if tries >= most:
            await self._lay_aside(message, event_id, error)
            return
        log.warning("%s: event %s failed (try %s): %r", message.metadata.consumer, event_id, tries, error)
        await _send_back(message, delay=pause)

    async def _lay_aside(self, message: Msg, event_id: UUID, error: Exception) -> None:
        log.error("%s lays event %s aside: %r", message.metadata.consumer, event_id, error)
        letter = DeadLetterRow(
            consumer=message.metadata.consumer,
            event_id=event_id,
            subject=message.subject,
            body=_text(message.data.decode(errors="replace")),
            error=_text(f"{type(error).__name__}: {error}"[:2000]),
            tries=message.metadata.num_delivered,
            at=datetime.now(UTC),
        )
        try:
            await self._intake.lay_aside(letter)
        except Exception as failure:
            log.warning("event %s could not be laid aside: %r", event_id, failure)
            await _send_back(message, delay=OUTAGE_PAUSE)
        else:
            await message.term()


def is_outage(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL is away or busy, and nothing about the event.

    >>> is_outage(ConnectionRefusedError()), is_outage(ValueError("of the handler"))
    (True, False)
    """
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.connection_invalidated or is_outage(error.orig.__cause__ or error.orig)
    return isinstance(error, OUTAGES)


def _text(value: str) -> str:
    """PostgreSQL's text holds everything but NUL."""
    return value.replace("\x00", "\ufffd")


def _id_without_envelope(message: Msg) -> UUID:
    """The same id each time that this message comes, though its envelope cannot be read."""
    with suppress(ValueError):
        return UUID((message.headers or {}).get("Nats-Msg-Id", ""))
    return uuid5(NAMESPACE_URL, f"{message.metadata.stream}/{message.metadata.sequence.stream}")


async def _send_back(message: Msg, delay: float | None) -> None:
    with suppress(NatsError, OSError):  # unreachable: JetStream gives it out again by itself
        await message.nak(delay=delay)


@asynccontextmanager
async def _kept_from_others(message: Msg) -> AsyncIterator[None]:
    """Tell JetStream that the event is still being worked on, as long as the block runs."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            with suppress(NatsError, OSError):
                await message.in_progress()

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
