"""Workers are killed while clocks come due: every threshold is marked once, told once, and nobody is told twice."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.requests.timeline.facts import Moved
from services.requests.timeline.vocabulary import ClockName, State
from tests.requests.firing.bell import Bell, ago

SEED = 20260302
ROOT = Path(__file__).parents[3]
WORKERS, KILLS = 3, 12
TICKETS, LAPSES = 300, 40
CLOCKS = (ClockName.ACKNOWLEDGE, ClockName.FIRST_RESPONSE, ClockName.RESOLUTION)
TENTH = 10
EVENTS = "SELECT id FROM outbox WHERE subject LIKE '%.clock.%'"
MARKS = "SELECT id FROM ticket_event WHERE kind = 'mark'"
LEFT = """
SELECT EXISTS (SELECT FROM ticket_clock WHERE next_fire_at IS NOT NULL)
    OR EXISTS (SELECT FROM ticket WHERE lapses_at IS NOT NULL)
"""
GAPS = """
SELECT t.id FROM ticket t JOIN ticket_event e ON e.ticket_id = t.id
GROUP BY t.id HAVING count(*) <> t.events OR max(e.sequence) <> t.events
"""
TOLD = """
SELECT i.link, i.about->>'clock' FROM message m JOIN message_item i ON i.message_id = m.id
WHERE m.person_id = $1 AND m.kind = 'clock_breached'
"""
SYSTEM = """
SELECT name, times, count(*) FROM (
    SELECT ticket_id, name, count(*) AS times FROM ticket_event WHERE kind = 'fact' AND side = 'system' GROUP BY 1, 2
) AS each GROUP BY 1, 2
"""


def a_worker(url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.requests.firing.killed", url]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


@asynccontextmanager
async def killing(url: str, chance: random.Random) -> AsyncIterator[asyncio.Task[None]]:
    """Workers of which one after the other is killed and replaced, until the task ends. All go with the block."""
    workers = [a_worker(url) for _ in range(WORKERS)]

    async def kill() -> None:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.3, 1.6))
            place = chance.randrange(WORKERS)
            workers[place].kill()
            workers[place].wait()
            workers[place] = a_worker(url)

    killer = asyncio.create_task(kill())
    try:
        yield killer
    finally:
        killer.cancel()
        await asyncio.gather(killer, return_exceptions=True)
        for worker in workers:
            worker.kill()
            worker.wait()


async def opened(bell: Bell, chance: random.Random, version: UUID) -> None:
    """Tickets whose clocks pass their thresholds in the next seconds, at instants of their own; each tenth agreed."""
    begins = datetime.now(UTC) + timedelta(seconds=TICKETS * 0.02)
    for number in range(TICKETS):
        targets = [bell.target(f"PT{chance.randrange(10, 13)}S", clock) for clock in CLOCKS]
        agreed = version if number % TENTH == 0 else None
        await bell.open(begins - timedelta(seconds=chance.uniform(2, 10)), *targets, agreement_version_id=agreed)


async def nothing_is_left(bell: Bell) -> None:
    for _ in range(400):
        ((left,),) = await bell.fetch(LEFT)
        if not left:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("what is due is neither fired nor lapsed")


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_killed_at_any_point_nothing_is_lost_or_doubled(bell: Bell) -> None:
    chance = random.Random(SEED)
    manager, expert = await bell.person(it="manager"), await bell.person(it="agent")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 75, "raise_priority": "urgent"},
        {"clock": "resolution", "percent": 100, "notify": ["provider:manager"], "reassign_to": expert},
    )
    lapsing = [await bell.open(ago(days=12)) for _ in range(LAPSES)]
    async with killing(bell.url, chance) as killer:
        await opened(bell, chance, version)
        for ticket in lapsing:
            await bell.act(ticket, Moved(State.FULFILLED), at=ago(days=11), now=ago(days=11))
            await asyncio.sleep(0.1)
        await killer
        await nothing_is_left(bell)

    marks = await bell.marks()
    every = sorted((clock.value, 1, percent) for clock in CLOCKS for percent in (50, 75, 100))
    assert (len(marks), [each for each in marks.values() if sorted(each) != every]) == (TICKETS, [])
    assert sorted(await bell.fetch(EVENTS)) == sorted(await bell.fetch(MARKS))
    assert await bell.fetch(GAPS) == []
    agreed = TICKETS // TENTH
    told = [tuple(row) for row in await bell.fetch(TOLD, manager)]
    assert (len(told), len(set(told))) == (TICKETS * len(CLOCKS) - agreed * (len(CLOCKS) - 1),) * 2
    facts = {(row[0], row[1]): row[2] for row in await bell.fetch(SYSTEM)}
    assert facts == {("assigned", 1): agreed, ("prioritised", 1): agreed, ("moved", 1): LAPSES}
    assert await bell.differences() == []
