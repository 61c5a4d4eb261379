"""The scoreboard of two departments: who sees it, what it refuses, and how it is told."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from tests.requests.tickets.desk import Desk
from tests.requests.tickets.desk import Headers as Signed


async def board(desk: Desk, headers: Signed | None = None, **query: Any) -> Any:
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    onlooker = desk.people.headers(scope="reports:read", roles=["viewer"])
    return await desk.client.get("/v1/reports/scoreboard", params=pair | query, headers=headers or onlooker)


async def fulfilled(desk: Desk) -> None:
    await desk.step(await desk.submit(), "fulfilled")


def counted(answer: Any) -> list[int]:
    """How many clocks each direction has."""
    assert answer.status_code == 200, answer.text
    return [sum(row["met"] for row in each["targets"]) for each in answer.json()["items"]]


async def test_both_directions_and_both_sides(desk: Desk) -> None:
    await fulfilled(desk)
    told = (await board(desk, None, **{"from": "2026-01-01", "to": "2199-01-01", "time_zone": "Europe/Madrid"})).json()
    assert (told["from"], told["to"], told["time_zone"]) == ("2026-01-01", "2199-01-01", "Europe/Madrid")
    assert (told["customer_department_id"], told["provider_department_id"]) == (str(desk.hr.id), str(desk.it.id))
    there, back = told["items"]
    assert (there["customer_department_id"], there["provider_department_id"]) == (str(desk.hr.id), str(desk.it.id))
    assert (back["customer_department_id"], back["provider_department_id"]) == (str(desk.it.id), str(desk.hr.id))
    assert [row["clock"] for row in there["targets"]] == ["acknowledge", "first_response", "resolution"]
    assert all((row["n"], row["met"]) == (1, 1) for row in there["targets"])
    assert there["obligations"] == back["targets"] == back["obligations"] == []
    turned = {"customer_department_id": str(desk.it.id), "provider_department_id": str(desk.hr.id)}
    assert (await board(desk, None, **turned)).json()["items"] == [back, there]


async def test_figures_are_for_both_departments_and_onlookers(desk: Desk) -> None:
    await fulfilled(desk)
    people = desk.people
    for headers in (
        desk.agent,
        people.one_of(desk.hr.id, "manager"),
        people.one_of(desk.hr.id, "agent"),
        people.headers(scope="reports:read", roles=["admin"]),
        people.headers(scope="reports:read", roles=["auditor"]),
        people.account("reports:read"),
    ):
        assert counted(await board(desk, headers)) == [3, 0]
    for headers in (
        desk.requester,
        people.one_of(desk.network.id, "manager"),
        people.headers(scope="reports:read", roles=["listener"]),
        people.headers(scope="tickets:read", roles=["admin"]),
    ):
        assert (await board(desk, headers)).status_code == 403
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    assert (await desk.client.get("/v1/reports/scoreboard", params=pair)).status_code == 401


async def test_every_report_of_a_pair_counts_what_its_scoreboard_does(desk: Desk) -> None:
    await fulfilled(desk)
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    asks = desk.people.one_of(desk.hr.id, "agent")  # who manages HR sees what HR asks for; its agents of a pair alone
    rows = (await desk.client.get("/v1/reports/attainment", params=pair, headers=asks)).json()["items"]
    assert rows == (await board(desk, asks)).json()["items"][0]["targets"] != []
    asked_for = {"customer_department_id": str(desk.hr.id)}
    assert (await desk.client.get("/v1/reports/attainment", params=asked_for, headers=asks)).json()["items"] == []
    path = f"/v1/offerings/{desk.offering_id}"
    hidden = await desk.client.patch(
        path, json={"confidential": True}, headers=desk.people.admin() | {"If-Match": '"1"'}
    )
    assert hidden.status_code == 200
    await fulfilled(desk)
    again = (await desk.client.get("/v1/reports/attainment", params=pair, headers=asks)).json()["items"]
    assert [row["met"] for row in again] == [row["met"] for row in rows]


async def test_what_is_confidential_counts_for_who_does_it(desk: Desk) -> None:
    path = f"/v1/offerings/{desk.offering_id}"
    hidden = {"confidential": True}
    done = await desk.client.patch(path, json=hidden, headers=desk.people.admin() | {"If-Match": '"1"'})
    assert done.status_code == 200
    await fulfilled(desk)
    assert counted(await board(desk)) == [3, 0]
    assert counted(await board(desk, desk.agent)) == [3, 0]
    assert counted(await board(desk, desk.people.one_of(desk.hr.id, "manager"))) == [0, 0]


async def test_conditions_narrow_it(desk: Desk) -> None:
    await fulfilled(desk)
    assert counted(await board(desk, priority="normal", offering_id=str(desk.offering_id))) == [3, 0]
    assert counted(await board(desk, priority="high")) == [0, 0]
    assert counted(await board(desk, offering_id=str(uuid4()))) == [0, 0]
    assert counted(await board(desk, to="2026-01-01")) == [0, 0]


@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ({"provider_department_id": ""}, 422, "invalid_input", "?provider_department_id"),
        ({"provider_department_id": "HR"}, 422, "invalid_input", "?provider_department_id"),
        ({"department_id": "x"}, 422, "unknown_parameter", "?department_id"),
        ({"provider_department_id": str(uuid4())}, 404, "unknown_department", "?provider_department_id"),
        ({"time_zone": "Mars/Base"}, 409, "unknown_time_zone", "?time_zone"),
        ({"from": "2026-03-02", "to": "2026-03-02"}, 409, "empty_period", "?to"),
    ],
)
async def test_what_is_wrong_is_named(desk: Desk, query: dict[str, str], status: int, code: str, pointer: str) -> None:
    answer = await board(desk, None, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_pair_is_of_two(desk: Desk) -> None:
    answer = await board(desk, provider_department_id=str(desk.hr.id))
    assert (answer.status_code, answer.json()["code"]) == (409, "same_department")
    assert answer.json()["errors"][0]["pointer"] == "?provider_department_id"


async def test_csv_has_a_line_a_clock(desk: Desk) -> None:
    await fulfilled(desk)
    answer = await board(desk, format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["customer_department_id"], line["clock"], line["met"]) for line in lines] == [
        (str(desk.hr.id), clock, "1") for clock in ("acknowledge", "first_response", "resolution")
    ]
    assert list(lines[0])[:4] == ["customer_department_id", "provider_department_id", "clock", "side"]
    assert lines[0]["after_decisions_met"] == "1"
