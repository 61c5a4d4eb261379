"""The client's body: counted as it comes, read no faster than the service takes it, never waited for without end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from services.gateway.exchange import ClientGone, Receive
from services.shared.language import Texts
from services.shared.problems import PayloadTooLarge, Problem

LINGER_SECONDS = 1.0
LINGER_BYTES = 16 * 1024 * 1024
SPOOLED = 64 * 1024
"""An announced body up to this size is taken whole before the upstream is asked: a slow sender holds no place there."""


class SlowBody(Problem):
    status = 408
    code = "slow_body"
    title = Texts("The body came too slowly", "El cuerpo llegó demasiado despacio")
    detail = Texts("Send it without long pauses.", "Envíelo sin pausas largas.")


class Body:
    """One request's body: `announced` bytes, None where it comes in chunks without a total.

    `finished`: all of it was read. `whole`: all of it, where it was taken at once. `failure`: why it broke off.
    """

    def __init__(self, receive: Receive, *, idle_seconds: float) -> None:
        self.announced: int | None = None
        self.finished = False
        self.whole: bytes | None = None
        self.failure: Exception | None = None
        self.on_finished: Callable[[], None] | None = None
        self._receive = receive
        self._limit = 0
        self._idle_seconds = idle_seconds
        self._taken = 0

    def announce(self, announced: int | None) -> None:
        """Learn how much the header promises."""
        self.announced = announced
        self.finished = announced == 0
        self.whole = b"" if announced == 0 else None

    @property
    def is_small(self) -> bool:
        """Whether it is worth taking whole."""
        return self.announced is not None and 0 < self.announced <= SPOOLED

    @property
    def is_pending(self) -> bool:
        """Whether so much may still come that the connection is better closed than read to the end."""
        return not self.finished and (not self.is_small or self.failure is not None)

    def limit_to(self, limit: int) -> None:
        """Take `limit` bytes at most; refuses at once what is announced as more."""
        if self.announced is not None and self.announced > limit:
            raise PayloadTooLarge(limit=limit)
        self._limit = limit

    async def spool(self) -> None:
        """Take it whole."""
        self.whole = b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body piece by piece; raises what ended it early and keeps it in `failure`."""
        try:
            while not self.finished:
                chunk = await self._next()
                if chunk:
                    yield chunk
        except (Problem, ClientGone) as failure:
            self.failure = failure
            raise
        if self.on_finished is not None:
            self.on_finished()

    async def drain(self) -> None:
        """Read and drop what still comes, for a moment: so an early answer reaches a client that is still sending."""
        if isinstance(self.failure, SlowBody):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._drop()

    async def _drop(self) -> None:
        dropped = 0
        while not self.finished and dropped < LINGER_BYTES:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return
            dropped += len(message.get("body", b""))
            self.finished = not message.get("more_body", False)

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(self._idle_seconds):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise PayloadTooLarge(limit=self._limit)
        self.finished = not message.get("more_body", False)
        return chunk
