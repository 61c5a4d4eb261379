"""What a service does beside answering: chores at intervals, which outlast outages, and a word on its events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import FastAPI
from nats.errors import Error as NatsError
from sqlalchemy.ext.asyncio import AsyncSession

from services.shared.consumers import Consumers
from services.shared.db import OUTAGES
from services.shared.idempotency import forget_expired, session_fetch
from services.shared.outbox import OutboxRow, outbox_age
from services.shared.schemas import seconds_of

log = logging.getLogger(__name__)

TIDY_EVERY = 600.0
PATIENCE = 0.5
"""Seconds that NATS has for its answer: who asks for readiness does not wait longer than that for us."""
Chore = Callable[[AsyncSession, datetime], Awaitable[None]]
"""A piece of housekeeping in a transaction of its own."""


async def tidy(app: FastAPI, *chores: Chore) -> None:
    """Every ten minutes: forget kept answers that have expired, then do the service's own chores."""
    while True:
        await asyncio.sleep(TIDY_EVERY)
        now = datetime.now(UTC)
        try:
            async with app.state.sessions() as session, session.begin():
                await forget_expired(session_fetch(session), now)
                for chore in chores:
                    await chore(session, now)
        except OUTAGES as error:
            log.warning("housekeeping is put off: %r", error)


async def outbox_check(app: FastAPI, outbox: type[OutboxRow]) -> tuple[bool, object]:
    """How long the oldest event waits; one that waits is told, and is no reason not to be ready."""
    try:
        async with app.state.sessions() as session:
            age = await outbox_age(session, outbox, datetime.now(UTC))
    except OUTAGES as error:
        return False, type(error).__name__
    return True, {"oldest_seconds": seconds_of(age)}


class ConsumersCheck:
    """Ready once every stream has been read; later, with NATS away, it is told and the service stays ready."""

    def __init__(self, consumers: Consumers) -> None:
        self._consumers = consumers
        self._has_begun = False

    async def __call__(self) -> tuple[bool, object]:
        """Which streams are not being read now, and whether all that was published has taken effect."""
        waiting = self._consumers.waiting
        self._has_begun = self._has_begun or not waiting
        return self._has_begun, {"waiting": waiting, "caught_up": await self._is_caught_up()}

    async def _is_caught_up(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._consumers.caught_up()
        except (NatsError, OSError, TimeoutError):
            return False
