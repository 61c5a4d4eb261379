"""Long work: a few at a time, what is too much refused at once, what nobody waits for still counted."""

import asyncio
import threading

import pytest

from services.shared.bounded_threads import BoundedThreads
from services.shared.problems import Unavailable


async def test_what_finds_no_place_is_refused_at_once() -> None:
    threads, may_end = BoundedThreads("test", threads=1, places=2), threading.Event()
    held = [asyncio.create_task(threads.run(may_end.wait, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await threads.run(int, "1")
    may_end.set()
    assert await asyncio.gather(*held) == [True, True]
    assert await threads.run(int, "1") == 1
    threads.close()


async def test_work_that_nobody_waits_for_keeps_its_place_until_it_ends() -> None:
    threads, has_begun, may_end = BoundedThreads("test", threads=1, places=1), threading.Event(), threading.Event()

    def work() -> bool:
        has_begun.set()
        return may_end.wait(10)

    left = asyncio.create_task(threads.run(work))
    await asyncio.to_thread(has_begun.wait, 10)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    with pytest.raises(Unavailable):
        await threads.run(int, "1")
    may_end.set()
    async with asyncio.timeout(10):
        while True:
            try:
                assert await threads.run(int, "1") == 1
                break
            except Unavailable:
                await asyncio.sleep(0.01)
    threads.close()


async def test_what_the_work_raises_is_raised_and_frees_its_place() -> None:
    threads = BoundedThreads("test", threads=1, places=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="invalid literal"):
            await threads.run(int, "x")
    threads.close()
