"""Keeps an eye on requests under way: stops the work for a client that has left, and what outlives its deadline.

The server does not tell by itself when a client leaves, and a timer for each request costs more than looking at all of
them now and then.
"""

import asyncio
import time

from services.gateway.exchange import Receive

EVERY_SECONDS = 0.05
"""How often it looks: a deadline is that exact, and a request that is answered sooner is never watched."""


class Flight:
    """A request under way in the task that made this; `ends_at` on the monotonic clock, None once its head is here."""

    __slots__ = ("_receive", "_task", "_watch", "ends_at", "has_left", "is_late", "may_leave")

    def __init__(self, receive: Receive, ends_at: float) -> None:
        self.ends_at: float | None = ends_at
        self.has_left = self.is_late = False
        self.may_leave = False
        self._receive = receive
        self._task = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None

    def arm(self) -> None:
        """Its whole body was received: what else the channel tells is that the client has left."""
        self.may_leave = True

    def stay(self) -> None:
        """The cancellation was meant for the work that has just ended, not for its task."""
        if self._task is not None:
            self._task.uncancel()

    def look(self, now: float) -> bool:
        """Act on what has come about; whether there is anything left to look for."""
        if self.ends_at is not None and now >= self.ends_at:
            self.ends_at = None
            self.is_late = True
            self._cancel()
        if self.may_leave and self._watch is None:
            self._watch = asyncio.create_task(self._until_gone())
        return self.ends_at is not None or self._watch is None

    def land(self) -> None:
        """It is over."""
        if self._watch is not None:
            self._watch.cancel()

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self._cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Vigil:
    """Looks at every flight, every now and then."""

    def __init__(self) -> None:
        self._flights: set[Flight] = set()

    def begin(self, receive: Receive, ends_at: float) -> Flight:
        """A flight of the current task."""
        flight = Flight(receive, ends_at)
        self._flights.add(flight)
        return flight

    def end(self, flight: Flight) -> None:
        """The flight is over, well or not."""
        self._flights.discard(flight)
        flight.land()

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            now = time.monotonic()
            self._flights.difference_update([flight for flight in self._flights if not flight.look(now)])
