"""What a calendar's next version would do to open tickets is what its ruling then does; nothing is written before."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.requests.rulings.service import foresee
from services.shared.db import hot_connection
from tests.requests.rulings.test_worker import agree, calendar_of, rule_all
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_instants import submitted_ago

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
COUNTS = ("earlier", "later", "unchanged", "without_due")
TABLES = ("calendar_version", "ticket_event", "ticket_clock", "ruling_job", "outbox")


def hours(start: str, end: str, **more: Any) -> dict[str, Any]:
    shifts = [{"weekday": day, "start": start, "end": end} for day in WEEKDAYS]
    return {"time_zone": "Europe/Madrid", "shifts": shifts, **more}


async def foreseen(desk: Desk, version: dict[str, Any], headers: Headers | None = None) -> Any:
    path = f"/v1/calendars/{await calendar_of(desk)}/versions/preview"
    return await desk.client.post(path, json=version, headers=headers or desk.people.admin())


async def due_times(desk: Desk, tickets: list[dict[str, Any]]) -> dict[tuple[str, str, int], Any]:
    return {
        (ticket["id"], clock["clock"], clock["cycle"]): (clock["due_at"], clock["breached_at"])
        for ticket in tickets
        for clock in (await desk.get(ticket, "/clocks", desk.people.admin()))["items"]
    }


async def rows(desk: Desk) -> list[int]:
    async with hot_connection(desk.app.state.engine) as connection:
        return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]


async def busy(desk: Desk) -> list[dict[str, Any]]:
    """Open tickets of several kinds, one of them paused, one done."""
    tickets = [await submitted_ago(desk, timedelta(days=days)) for days in (0, 1, 3, 30)]
    waiting = await submitted_ago(desk, timedelta(hours=30))
    assert (await desk.step(waiting, "waiting_on_customer", comment="Which?")).status_code == 201
    over = await desk.submit()
    assert (await desk.step(over, "fulfilled")).status_code == 201
    return [*tickets, waiting, over]


@pytest.mark.parametrize(
    "version",
    [
        hours("09:00", "13:00"),
        hours("06:00", "22:00"),
        hours("09:00", "17:00"),
        hours("09:00", "13:00", elapsed="restart"),
        hours("09:00", "17:00", dates=[{"yearly": f"{month:02}-01", "name": "off"} for month in range(1, 13)]),
    ],
)
async def test_what_is_foreseen_is_what_comes(desk: Desk, version: dict[str, Any]) -> None:
    tickets = await busy(desk)
    before, written = await due_times(desk, tickets), await rows(desk)
    told = (await foreseen(desk, version)).json()
    assert await rows(desk) == written
    path = f"/v1/calendars/{await calendar_of(desk)}/versions"
    assert (await desk.client.post(path, json=version, headers=desk.people.admin())).status_code == 201
    assert await rule_all(desk) >= 1
    after = await due_times(desk, tickets)
    assert (told["is_complete"], told["tickets"], told["elapsed"]) == (True, 5, version.get("elapsed", "keep"))
    assert told["clocks"] == sum(told[name] for name in COUNTS)
    items = {(each["ticket_id"], each["clock"], each["cycle"]): each for each in told["items"]}
    for key, item in items.items():
        assert item["due_at"] == before[key][0]
        if version.get("elapsed") != "restart" and not item["is_breached_then"]:
            assert item["due_at_then"] == after[key][0]
        assert item["is_breached_then"] == (before[key][1] is None and after[key][1] is not None)
    moved = {key for key in before if before[key] != after[key]}
    assert moved == items.keys()
    shifts = [abs(each["shift_seconds"] or 0) for each in told["items"]]
    assert shifts == sorted(shifts, reverse=True)
    if version == hours("09:00", "17:00"):
        assert told["unchanged"] > told["earlier"] + told["later"]  # a promise in days is due at an end, not an opening
    elif version.get("elapsed") is None and "dates" not in version:
        is_later = version["shifts"][0]["end"] == "13:00"
        assert (told["later"] > 0, told["earlier"] > 0) == (is_later, not is_later)
    assert told["without_due"] > 0


async def test_a_version_that_leaves_nothing_breaches(desk: Desk) -> None:
    await agree(desk, targets=[{"clock": "resolution", "duration": "P9D", "objective": 0.9}])
    await submitted_ago(desk, timedelta(days=3))
    told = (await foreseen(desk, hours("00:00", "24:00"))).json()
    assert (told["breached"], told["later"]) == (sum(each["is_breached_then"] for each in told["items"]), 0)


async def test_the_list_holds_what_the_caller_may_read(desk: Desk) -> None:
    await desk.submit()
    manager = desk.people.one_of(desk.hr.id, "manager")
    made = {"name": "Ours", **hours("09:00", "17:00")}
    path = "/v1/calendars"
    calendar = (await desk.client.post(path, json=made, headers=manager)).json()["id"]
    refused = await desk.client.post(f"{path}/{await calendar_of(desk)}/versions/preview", json=hours("09:00", "13:00"))
    assert refused.status_code == 401
    for headers, status in ((manager, 403), (desk.agent, 403), (desk.requester, 403), (desk.people.account(), 200)):
        answer = await foreseen(desk, hours("09:00", "13:00"), headers)
        assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["clocks"], told["items"]) == (3, [])  # a program with no department reads none
    assert told["later"] > 0
    mine = await desk.client.post(f"{path}/{calendar}/versions/preview", json=hours("09:00", "13:00"), headers=manager)
    assert (mine.status_code, mine.json()["clocks"]) == (200, 0)


async def test_it_says_when_there_are_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        await desk.submit()
    monkeypatch.setattr(foresee, "BATCH", 2)
    monkeypatch.setattr(foresee, "MOST", 4)
    monkeypatch.setattr(foresee, "LISTED", 3)
    told = (await foreseen(desk, hours("09:00", "13:00"))).json()
    assert (told["is_complete"], told["tickets"], told["clocks"], len(told["items"])) == (False, 4, 12, 3)
    monkeypatch.setattr(foresee, "MOST", 10)
    told = (await foreseen(desk, hours("09:00", "13:00"))).json()
    assert (told["is_complete"], told["tickets"], told["clocks"]) == (True, 5, 15)


@pytest.mark.parametrize(
    ("version", "status", "code", "pointer"),
    [
        ({"shifts": []}, 422, "invalid_input", "/time_zone"),
        (hours("09:00", "17:00", name="x"), 422, "invalid_input", "/name"),
        (hours("17:00", "09:00"), 409, "empty_shift", "/shifts/0/end"),
        ({"time_zone": "Mars/Base", "shifts": []}, 409, "unknown_time_zone", "/time_zone"),
        ({"time_zone": "UTC", "shifts": []}, 409, "calendar_without_working_time", "/"),
    ],
)
async def test_what_is_wrong_is_named(
    desk: Desk, version: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = await foreseen(desk, version)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_an_unknown_calendar_is_unknown(desk: Desk) -> None:
    path = f"/v1/calendars/{uuid4()}/versions/preview"
    answer = await desk.client.post(path, json=hours("09:00", "13:00"), headers=desk.people.admin())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_calendar")
