"""The worker sleeps until something is due, wakes up for what comes earlier, and outlives its database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.requests.firing.service import worker as working
from tests.requests.firing.bell import Bell, ago

LATE = timedelta(seconds=1)


@pytest.fixture
async def at_work(bell: Bell) -> AsyncIterator[Bell]:
    """With a worker that has looked once and sleeps."""
    running = asyncio.create_task(bell.worker().run())
    await asyncio.sleep(0.3)
    yield bell
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def lateness(bell: Bell, count: int) -> list[timedelta]:
    """How late each mark was, once there are so many."""
    for _ in range(200):
        rows = await bell.fetch("SELECT recorded_at - occurred_at FROM ticket_event WHERE kind = 'mark'")
        if len(rows) >= count:
            return [row[0] for row in rows]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{count} marks were expected")


async def test_it_wakes_up_for_what_is_due_earlier_than_it_wanted_to_look(at_work: Bell) -> None:
    await at_work.due_in(0.8)
    assert max(await lateness(at_work, 1)) < LATE < timedelta(seconds=working.LOOK)


async def test_it_sleeps_until_what_is_due_next(at_work: Bell) -> None:
    for seconds in (1.6, 0.8):
        await at_work.due_in(seconds)
    assert max(await lateness(at_work, 2)) < LATE


async def test_what_is_due_much_later_wakes_nobody_up(bell: Bell) -> None:
    heard: list[object] = []
    listener = await asyncpg.connect(bell.url)
    await listener.add_listener(working.CHANNEL, lambda *told: heard.append(told))
    await bell.open(datetime.now(UTC), bell.target("PT1H", warnings=()))
    await bell.turn()
    await asyncio.sleep(0.1)
    assert heard == []
    await bell.open(datetime.now(UTC), bell.target("PT5S", warnings=()))
    await asyncio.sleep(0.1)
    assert len(heard) == 1
    await listener.close()


async def test_it_goes_on_when_the_database_has_ended_its_connection(at_work: Bell) -> None:
    for number in range(2):
        other = await asyncpg.connect(at_work.url)
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
        assert await other.fetchval(f"{ended} AND pid <> pg_backend_pid() AND usename = current_user") > 0
        await other.close()
        await asyncio.sleep(0.05)
        await at_work.due_in(0.4)
        assert max(await lateness(at_work, number + 1)) < 3 * LATE


async def test_held_up_work_is_looked_at_again_soon(at_work: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody holds what is due, and once more after that: the next look fires it."""
    looks: list[float] = []
    has_looked = asyncio.Event()

    def noted(seconds: float | None, pause: Callable[[float | None], float] = working.pause_of) -> float:
        if seconds is not None and seconds <= 0:  # due, and it could not be had
            looks.append(pause(seconds))
            has_looked.set()
        return pause(seconds)

    monkeypatch.setattr(working, "pause_of", noted)
    ticket = await at_work.due_in(3)
    somebody = await asyncpg.connect(at_work.url)
    async with somebody.transaction():
        await somebody.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", ticket)
        for _ in range(3):
            has_looked.clear()
            await asyncio.wait_for(has_looked.wait(), 60)
        assert await at_work.marks() == {}
    before = len(looks)
    await lateness(at_work, 1)
    assert len(looks) <= before + 1, "one may have begun while it was held; the next one fires"
    assert set(looks) == {working.HELD_LOOK}
    assert timedelta(seconds=working.HELD_LOOK) < LATE
    await somebody.close()


async def test_a_fault_of_ours_is_not_taken_for_an_outage(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> int:
        raise LookupError("ours")

    monkeypatch.setattr(working, "fire_due", broken)
    await bell.open(ago(hours=2), bell.target("PT1H"))
    with pytest.raises(LookupError):
        await asyncio.wait_for(bell.worker().run(), 5)
