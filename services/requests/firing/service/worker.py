"""The worker of a process: fires what is due, lets lapse what nobody answers, sleeps until the next of either.

The rows are the truth. A notice only wakes it up earlier (`WAKE_UP_FIRING`), and is sent only for what is due before
every worker has looked again anyway: writing a clock that is due in hours costs nothing more.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries.following import seconds_to_next
from services.requests.firing.service.escalate import Escalations
from services.requests.firing.service.fire import BATCH, fire_due
from services.requests.firing.service.lapse import lapse_next
from services.requests.handoffs.service.lapse import lapse_next_offer
from services.shared.db import OUTAGES, Connection, hot_connection, make_engine

log = logging.getLogger(__name__)

CHANNEL = "firing"
LOOK = 5.0
"""Seconds between two looks without a notice."""
HELD_LOOK = 0.05
"""Seconds until a look at what is due and held by somebody else."""
LONGEST_TURN = 60.0
"""Seconds after which a turn is given up: a database that has vanished does not answer."""
LONGEST_PAUSE = 2.0
LAID_ASIDE_FOR = 600.0
"""Seconds until a ticket that could not lapse is tried again."""


@dataclass
class FiringWorker:
    """One of any number of workers. `engine` is its own: its one connection listens, and no request delays it."""

    engine: AsyncEngine
    terms: TermsCache
    batch: int = BATCH
    escalations: Escalations = field(default_factory=Escalations)
    _laid_aside: dict[UUID, float] = field(default_factory=dict)
    _notice: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until cancelled, whatever becomes of the database meanwhile."""
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with hot_connection(self.engine) as connection:
                    await self._serve(connection)
            except OUTAGES as error:
                lasted = asyncio.get_running_loop().time() - began
                failures = 0 if lasted > LOOK else failures + 1
                log.log(logging.DEBUG if failures > 1 else logging.WARNING, "firing starts again: %r", error)
            await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**failures))

    async def turn(self, connection: Connection) -> None:
        """Fire and let lapse all that is due now; clocks first, again and again: lapses take longer."""
        while True:
            async with connection.transaction():
                has_fired = await fire_due(connection, self.terms, self.escalations, limit=self.batch)
            if has_fired:
                continue
            if not await self._lapse(connection):
                return

    async def _lapse(self, connection: Connection) -> bool:
        """Let one ticket or one offer lapse; false where none is due."""
        lapse = await lapse_next(connection, self.terms, self._set_aside())
        if lapse is not None:
            self._note(lapse.ticket_id, is_done=lapse.is_done)
            return True
        offer = await lapse_next_offer(connection, self.terms, self._set_aside())
        if offer is not None:
            self._note(offer.link_id, is_done=offer.is_done)
        return offer is not None

    def _note(self, lapsed: UUID, *, is_done: bool) -> None:
        if not is_done:
            self._laid_aside[lapsed] = asyncio.get_running_loop().time() + LAID_ASIDE_FOR

    async def _serve(self, connection: Connection) -> None:
        await connection.add_listener(CHANNEL, self._wake_up)
        connection.add_termination_listener(self._wake_up)
        while True:
            self._notice.clear()
            async with asyncio.timeout(LONGEST_TURN):
                await self.turn(connection)
                seconds = await seconds_to_next(connection, self._set_aside())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._notice.wait(), pause_of(seconds))

    def _wake_up(self, *_: object) -> None:
        self._notice.set()

    def _set_aside(self) -> list[UUID]:
        """The tickets and offers that could not lapse, for a while."""
        now = asyncio.get_running_loop().time()
        self._laid_aside = {each: until for each, until in self._laid_aside.items() if until > now}
        return list(self._laid_aside)


async def run_firing(database_url: str, terms: TermsCache) -> None:
    """Run a worker until cancelled."""
    engine = make_engine(database_url, pool_size=1)
    try:
        await FiringWorker(engine, terms).run()
    finally:
        await engine.dispose()


def pause_of(seconds: float | None) -> float:
    """How long to sleep when the next thing is due in so many seconds.

    >>> pause_of(None), pause_of(3600.0), pause_of(1.5), pause_of(-0.2)
    (5.0, 5.0, 1.5, 0.05)
    """
    if seconds is None:
        return LOOK
    return min(seconds, LOOK) if seconds > 0 else HELD_LOOK
