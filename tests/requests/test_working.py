"""A worker goes on piece after piece, over outages and faults of ours, and looks again after a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from services.requests.working import work_on


class Slept(Exception):
    """So many looks were enough."""


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it slept; the fourth time ends it."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 4:
            raise Slept

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


def pieces(came: Iterator[bool | Exception]) -> Callable[[], Awaitable[bool]]:
    async def next_piece() -> bool:
        each = next(came)
        if isinstance(each, Exception):
            raise each
        return each

    return next_piece


@pytest.mark.parametrize(
    ("look", "pause", "expected"), [(1.0, 10.0, [1.0, 1.0, 10.0, 1.0]), (600.0, 60.0, [600.0, 60.0, 600.0, 600.0])]
)
async def test_it_works_while_there_is_work_and_looks_again(
    pauses: list[float], caplog: pytest.LogCaptureFixture, look: float, pause: float, expected: list[float]
) -> None:
    came: Iterator[bool | Exception] = iter(
        [True, True, False, True, ConnectionRefusedError("away"), True, KeyError("ours"), True, False, True]
    )
    with pytest.raises(Slept):
        await work_on("the work", pieces(came), look=look, pause=pause)
    assert pauses == expected
    assert list(came) == [True], "everything up to there was done in its turn"
    assert [(each.levelname, each.exc_info is None) for each in caplog.records] == [("WARNING", True), ("ERROR", False)]
    assert all(each.message.startswith("the work: ") for each in caplog.records)


async def test_cancelled_it_ends() -> None:
    begun = asyncio.Event()

    async def next_piece() -> bool:
        begun.set()
        await asyncio.Event().wait()
        return True

    running = asyncio.create_task(work_on("the work", next_piece))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
