"""One ear in each process: while anybody listens, one connection hears of every commit and reads what it changed.

The table is the truth and a notice only wakes the reader up, so nothing is lost while the connection is: what was
committed since the last snapshot is read with the next one.
"""

import asyncio
import logging
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import FrameType
from uuid import UUID

import asyncpg

from services.requests.live.queries import CHANNEL, changes_between, snapshot_of_now
from services.requests.live.rules import Place, Reason, Snapshot
from services.requests.live.service.seats import Seat, reset, spelled_out
from services.shared.auth import Actor
from services.shared.db import OUTAGES, Connection
from services.shared.language import Texts
from services.shared.problems import TooManyRequests, Unavailable
from services.shared.relay import KEEPALIVE

log = logging.getLogger(__name__)

MOST_SEATS = 2_000
MOST_SEATS_OF_ONE = 10
LONGEST = 3600.0
"""Seconds that a stream lasts, however long its token does."""
MOST_AT_ONCE = 5_000
"""Changes that are told one by one; whoever has missed more reads its lists again."""
LOOK = 5.0
"""Seconds between two looks without a notice."""
BREATH = 0.05
"""Seconds between two reads: what is committed meanwhile is told together."""
PATIENCE = 5.0
"""Seconds that a listener waits for the ear to be open."""
LONGEST_PAUSE = 2.0
MANY = 500
"""Seats that are told before others have their turn on the event loop."""


class TooManyStreams(TooManyRequests):
    code = "too_many_streams"
    detail = Texts(
        "{limit} event streams of yours are open already. Close one.",
        "Ya tiene {limit} flujos de eventos abiertos. Cierre uno.",
    )


class Hub:
    """Who listens in this process, for `longest` seconds each, and the ear that is open as long as somebody does."""

    def __init__(self, database_url: str, *, longest: float = LONGEST) -> None:
        self.longest = longest
        self._database_url = database_url
        self._seats: set[Seat] = set()
        self._taken: Counter[UUID] = Counter()
        self._snapshot: Snapshot | None = None
        self._is_open = asyncio.Event()
        self._ear: asyncio.Task[None] | None = None
        self._is_draining = False

    @asynccontextmanager
    async def seat(self, actor: Actor, place: Place | None) -> AsyncIterator[Seat]:
        """A seat for the block, of who comes back to `place` if to any. TooManyStreams, Unavailable."""
        if self._taken[actor.id] >= MOST_SEATS_OF_ONE:
            raise TooManyStreams(limit=MOST_SEATS_OF_ONE, headers={"Retry-After": "5"})
        if self._is_draining or self._taken.total() >= MOST_SEATS:
            raise Unavailable(retry_after=5)
        self._taken[actor.id] += 1
        seat: Seat | None = None
        try:
            seat = Seat(actor, await self._listening(), place)
            self._seats.add(seat)
            yield seat
        finally:
            if seat is not None:
                self._seats.discard(seat)
            self._taken -= Counter((actor.id,))  # without a name at zero

    def drain(self) -> None:
        """End every stream: clients come back with their place, to another process."""
        self._is_draining = True
        for seat in self._seats:
            seat.end()

    async def close(self) -> None:
        """Close the ear."""
        self.drain()
        if self._ear is not None:
            self._ear.cancel()
            with suppress(asyncio.CancelledError):
                await self._ear

    async def _listening(self) -> Snapshot:
        """The snapshot from which on changes are told, once the ear is open. Unavailable."""
        if self._ear is None or self._ear.done():
            self._ear = asyncio.create_task(self._listen())
        try:
            await asyncio.wait_for(self._is_open.wait(), PATIENCE)
        except TimeoutError:
            raise Unavailable from None
        if self._snapshot is None:
            raise Unavailable
        return self._snapshot

    async def _listen(self) -> None:
        """Hear and tell until nobody listens any more, whatever becomes of the database meanwhile."""
        try:
            await self._keep_listening()
        except Exception:
            log.exception("live events stop; who listens comes back")
        finally:
            self._snapshot = None
            for seat in self._seats:
                seat.end()

    async def _keep_listening(self) -> None:
        failures = 0
        while self._taken:
            try:
                connection = await asyncpg.connect(
                    self._database_url, timeout=5, command_timeout=10, server_settings=KEEPALIVE
                )
                try:
                    await self._hear(connection)
                finally:
                    self._is_open.clear()
                    connection.terminate()
            except (*OUTAGES, TimeoutError) as error:
                log.log(logging.DEBUG if failures else logging.WARNING, "live events listen again: %r", error)
                failures += 1
                await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**failures))

    async def _hear(self, connection: Connection) -> None:
        notice = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: notice.set())
        connection.add_termination_listener(lambda *_: notice.set())
        while self._taken:
            notice.clear()
            await self._tell(connection)
            self._is_open.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(notice.wait(), LOOK)
            await asyncio.sleep(BREATH)

    async def _tell(self, connection: Connection) -> None:
        """Read what has been committed since the last snapshot, and give it to whom it is for."""
        before, now = self._snapshot, await snapshot_of_now(connection)
        if before is None:
            self._snapshot = now
        if before is None or before == now:
            return
        changes, floor = await changes_between(connection, before, now, MOST_AT_ONCE + 1)
        self._snapshot = now
        seats = tuple(self._seats)  # who comes from here on begins with the new snapshot
        is_lost = floor > before.oldest or before.is_later_than(now)  # a long outage, or another database
        for number, seat in enumerate(seats):
            if is_lost:
                seat.give([reset(Reason.EXPIRED, now)], now)
            elif len(changes) > MOST_AT_ONCE:
                seat.give([reset(Reason.TOO_MANY, now)], now)
            else:
                seat.tell(changes, before, now)
            if number % MANY == MANY - 1:
                await asyncio.sleep(0)


async def missed(connection: Connection, seat: Seat, place: Place | None) -> list[bytes]:
    """What the seat's actor has missed between the place and the seat's snapshot; a reset where that is not known."""
    until = seat.snapshot
    if place is None or place.newest.is_later_than(await snapshot_of_now(connection)):
        seat.seen = until  # no place of this database
        return [reset(Reason.EXPIRED, until)]
    events: list[bytes] = []
    left = MOST_AT_ONCE
    for earlier, later, beyond in _stages(place, until):
        changes, floor = await changes_between(connection, earlier, later, left + 1, beyond=beyond)
        left -= len(changes)
        if floor > earlier.oldest:
            return [reset(Reason.EXPIRED, until)]
        if left < 0:
            return [reset(Reason.TOO_MANY, until)]
        events += spelled_out(changes, seat.actor, earlier, later)
    return events


def _stages(place: Place, until: Snapshot) -> Iterator[tuple[Snapshot, Snapshot, int]]:
    """What is read to come from a place to a snapshot: the rest of what was being told, and what came after."""
    if place.within is not None:
        yield place.seen, place.within, place.position
    if until.is_later_than(place.newest):
        yield place.newest, until, 0


@contextmanager
def before_the_stop(act: Callable[[], None]) -> Iterator[None]:
    """Have `act` done first when the server is told to stop: it waits for what is under way, and streams never end."""
    server_stops = signal.getsignal(signal.SIGTERM)
    if not callable(server_stops):  # no server
        yield
        return
    loop, stop = asyncio.get_running_loop(), server_stops

    def on_signal(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        stop(number, frame)

    signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, server_stops)
