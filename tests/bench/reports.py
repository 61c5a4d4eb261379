"""Figure 6: the attainment report over a million tickets, against the bare aggregate of the same rows."""

import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg

from services.launcher.postgres import THROW_AWAY, running_postgres
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.attainment import report_attainment
from services.shared.auth import Actor
from services.shared.db import Connection
from tests.bench.measuring import Figure, in_turn
from tests.embedded import Databases
from tests.requests.reports.many import BEGIN, CLOCKS_OF_TEN_TICKETS, NOW, fill

TICKETS = 1_000_000
ROUNDS = 3
MOST = 2.0
LONGEST = 1.0
"""Seconds."""
BARE = """
SELECT clock, side, count(*) FILTER (WHERE state = 'met'), count(*) FILTER (WHERE state = 'missed'),
    count(*) FILTER (WHERE state = 'void')
FROM ticket_clock WHERE decided_at >= $1 AND decided_at < $2 GROUP BY clock, side
"""


async def figures() -> list[Figure]:
    """Figure 6, over all of a year and over a month of it."""
    with (
        tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as folder,
        running_postgres(Path(folder, "postgres"), "superuser-of-a-bench", THROW_AWAY) as postgres,
    ):
        urls = await Databases(postgres).fresh("requests")
        superuser = await asyncpg.connect(postgres.url(urls.owner.rpartition("/")[2]), timeout=60)
        await fill(superuser, TICKETS)
        await superuser.close()
        connection = await asyncpg.connect(urls.runtime)
        found = [await _figure(connection, days, whole) for days, whole in ((400, True), (30, False))]
        await connection.close()
    return found


async def _figure(connection: Connection, days: int, whole: bool) -> Figure:
    first = BEGIN if whole else BEGIN + timedelta(days=200)
    period = (first, first + timedelta(days=days))
    filters = ReportFilters.model_validate({"from": period[0].date(), "to": period[1].date()})
    onlooker = Actor(uuid4(), roles=frozenset({"viewer"}))
    ours, bare = (
        _seconds(lambda: report_attainment(connection, onlooker, filters, now=NOW)),
        _seconds(lambda: connection.fetch(BARE, *period)),
    )
    await ours(), await bare()  # warm
    taken, least = await in_turn(ROUNDS, ours, bare)
    clocks = TICKETS * CLOCKS_OF_TEN_TICKETS / 10 * min(days, 365) / 365 / 1e6
    return Figure(
        f"6  attainment, {'all of' if whole else 'a month of'} {TICKETS:,}",
        f"{taken * 1000:.0f} ms",
        f"{least * 1000:.0f} ms",
        f"{taken / least:.2f}×",
        f"≤ {MOST:.0f}×, ≤ {LONGEST:.0f} s" if whole else f"≤ {LONGEST:.0f} s",
        taken <= LONGEST and (taken <= MOST * least or not whole),
        f"the use case with its statement, {clocks:.1f} million clocks: outcomes with best effort, rounds of `reply` "
        "that count once, refuted breaches, objectives, what is open or overdue; against one GROUP BY of the same "
        "clocks. Time on the wall, PostgreSQL's parallel workers included"
        + ("" if whole else ". Read by indexes alone, so a target of time and of no ratio"),
    )


def _seconds(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[float]]:
    async def take() -> float:
        started = time.perf_counter()
        await work()
        return time.perf_counter() - started

    return take
