"""A ruling that leaves nothing of a promise: breached at that instant, told in one message, escalated by nobody."""

import asyncio
from typing import Any

import orjson

from services.requests.firing.service.worker import FiringWorker
from services.shared.db import hot_connection
from tests.requests.rulings.test_priority import resolution
from tests.requests.rulings.test_worker import agree, around_the_clock, differences
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_telling import told

MEASURED = "SELECT body::text FROM outbox WHERE subject LIKE '%measured%' ORDER BY position"
TARGETS = [
    {"clock": "resolution", "duration": "PT1H", "objective": 0.9},
    {"clock": "resolution", "priority": "urgent", "duration": "PT1S"},
]


async def passed(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ticket, and the ruling after which nothing remains of its resolution."""
    await agree(
        desk,
        targets=TARGETS,
        priority_role="provider:manager",
        provider_calendar_id=await around_the_clock(desk),
        escalations=[{"clock": "resolution", "percent": each, "notify": ["requester"]} for each in (60, 100)],
    )
    ticket = await desk.submit()
    await asyncio.sleep(1.1)
    path = f"/v1/tickets/{ticket['id']}/rulings"
    manager = desk.people.one_of(desk.it.id, "manager")
    answer = await desk.client.post(path, json={"priority": "urgent"}, headers=manager)
    assert answer.status_code == 201, answer.text
    return ticket, answer.json()


async def test_it_is_breached_at_the_ruling_and_no_other_way(desk: Desk) -> None:
    ticket, ruling = await passed(desk)
    clock = await resolution(desk, ticket)
    assert (clock["breached_at"], clock["due_at"], clock["state"]) == (ruling["at"], ruling["at"], "running")
    assert [(each["percent"], each["passed"]) for each in clock["thresholds"]] == [(60, True), (100, True)]
    assert {each["fired_at"] for each in clock["thresholds"]} == {ruling["at"]}
    explained = await desk.get(ticket, f"/clocks/{clock['id']}/explanation")
    assert [each["new_due_at"] for each in explained["recalculations"]] == [ruling["at"]]
    messages = await told(desk, "clock_passed")
    assert sorted(each["percent"] for each in messages[str(desk.requester_id)]) == [60, 100]
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
        last = orjson.loads((await connection.fetch(MEASURED))[-1][0])["data"]
    assert (await told(desk, "clock_warned"), await told(desk, "clock_breached")) == ({}, {})
    assert last["provider"] == {"met": 0, "missed": 1}
    assert await differences(desk) == []


async def test_the_scoreboard_counts_it_once_as_missed(desk: Desk) -> None:
    await passed(desk)
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    manager = desk.people.one_of(desk.hr.id, "manager")
    answer = await desk.client.get("/v1/reports/scoreboard", params=pair, headers=manager)
    (row,) = answer.json()["items"][0]["targets"]
    assert (row["clock"], row["met"], row["missed"], row["open"]) == ("resolution", 0, 1, 0)
    assert answer.json()["items"][1] | pair == {**pair, "targets": [], "obligations": []}
