"""The story over its real weeks, in process: every figure as somebody with a calendar in hand would find it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.feedback import app as feedback
from services.feedback.settings import FeedbackSettings
from services.launcher.chapters import computer, scrubs
from services.launcher.chapters.computer import Computers
from services.launcher.demo.catalogue import introduce, open_for_work
from services.launcher.demo.house import nobody, opened
from services.launcher.demo.make import BEGINNING
from services.launcher.demo.organisation import DEPARTMENTS, ZONE
from services.launcher.demo.people import ROLES, DemoPerson
from services.launcher.demo.weeks import WeeksStage
from services.requests import app as requests
from services.requests.departments.rules import Department
from services.requests.settings import RequestsSettings
from services.shared.auth import Actor
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.story.outcome import Looks, Told, check_computers, check_scrubs

SCOPES = "tickets:read reports:read interactions:read invitations:read agreements:read"
HOUR = 3600
GUIDE = Path(__file__).parents[2] / "docs" / "disputed-due-time.md"


@dataclass
class Played:
    """The story when it is over, and how to look at it."""

    computers: Computers
    scrubs: scrubs.Scrubs
    looks: Looks


def _department(code: str) -> Department:
    return Department(uuid7(), code, None, ZONE, True, 1)


def _people(departments: dict[str, Department]) -> list[DemoPerson]:
    return [
        DemoPerson(
            name, "", "", role.value, each.code, Actor(uuid7(), department_roles={departments[each.code].id: role})
        )
        for each in DEPARTMENTS
        for name, role in zip(each.people, ROLES, strict=True)
    ]


@pytest.fixture(scope="module")
async def played(databases: Databases, issuer: Issuer) -> AsyncIterator[Played]:
    urls = {name: (await databases.fresh(name)).runtime for name in ("requests", "feedback")}
    departments = {each.code: _department(each.code) for each in DEPARTMENTS}
    people = _people(departments)
    cast = {person.name: person.actor for person in people}
    async with opened(urls) as house:
        await introduce(house, departments, people)
        await open_for_work(house, departments, now=BEGINNING)
        computers = await computer.tell(WeeksStage(house, cast, departments))
        kept = await scrubs.tell(WeeksStage(house, cast, departments))
    async with AsyncExitStack() as stack:
        apps = {
            "requests": requests.create_app(RequestsSettings(database_url=urls["requests"])),
            "feedback": feedback.create_app(FeedbackSettings(database_url=urls["feedback"])),
        }
        identity = await stack.enter_async_context(nobody())
        apps["requests"].state.identity = identity
        clients = {name: await _client(stack, app, issuer) for name, app in apps.items()}

        async def read(person: str, path: str, asked: dict[str, str]) -> Told:
            service = "feedback" if path.startswith("/v1/interactions") else "requests"
            roles = {str(key): str(role) for key, role in cast[person].department_roles.items()}
            token = issuer.token(subject=cast[person].id, scope=SCOPES, departments=roles)
            answer = await clients[service].get(path, params=asked, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == httpx.codes.OK, f"{path}: {answer.text}"
            return dict(answer.json())

        yield Played(computers, kept, Looks(read, {code: each.id for code, each in departments.items()}))


async def _client(stack: AsyncExitStack, app: FastAPI, issuer: Issuer) -> httpx.AsyncClient:
    app.state.tokens = issuer.verifier
    stack.push_async_callback(app.state.engine.dispose)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://story")
    return await stack.enter_async_context(client)


async def test_what_is_said_of_both_chapters_holds(played: Played) -> None:
    await check_computers(played.looks, played.computers)
    await check_scrubs(played.looks, played.scrubs)


async def test_a_question_over_a_weekend_and_a_public_holiday_moves_the_due_time(played: Played) -> None:
    clocks = await played.looks.clocks(computer.ASKING[1], played.computers.early)
    resolution, reply = clocks["resolution"], clocks["reply"]
    assert _seconds(resolution, "target", "elapsed") == (40 * HOUR, 39 * HOUR)
    assert resolution["due_at"] == "2026-05-06T11:00:00Z"  # 13:00 in Madrid: three hours after the fifth day at ten
    assert [(each["percent"], each["fires_at"]) for each in resolution["thresholds"]][:1] == [
        (75, "2026-05-05T09:00:00Z")
    ]
    assert _seconds(reply, "target", "elapsed") == (4 * HOUR, 3 * HOUR)
    assert (clocks["notice"]["promised"], clocks["notice"]["shortfall_seconds"]) == (80 * HOUR, None)
    ledger = await played.looks.ledger(computer.ASKING[1], played.computers.early)
    assert [(each["reason"], each["working_seconds"]) for each in ledger[:4]] == [
        ("submitted", HOUR),
        ("accepted", 21 * HOUR),
        ("waiting_on_customer", 3 * HOUR),
        ("accepted", 17 * HOUR),
    ]


async def test_the_disputed_due_time_is_explained_as_the_guide_tells(played: Played) -> None:
    clocks = await played.looks.clocks(computer.ASKING[1], played.computers.early)
    path = f"/v1/tickets/{played.computers.early}/clocks/{clocks['resolution']['id']}/explanation"
    told = await played.looks.read(computer.ASKING[1], path, {})
    guide = GUIDE.read_text(encoding="utf-8")
    assert json.loads(guide.partition("```json\n")[2].partition("```")[0]) == without_ids(told)


async def test_a_notice_of_four_days_lacks_what_is_added_to_the_promise(played: Played) -> None:
    clocks = await played.looks.clocks(computer.ASKING[2], played.computers.short_notice)
    assert clocks["notice"]["shortfall_seconds"] == 41 * HOUR
    assert _seconds(clocks["resolution"], "target") == (81 * HOUR,)
    assert clocks["resolution"]["due_at"] == "2026-06-01T09:00:00Z"


async def test_what_runs_over_is_warned_of_and_breached_at_its_instants(played: Played) -> None:
    resolution = (await played.looks.clocks(computer.ASKING[3], played.computers.overrun))["resolution"]
    assert [(each["percent"], each["fires_at"]) for each in resolution["thresholds"]] == [
        (75, "2026-06-04T15:00:00Z"),
        (100, "2026-06-08T08:00:00Z"),
    ]
    assert resolution["breached_at"] == "2026-06-08T08:00:00Z"


async def test_a_standing_order_refilled_the_shelf_and_is_over_at_easter(played: Played) -> None:
    path = f"/v1/standing-orders/{played.scrubs.standing}"
    order = await played.looks.read(scrubs.SURGERY_MANAGER, path, {})
    assert (order["next_at"], order["owner_id"] is not None) == (None, True)
    runs = (await played.looks.read(scrubs.SURGERY_MANAGER, f"{path}/runs", {}))["items"]
    assert [(run["due_at"], run["outcome"], run["ticket_id"]) for run in reversed(runs)] == [
        (due_at, "submitted", str(ticket_id))
        for due_at, ticket_id in zip(
            # eight in Madrid, whose summer time begins on the 29th
            ("2026-03-16T07:00:00Z", "2026-03-23T07:00:00Z", "2026-03-30T06:00:00Z"),
            played.scrubs.refills,
            strict=True,
        )
    ]
    ticket = await played.looks.read(scrubs.SURGERY_MANAGER, f"/v1/tickets/{played.scrubs.refills[0]}", {})
    assert (ticket["requester_id"], ticket["subject"]) == (order["owner_id"], "The weekly refill")


async def test_the_scoreboard_shows_both_sides(played: Played, record_property: Callable[[str, object], None]) -> None:
    board = await played.looks.pair(computer.PEOPLE_MANAGER, "/v1/reports/scoreboard", "PEOPLE", "IT")
    ledger = await played.looks.ledger(computer.ASKING[1], played.computers.early)
    record_property("the story's scoreboard", json.dumps(board, indent=1))
    record_property("the ledger of the ticket with a question", json.dumps(ledger, indent=1))
    rows = {row["clock"]: (row["met"], row["missed"]) for row in _rows(board)}
    assert rows["resolution"] == (2, 1)
    assert rows["notice"] == (2, 1)
    assert rows["reply"] == (1, 0)


def _rows(board: Told) -> list[Told]:
    pairs: list[Told] = board["items"]
    return [*pairs[0]["targets"], *pairs[0]["obligations"]]


def _seconds(clock: dict[str, Any], *names: str) -> tuple[float, ...]:
    return tuple(clock[f"{name}_seconds"] for name in names)


def without_ids(told: Any) -> Any:
    """The same with `…` for ids, which are others each time."""
    match told:
        case dict():
            return {name: "…" if _is_id(name, value) else without_ids(value) for name, value in told.items()}
        case list():
            return [without_ids(each) for each in told]
        case _:
            return told


def _is_id(name: str, value: Any) -> bool:
    return isinstance(value, str) and (name == "id" or name.endswith("_id"))


def test_the_departments_of_the_story_are_the_demos() -> None:
    names = {name for each in DEPARTMENTS for name in each.people}
    assert {*computer.ASKING, *scrubs.ASKING, computer.IT_AGENT, scrubs.LAUNDRY_AGENT} <= names
