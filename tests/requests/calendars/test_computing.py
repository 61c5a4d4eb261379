"""POST /v1/calendars/compute: the known cases through HTTP, explanations, and everything that it refuses."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.requests.calendars.shapes import a_saved_calendar, a_version, pointers
from tests.requests.people import People

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "worktime.json"
MONDAY = "2026-03-02T09:00:00+01:00"


async def compute(client: httpx.AsyncClient, headers: dict[str, str] | None = None, **asked: Any) -> httpx.Response:
    asked = asked if "calendar" in asked or "calendar_id" in asked else {"calendar": a_version(), **asked}
    return await client.post("/v1/calendars/compute", json=asked, headers=headers)


@pytest.mark.skipif(not VECTORS.exists(), reason="the project's shared vectors are not beside this clone")
async def test_known_cases(client: httpx.AsyncClient) -> None:
    for case in json.loads(VECTORS.read_text()):
        dates = [{"yearly": day, "name": "Holiday"} for day in case["yearly_holidays"]]
        calendar = {"time_zone": case["time_zone"], "shifts": case["shifts"], "dates": dates}
        if case["op"] == "add":
            answer = await compute(
                client, calendar=calendar, add={"start": case["start"], "duration": f"PT{int(case['seconds'])}S"}
            )
            assert answer.json().get("at") == case["expect"], (case["name"], answer.text)
        else:
            span = {"start": case["start"], "end": case["end"]}
            answer = await compute(client, calendar=calendar, between=span)
            assert answer.json().get("working_seconds") == case["expect"], (case["name"], answer.text)


async def test_answer_needs_no_token_and_has_no_intervals_unless_asked(client: httpx.AsyncClient) -> None:
    added = await compute(client, add={"start": MONDAY, "duration": "PT12H"})
    assert added.json() == {"at": "2026-03-03T12:00:00Z", "working_seconds": 43200}
    measured = await compute(client, between={"start": MONDAY, "end": "2026-03-09T08:00:00Z"})
    assert measured.json() == {"at": None, "working_seconds": 144000}
    backwards = await compute(client, between={"start": "2026-03-09T08:00:00Z", "end": MONDAY})
    assert backwards.json() == {"at": None, "working_seconds": 0}
    fraction = await compute(client, between={"start": MONDAY, "end": "2026-03-02T08:00:00.000001Z"})
    assert fraction.json()["working_seconds"] == 0.000001


async def test_working_days_end_at_the_same_time_or_with_the_day(client: httpx.AsyncClient) -> None:
    days = {"start": "2026-03-06T10:00:00+01:00", "duration": "P1D"}
    same_time = await compute(client, add=days)
    assert same_time.json()["at"] == "2026-03-09T09:00:00Z"
    end_of_day = await compute(client, add=days | {"due": "end_of_day"})
    assert end_of_day.json()["at"] == "2026-03-09T16:00:00Z"


async def test_explanation_tells_each_interval_and_why(client: httpx.AsyncClient) -> None:
    calendar = a_version(
        holidays={"country": "DE"}, overrides=[{"from": "2026-05-04", "to": "2026-05-04", "name": "Move", "shifts": []}]
    )
    add = {"start": "2026-04-30T16:00:00+02:00", "duration": "PT2H"}
    answer = (await compute(client, calendar=calendar, add=add, explain=True)).json()
    assert answer["at"] == "2026-05-05T08:00:00Z"
    intervals = answer["intervals"]
    assert intervals[0]["from"] == "2026-04-30T14:00:00Z"
    assert intervals[-1]["to"] == answer["at"]
    assert all(a["to"] == b["from"] for a, b in pairwise(intervals))
    told = [(each["counted"], each["reason"], each["name"]) for each in intervals]
    assert told[0] == (True, "working", None)
    assert (False, "holiday", "Erster Mai") in told
    assert (False, "override", "Move") in told
    assert sum(each["counted"] for each in intervals) == 2


async def test_saved_calendar_is_asked_by_id_with_a_token(client: httpx.AsyncClient, people: People) -> None:
    calendar_id = await a_saved_calendar(client, people.admin(), holidays={"country": "DE"})
    span = {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z"}
    answer = await compute(client, people.one_of(uuid4()), calendar_id=calendar_id, between=span)
    assert answer.json()["working_seconds"] == 0
    await client.post(f"/v1/calendars/{calendar_id}/versions", json=a_version(), headers=people.admin())
    current = await compute(client, people.one_of(uuid4()), calendar_id=calendar_id, between=span)
    assert current.json()["working_seconds"] == 28800
    assert (await compute(client, calendar_id=calendar_id, between=span)).status_code == 401
    no_scope = await compute(client, people.account("tickets:read"), calendar_id=calendar_id, between=span)
    assert (no_scope.status_code, no_scope.json()["code"]) == (403, "missing_scope")
    unknown = await compute(client, people.admin(), calendar_id=str(uuid4()), between=span)
    assert (unknown.status_code, pointers(unknown)) == (404, ["/calendar_id"])
    bad = await compute(client, {"Authorization": "Bearer nonsense"}, between=span)
    assert bad.status_code == 401


RULES: list[tuple[dict[str, Any], str, str]] = [
    ({"add": {"start": "1969-12-31T23:59:59Z", "duration": "PT1H"}}, "outside_calendar", "/add/start"),
    ({"add": {"start": "2201-01-01T00:00:01Z", "duration": "PT1H"}}, "outside_calendar", "/add/start"),
    ({"add": {"start": "0001-01-01T00:00:00Z", "duration": "PT1H"}}, "outside_calendar", "/add/start"),
    (
        {"between": {"start": "1969-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
        "outside_calendar",
        "/between/start",
    ),
    ({"between": {"start": "2026-01-01T00:00:00Z", "end": "9999-12-31T00:00:00Z"}}, "outside_calendar", "/between/end"),
    ({"add": {"start": MONDAY, "duration": "PT99999999H"}}, "calendar_exhausted", "/add/duration"),
    ({"add": {"start": MONDAY, "duration": f"PT{10**30}S"}}, "calendar_exhausted", "/add/duration"),
    ({"add": {"start": MONDAY, "duration": "P99999D"}}, "calendar_exhausted", "/add/duration"),
    (
        {"between": {"start": "1990-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, "explain": True},
        "explanation_too_long",
        "/explain",
    ),
]


@pytest.mark.parametrize(("asked", "code", "pointer"), RULES)
async def test_rule_refuses_with_its_field(
    client: httpx.AsyncClient, asked: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await compute(client, **asked)
    assert (answer.status_code, answer.json()["code"], pointers(answer)) == (409, code, [pointer])


ADD: dict[str, Any] = {"start": MONDAY, "duration": "PT1H"}
FORBIDDEN: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"add": ADD, "between": {"start": MONDAY, "end": MONDAY}}, ""),
    ({"add": None}, ""),
    ({"add": ADD, "between": None}, ""),
    ({"calendar_id": str(uuid4()), "calendar": a_version(), "add": ADD}, ""),
    ({"calendar": None, "add": ADD}, ""),
    ({"calendar_id": "no id", "add": ADD}, "/calendar_id"),
    ({"add": ADD, "explain": "yes"}, "/explain"),
    ({"add": {"start": "2026-03-02T09:00:00", "duration": "PT1H"}}, "/add/start"),
    ({"add": {"start": 1, "duration": "PT1H"}}, "/add/start"),
    ({"add": ADD | {"due": "tomorrow"}}, "/add/due"),
    ({"add": ADD | {"zone": "UTC"}}, "/add/zone"),
    *(
        ({"add": ADD | {"duration": text}}, "/add/duration")
        for text in ("", "PT", "P1DT2H", "P0D", "P1W", "-PT1H", "PT1.5H", 3)
    ),
]


@pytest.mark.parametrize(("asked", "pointer"), FORBIDDEN)
async def test_what_the_schema_forbids_is_422_with_its_field(
    client: httpx.AsyncClient, asked: dict[str, Any], pointer: str
) -> None:
    answer = await compute(client, **asked)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_path_of_questions_knows_no_other_method(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/calendars/compute")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
