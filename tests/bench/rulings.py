"""Figure 7: a new calendar version goes to a hundred thousand open tickets, through the one fold, while people write.

The tickets are copies of one that was submitted under the stand's agreement, with all their rows. Somebody submits and
comments meanwhile, at a steady pace; what that takes is told by the clock on the wall, as whoever waits has it.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import asyncpg
import httpx
import orjson

from tests.bench.copies import copied
from tests.bench.measuring import Figure, cpu_seconds
from tests.bench.tickets import WEEK, Stand, asked_for

TICKETS = 20_000
"""Of the hundred thousand, which take two minutes and cost the same by the ticket."""
MOST_A_TICKET = 1_000.0
"""Microseconds of the service's CPU."""
LONGEST_WRITE = 0.1
"""Seconds, of 99 in a hundred writes."""
PACE = 0.05
"""Seconds between two writes."""
LOOK = 1.0
LEFT = (
    "SELECT count(DISTINCT ticket_id) FROM ticket_clock WHERE calendar_id = $1 AND calendar_version < $2 AND state = $3"
)


@dataclass
class Writes:
    """What people wait for meanwhile: seconds of each write."""

    taken: list[float] = field(default_factory=list)

    async def go_on(self, stand: Stand, tickets: Iterator[str]) -> None:
        """Submit and comment in turn until cancelled."""
        asker = stand.people.one_of(stand.customer, "member")
        agent = stand.people.one_of(stand.provider, "agent")
        new = orjson.dumps(asked_for(stand))
        said = orjson.dumps({"body": "Another word", "visibility": "internal"})
        base_url = f"http://127.0.0.1:{stand.port}"
        async with httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=30) as client:
            for path, body, headers in itertools.cycle(
                (("/v1/tickets", new, asker), ("/v1/tickets/{}/comments", said, agent))
            ):
                started = time.perf_counter()
                given = {**headers, "Content-Type": "application/json"}
                answer = await client.post(path.format(next(tickets)), content=body, headers=given)
                answer.raise_for_status()
                self.taken.append(time.perf_counter() - started)
                await asyncio.sleep(PACE)


async def ruling(stand: Stand, tickets: int = TICKETS) -> Figure:
    """Figure 7."""
    async with stand.client() as client:
        assigned = await client.get(f"/v1/calendars/assignments/{stand.provider}")
        calendar_id = assigned.raise_for_status().json()["calendar_id"]
    database = await asyncpg.connect(stand.urls.owner, timeout=60, command_timeout=600)
    ids = await copied(database, stand.made[-1], tickets)
    await stand.all_sent()
    writes = Writes()
    writing = asyncio.create_task(writes.go_on(stand, itertools.cycle(ids[:: max(1, tickets // 997)])))
    cpu, started = cpu_seconds(stand.ours), time.monotonic()
    async with stand.client() as client:
        week = [shift | {"end": "18:00"} for shift in WEEK]
        version = {"time_zone": "Europe/Madrid", "shifts": week}
        made = (await client.post(f"/v1/calendars/{calendar_id}/versions", json=version)).raise_for_status().json()
    while await database.fetchval(LEFT, calendar_id, made["number"], "running"):
        if writing.done():
            break
        await asyncio.sleep(LOOK)
    taken, cpu = time.monotonic() - started, cpu_seconds(stand.ours) - cpu
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await database.close()
    if not writing.cancelled():
        writing.result()
    return _figure(tickets, taken, cpu, writes.taken)


def _figure(tickets: int, taken: float, cpu: float, writes: list[float]) -> Figure:
    each, slowest = cpu / tickets * 1e6, statistics.quantiles(writes, n=100)[98]
    return Figure(
        f"7  a calendar ruling, {tickets:,} tickets",
        f"{each:.0f} µs, writes p99 {slowest * 1000:.0f} ms",
        "–",
        "–",
        f"≤ {MOST_A_TICKET:.0f} µs, ≤ {LONGEST_WRITE * 1000:.0f} ms",
        each <= MOST_A_TICKET and slowest <= LONGEST_WRITE,
        f"the service's CPU by the ticket, {len(writes)} writes meanwhile (half of them new tickets, half comments on "
        f"tickets that are ruled on) and the relay of events included; {taken:.0f} s by the clock on the wall; "
        f"writes p50 {statistics.median(writes) * 1000:.0f} ms, at most {max(writes) * 1000:.0f} ms",
    )
