"""A stop that no request notices: first "not ready" for a while and an end to streams, then the listener closes."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

Handler = Callable[[int, FrameType | None], object]


class Drain:
    """Puts itself before the server's own SIGTERM handler; outside a server there is none and nothing is done."""

    def __init__(self, begin: Callable[[], None], *, seconds: float) -> None:
        self._begin = begin
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._server_stops: Handler | None = None

    def install(self) -> None:
        """Call in the main thread, while the server runs."""
        handler = signal.getsignal(signal.SIGTERM)
        if callable(handler):
            self._server_stops = handler
            signal.signal(signal.SIGTERM, self._on_signal)

    def remove(self) -> None:
        """Leave the server's handler as it was."""
        if self._server_stops is not None:
            signal.signal(signal.SIGTERM, self._server_stops)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._drain, number)

    def _drain(self, number: int) -> None:
        self._begin()
        if self._server_stops is not None:
            self._loop.call_later(self._seconds, self._server_stops, number, None)
