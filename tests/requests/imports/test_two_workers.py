"""Two workers bring in one log, each in an order of its own, while the calendar that all tickets follow changes."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from services.requests.app import create_app
from services.requests.departments.service import Identity
from services.requests.imports.service.worker import Bench, run_next_import
from services.requests.rulings.service import worker as rulings
from services.requests.settings import RequestsSettings
from tests.bench.logs import STATES, a_log
from tests.requests.imports import test_real_log
from tests.requests.imports.importing import Imports, a_mapping
from tests.requests.imports.test_real_log import in_its_departments
from tests.requests.tickets.desk import Desk

WEEK = ("mon", "tue", "wed", "thu", "fri")


def in_another_order(log: bytes) -> bytes:
    """The same rows, cases and all, shuffled."""
    head, *rows = log.splitlines()
    random.Random(7).shuffle(rows)
    return b"\n".join([head, *rows])


@asynccontextmanager
async def another_process(imports: Imports) -> AsyncIterator[Bench]:
    """A worker that shares nothing with the first one but the database."""
    url = imports.desk.app.state.settings.database_url
    state = create_app(RequestsSettings(database_url=url)).state
    yield Bench(state.engine, state.sessions, state.terms, imports.desk.app.state.identity)
    await state.engine.dispose()


@contextmanager
def changing(desk: Desk, pause: float) -> Iterator[list[int]]:
    """New versions of IT's calendar, with so many seconds between them; the numbers of those that were saved."""
    saved: list[int] = []

    async def change() -> None:
        admin = desk.people.admin()
        assigned = await desk.client.get(f"/v1/calendars/assignments/{desk.it.id}", headers=admin)
        path = f"/v1/calendars/{assigned.json()['calendar_id']}/versions"
        for number in range(1_000):
            shifts = [{"weekday": day, "start": "09:00", "end": f"{16 + number % 4}:00"} for day in WEEK]
            answer = await desk.client.post(path, json={"time_zone": "Europe/Madrid", "shifts": shifts}, headers=admin)
            assert answer.status_code == 201, answer.text
            saved.append(answer.json()["number"])
            await asyncio.sleep(pause)

    changes = asyncio.create_task(change())
    try:
        yield saved
    finally:
        failed = changes.exception() if changes.done() else None
        changes.cancel()
    assert failed is None


async def until_done(bench: Bench) -> None:
    while await run_next_import(bench):
        pass


async def bring_in_twice(imports: Imports, log: bytes, mapping: dict[str, Any], pause: float) -> list[int]:
    """Both orders at once; how many versions the calendar had meanwhile. Then rulings reach what they concern."""
    for content in (log, in_another_order(log)):
        assert (await imports.hand_in(content, mapping=json.dumps(mapping))).status_code == 202
    async with another_process(imports) as elsewhere:
        with changing(imports.desk, pause) as saved:
            await asyncio.gather(until_done(imports.bench), until_done(elsewhere))
    state = imports.desk.app.state
    await rulings.look_back(state.engine)
    identity = Identity(state.identity, "")
    while await rulings.rule_some(state.engine, state.terms, identity, now=datetime.now(UTC)):
        pass
    return saved


async def check(imports: Imports, rows: int, cases: int) -> None:
    jobs = (await imports.desk.client.get("/v1/imports", headers=imports.desk.people.admin())).json()["items"]
    assert [(job["state"], job["errors"]) for job in jobs] == [("done", [])] * 2
    assert sum(job["result"]["tickets_created"] for job in jobs) == cases
    assert sum(job["result"]["events_added"] for job in jobs) == rows + cases
    assert (await imports.count("ticket"), await imports.count("ticket_event")) == (cases, rows + cases)
    assert await imports.differences() == []


@pytest.mark.timeout(300)
async def test_each_row_lands_once_and_all_is_as_the_fold_has_it(imports: Imports) -> None:
    rows = [row for row in a_log() if row.startswith("number") or int(row[1:6]) < 40]
    department = {"Network": str(imports.desk.network.id), "Desk": str(imports.desk.it.id)}
    mapping = a_mapping(imports.desk) | {
        "columns": {"case": "number", "state": "state", "time": "at", "group": "group", "priority": "priority"},
        "states": {name: {"state": state} for name, state in STATES.items()},
        "priorities": dict(zip("1234", ("urgent", "high", "normal", "low"), strict=True)),
        "groups": department,
    }
    saved = await bring_in_twice(imports, "\n".join(rows).encode(), mapping, pause=0.05)
    assert len(saved) > 1
    await check(imports, rows=len(rows) - 1, cases=40)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not test_real_log.LOG.exists(), reason="the real log lies beside the project, and is not here")
async def test_890_real_incidents_too(imports: Imports) -> None:
    mapping = await in_its_departments(imports.desk)
    saved = await bring_in_twice(imports, test_real_log.LOG.read_bytes(), mapping, pause=0.5)
    assert len(saved) > 2
    await check(imports, rows=5998, cases=890)
