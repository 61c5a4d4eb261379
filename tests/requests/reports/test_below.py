"""Figures of a department with those below it: which tickets they count, and who sees them."""

from dataclasses import replace
from typing import Any

import pytest

from services.requests.departments.rules import Department
from services.requests.departments.service import take_in_department
from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk

REPORTS = ("attainment", "lead-time", "flow", "trend", "backlog", "time-held")


@pytest.fixture
async def house(desk: Desk) -> tuple[Desk, Department, Department]:
    """The desk with a ticket, between People operations and IT, which are below `people` and `services`."""
    people, services = (desk.identity.add(code=code) for code in ("PEOPLE", "SERVICES"))
    below = [replace(desk.hr, parent_id=people.id, version=2), replace(desk.it, parent_id=services.id, version=2)]
    async with hot_transaction(desk.app.state.engine) as connection:
        for each in (people, services, *below):
            await take_in_department(connection.fetch, each)
    await desk.step(await desk.submit(), "fulfilled")
    return desk, people, services


async def met(desk: Desk, path: str, headers: Any, **query: Any) -> list[int]:
    """How many clocks were met: of a scoreboard, in each direction."""
    answer = await desk.client.get(path, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    if path.endswith("scoreboard"):
        return [sum(row["met"] for row in each["targets"]) for each in items]
    return [sum(row["met"] for row in items)]


async def test_a_scoreboard_counts_what_is_below_both(house: tuple[Desk, Department, Department]) -> None:
    desk, people, services = house
    pair = {"customer_department_id": str(people.id), "provider_department_id": str(services.id)}
    onlooker = desk.people.headers(scope="reports:read", roles=["viewer"])
    path = "/v1/reports/scoreboard"
    assert await met(desk, path, onlooker, **pair) == [0, 0]
    assert await met(desk, path, onlooker, **pair, below=True) == [3, 0]
    turned = dict(zip(pair, reversed(pair.values()), strict=True))
    assert await met(desk, path, onlooker, **turned, below=True) == [0, 3]
    one_side = pair | {"provider_department_id": str(desk.it.id)}
    assert await met(desk, path, onlooker, **one_side, below=True) == [3, 0]
    for department in (people, services):
        for role in ("agent", "manager"):
            headers = desk.people.one_of(department.id, role)
            assert await met(desk, path, headers, **pair, below=True) == [3, 0]
    for headers in (desk.people.one_of(people.id), desk.people.one_of(desk.it.id, "manager"), desk.requester):
        answer = await desk.client.get(path, params=pair | {"below": True}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_figures")


async def test_of_two_in_one_line_the_lower_has_what_is_below_both(house: tuple[Desk, Department, Department]) -> None:
    desk, _, services = house
    top = desk.identity.add(code="TOP")
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, top)
        for department in (services, desk.hr):
            await take_in_department(connection.fetch, replace(department, parent_id=top.id, version=9))
    onlooker = desk.people.headers(scope="reports:read", roles=["viewer"])
    pair = {"customer_department_id": str(top.id), "provider_department_id": str(services.id), "below": True}
    assert await met(desk, "/v1/reports/scoreboard", onlooker, **pair) == [3, 0]  # HR → IT, once


async def test_attainment_is_for_who_answers_for_the_department(house: tuple[Desk, Department, Department]) -> None:
    desk, people, services = house
    path, onlooker = "/v1/reports/attainment", desk.people.headers(scope="reports:read", roles=["viewer"])
    manager, agent = desk.people.one_of(services.id, "manager"), desk.people.one_of(people.id, "agent")
    for headers, query, expected in (
        (onlooker, {"provider_department_id": services.id}, 3),
        (manager, {"provider_department_id": services.id}, 3),
        (agent, {"customer_department_id": people.id}, 3),
        (manager, {"customer_department_id": people.id, "provider_department_id": services.id}, 3),
        (manager, {"customer_department_id": people.id}, 0),  # of others' they see their own alone
        (desk.agent, {"provider_department_id": services.id}, 3),
    ):
        asked = {name: str(value) for name, value in query.items()}
        assert await met(desk, path, headers, **asked, below=True) == [expected]
        assert await met(desk, path, headers, **asked) == [0]


async def test_what_is_confidential_counts_for_who_sees_everything(house: tuple[Desk, Department, Department]) -> None:
    desk, _, services = house
    hidden = {"confidential": True}
    path = f"/v1/offerings/{desk.offering_id}"
    assert (await desk.client.patch(path, json=hidden, headers=desk.people.admin() | {"If-Match": "*"})).is_success
    await desk.step(await desk.submit(), "fulfilled")
    query = {"provider_department_id": str(services.id), "below": True}
    everything = desk.people.headers(scope="reports:read", roles=["auditor"])
    assert await met(desk, "/v1/reports/attainment", everything, **query) == [6]
    assert await met(desk, "/v1/reports/attainment", desk.people.one_of(services.id, "manager"), **query) == [3]


@pytest.mark.parametrize("report", REPORTS)
async def test_below_is_below_somebody(house: tuple[Desk, Department, Department], report: str) -> None:
    desk, _, services = house
    onlooker = desk.people.headers(scope="reports:read", roles=["viewer"])
    path = f"/v1/reports/{report}"
    answer = await desk.client.get(path, params={"below": True}, headers=onlooker)
    assert (answer.status_code, answer.json()["code"]) == (409, "below_whom")
    assert answer.json()["errors"][0]["pointer"] == "?below"
    for below, is_counted in ((True, True), (False, False)):
        query: dict[str, str | bool] = {"provider_department_id": str(services.id), "below": below}
        told = (await desk.client.get(path, params=query, headers=onlooker)).json()["items"]
        counts = [
            value for row in told for name, value in row.items() if name in ("n", "created", "tickets", "intervals")
        ]
        assert (sum(counts) > 0) is is_counted
