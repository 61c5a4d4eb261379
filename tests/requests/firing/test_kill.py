"""Workers are killed in the middle of their work: every threshold is marked once, told once, and nobody told twice."""

import asyncio
import signal
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
WORKERS, DEATHS = 4, 3
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
WHERE m.person_id = $1 AND i.kind = 'clock_breached'
"""
SYSTEM = """
SELECT name, times, count(*) FROM (
    SELECT ticket_id, name, count(*) AS times FROM ticket_event WHERE kind = 'fact' AND side = 'system' GROUP BY 1, 2
) AS each GROUP BY 1, 2
"""


def a_worker(url: str, seed: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.requests.firing.doomed", url, seed]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


@asynccontextmanager
async def dying(url: str) -> AsyncIterator[list[int]]:
    """Workers that die in the middle of their work, each replaced by another; the codes with which they ended."""
    workers = [a_worker(url, f"{SEED} {place}") for place in range(WORKERS)]
    ends: list[int] = []

    async def replace() -> None:
        while True:
            await asyncio.sleep(0.05)
            for place, worker in enumerate(workers):
                if worker.poll() is not None:
                    ends.append(worker.returncode)
                    workers[place] = a_worker(url, f"{SEED} {place} {len(ends)}")

    replacing = asyncio.create_task(replace())
    try:
        yield ends
    finally:
        replacing.cancel()
        await asyncio.gather(replacing, return_exceptions=True)
        for worker in workers:
            worker.kill()
            worker.wait()


async def opened(bell: Bell, version: UUID) -> None:
    """Tickets whose clocks pass their thresholds many at a time, again and again; each tenth under the agreement."""
    begins = datetime.now(UTC) + timedelta(seconds=TICKETS * 0.02)
    for number in range(TICKETS):
        targets = [bell.target("PT12S", clock) for clock in CLOCKS]
        agreed = version if number % TENTH == 0 else None
        await bell.open(begins - timedelta(seconds=number % 6 / 2), *targets, agreement_version_id=agreed)


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
    manager, expert = await bell.person(it="manager"), await bell.person(it="agent")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 75, "raise_priority": "urgent"},
        {"clock": "resolution", "percent": 100, "notify": ["provider:manager"], "reassign_to": expert},
    )
    lapsing = [await bell.open(ago(days=12)) for _ in range(LAPSES)]
    async with dying(bell.url) as ends:
        await opened(bell, version)
        for ticket in lapsing:
            await bell.act(ticket, Moved(State.FULFILLED), at=ago(days=11), now=ago(days=11))
            await asyncio.sleep(0.1)
        await nothing_is_left(bell)
    assert (set(ends), len(ends) >= DEATHS) == ({-signal.SIGKILL}, True), ends

    marks = await bell.marks()
    every = sorted((clock.value, 1, percent) for clock in CLOCKS for percent in (50, 75, 100))
    assert (len(marks), [each for each in marks.values() if sorted(each) != every]) == (TICKETS, [])
    assert sorted(await bell.fetch(EVENTS)) == sorted(await bell.fetch(MARKS))
    assert await bell.fetch(GAPS) == []
    agreed = TICKETS // TENTH
    told = [tuple(row) for row in await bell.fetch(TOLD, manager)]
    # the agreement has rules for resolution alone: breaches of its other clocks are told as without it
    assert (len(told), len(set(told))) == (TICKETS * len(CLOCKS),) * 2
    facts = {(row[0], row[1]): row[2] for row in await bell.fetch(SYSTEM)}
    assert facts == {("assigned", 1): agreed, ("prioritised", 1): agreed, ("moved", 1): LAPSES}
    assert await bell.differences() == []
