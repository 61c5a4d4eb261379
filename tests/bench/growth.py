"""Growth: what a request costs among a thousand tickets, and among a million of the same two departments.

By the clock on the wall, one request after the other, so that what PostgreSQL does is in it: each figure is the median
of many at one size. An index on every path shows as times that stay.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import asyncpg
import httpx
import orjson

from tests.bench.copies import copied
from tests.bench.measuring import Figure
from tests.bench.tickets import Stand, asked_for

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TIMES = 60
MOST = 2.0
"""Times as long among the most tickets as among the fewest."""
Ask = Callable[[int], tuple[str, str, bytes | None]]


async def growth(stand: Stand, sizes: Sequence[int] = SIZES) -> list[Figure]:
    """One row for each kind of request."""
    database = await asyncpg.connect(stand.urls.owner, timeout=60, command_timeout=900)
    made: list[str] = []
    taken: dict[str, list[float]] = {}
    async with stand.client() as client:
        for size in sizes:
            made += await copied(database, stand.made[-1], size - len(made), apart="1 second")
            for what, ask in _asked(stand, made).items():
                taken.setdefault(what, []).append(await _median(client, stand, ask))
    await database.close()
    return [_figure(what, sizes, seconds) for what, seconds in taken.items()]


def _asked(stand: Stand, made: Sequence[str]) -> dict[str, Ask]:
    """Each kind of request: who asks (a role), the path, and a body where it writes."""
    new, word = orjson.dumps(asked_for(stand)), orjson.dumps({"body": "A word", "visibility": "internal"})
    step = max(1, len(made) // TIMES)
    return {
        "POST /v1/tickets": lambda _: ("asker", "/v1/tickets", new),
        "POST /v1/tickets/{id}/comments": lambda n: ("agent", f"/v1/tickets/{made[n * step]}/comments", word),
        "GET /v1/tickets/{id}": lambda n: ("agent", f"/v1/tickets/{made[n * step]}", None),
        "GET /v1/tickets": lambda _: ("agent", "/v1/tickets", None),
        "GET /v1/tickets?state=fulfilled": lambda _: ("agent", "/v1/tickets?state=fulfilled", None),
    }


async def _median(client: httpx.AsyncClient, stand: Stand, ask: Ask) -> float:
    who: dict[str, tuple[UUID, str]] = {"asker": (stand.customer, "member"), "agent": (stand.provider, "agent")}
    signed = {name: stand.people.one_of(*each) for name, each in who.items()}
    taken = []
    for n in range(TIMES):
        name, path, body = ask(n)
        headers = {**signed[name], "Content-Type": "application/json"}
        started = time.perf_counter()
        answer = await client.request("GET" if body is None else "POST", path, content=body, headers=headers)
        taken.append(time.perf_counter() - started)
        answer.raise_for_status()
    return statistics.median(taken)


def _figure(what: str, sizes: Sequence[int], seconds: Sequence[float]) -> Figure:
    ratio = seconds[-1] / seconds[0]
    each = ", ".join(f"{took * 1000:.1f} ms at {size:,}" for size, took in zip(sizes, seconds, strict=True))
    return Figure(
        f"growth  {what}",
        f"{seconds[-1] * 1000:.1f} ms",
        f"{seconds[0] * 1000:.1f} ms",
        f"{ratio:.2f}×",
        f"≤ {MOST:.0f}×",
        ratio <= MOST,
        f"among {sizes[-1]:,} tickets against {sizes[0]:,} of the same two departments: {each}",
    )
