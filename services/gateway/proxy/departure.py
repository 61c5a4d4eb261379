"""Notices that the client left, which the server does not tell by itself, and stops the work done for it."""

import asyncio

from services.gateway.exchange import Receive

PATIENCE = 0.05
"""Seconds before a request is watched: most are answered sooner, and a watch costs a task."""


class Departure:
    """Cancels the task that made it once the client is gone; armed when the whole body was received."""

    def __init__(self, receive: Receive) -> None:
        self.has_left = False
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_over = False

    def arm(self) -> None:
        """Begin to watch, after a moment."""
        if not self._is_over and self._timer is None:
            self._timer = self._loop.call_later(PATIENCE, self._begin)

    def stop(self) -> None:
        """The work is done; nobody is watched any more."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _begin(self) -> None:
        self._watch = self._loop.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._is_over and self._work is not None:
            self.has_left = True
            self._work.cancel()
