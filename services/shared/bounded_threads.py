"""Work that keeps the processor long, off the event loop: a few at a time, and few that wait; more is refused."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from services.shared.problems import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class BoundedThreads:
    """`threads` of their own, in which and before which `places` pieces of work are at most."""

    def __init__(self, name: str, *, threads: int, places: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places = BoundedSemaphore(places)

    async def run(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What the work returns or raises; Unavailable at once where no place is free.

        Work that nobody waits for any more keeps its place until it ends: a thread cannot be stopped.
        """
        if not self._places.acquire(blocking=False):
            raise Unavailable
        future = self._threads.submit(work, *arguments, **named)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let the threads go; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
