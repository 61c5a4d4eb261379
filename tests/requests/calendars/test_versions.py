"""Calendars are made, read and given new versions; a version never changes."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.requests.calendars.rules import ROUND_THE_CLOCK
from tests.requests.calendars.shapes import a_calendar, a_saved_calendar, a_version, pointers
from tests.requests.people import People


async def test_calendar_is_made_with_its_first_version(client: httpx.AsyncClient, people: People) -> None:
    given = a_calendar(
        holidays={"country": "DE", "subdivision": "BY"},
        dates=[{"yearly": "12-24", "name": "Christmas Eve"}, {"date": "2027-02-08", "name": "Carnival"}],
        overrides=[{"from": "2026-08-01", "to": "2026-08-31", "name": "August", "shifts": [], "keep_holidays": True}],
    )
    answer = await client.post("/v1/calendars", json=given, headers=people.admin())
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/v1/calendars/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    version = made["current_version"]
    assert version["number"] == made["current_version_number"] == 1
    for field in ("time_zone", "shifts", "holidays", "dates", "overrides"):
        assert version[field] == given[field]
    years = {date.fromisoformat(day["date"]).year for day in version["public_holidays"]}
    this_year = date.fromisoformat(made["created_at"][:10]).year
    assert years == set(range(this_year - 1, this_year + 11))
    again = await client.get(f"/v1/calendars/{made['id']}", headers=people.admin())
    assert again.json() == made


async def test_what_is_read_can_be_sent_again(client: httpx.AsyncClient, people: People) -> None:
    calendar_id = await a_saved_calendar(client, people.admin(), dates=[{"yearly": "02-29", "name": "Leap day"}])
    read = (await client.get(f"/v1/calendars/{calendar_id}", headers=people.admin())).json()["current_version"]
    again = {name: read[name] for name in ("time_zone", "shifts", "holidays", "dates", "overrides")}
    answer = await client.post(f"/v1/calendars/{calendar_id}/versions", json=again, headers=people.admin())
    assert answer.status_code == 201


async def test_new_version_becomes_the_current_one(client: httpx.AsyncClient, people: People) -> None:
    calendar_id = await a_saved_calendar(client, people.admin())
    path = f"/v1/calendars/{calendar_id}"
    second = await client.post(f"{path}/versions", json=a_version(time_zone="Asia/Tokyo"), headers=people.admin())
    assert second.status_code == 201
    assert second.json()["number"] == 2
    calendar = await client.get(path, headers=people.admin())
    assert calendar.headers["etag"] == '"2"'
    assert calendar.json()["current_version"] == second.json()
    versions = (await client.get(f"{path}/versions", headers=people.admin())).json()
    assert [(each["number"], each["time_zone"]) for each in versions["items"]] == [
        (2, "Asia/Tokyo"),
        (1, "Europe/Berlin"),
    ]
    first_page = (await client.get(f"{path}/versions?limit=1", headers=people.admin())).json()
    rest = await client.get(
        f"{path}/versions", params={"limit": 1, "cursor": first_page["next"]}, headers=people.admin()
    )
    assert [each["number"] for each in rest.json()["items"]] == [1]
    assert rest.json()["next"] is None


async def test_unchanged_calendar_is_not_sent_again(client: httpx.AsyncClient, people: People) -> None:
    calendar_id = await a_saved_calendar(client, people.admin())
    headers = people.admin() | {"If-None-Match": '"1"'}
    assert (await client.get(f"/v1/calendars/{calendar_id}", headers=headers)).status_code == 304


async def test_calendars_are_listed_newest_first(client: httpx.AsyncClient, people: People) -> None:
    made = [await a_saved_calendar(client, people.admin()) for _ in range(3)]
    page = (await client.get("/v1/calendars?limit=2", headers=people.admin())).json()
    rest = (
        await client.get("/v1/calendars", params={"limit": 2, "cursor": page["next"]}, headers=people.admin())
    ).json()
    listed = [each["id"] for each in (*page["items"], *rest["items"])]
    assert listed == [*reversed(made), str(ROUND_THE_CLOCK)]
    foreign = await client.get(
        f"/v1/calendars/{made[0]}/versions", params={"cursor": page["next"]}, headers=people.admin()
    )
    assert (foreign.status_code, pointers(foreign)) == (400, ["?cursor"])


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"time_zone": "Europe/Atlantis"}, "unknown_time_zone", "/time_zone"),
    ({"shifts": [{"weekday": "mon", "start": "17:00", "end": "09:00"}]}, "empty_shift", "/shifts/0/end"),
    ({"shifts": [{"weekday": "mon", "start": "09:00", "end": "09:00"}]}, "empty_shift", "/shifts/0/end"),
    ({"shifts": []}, "calendar_without_working_time", "/shifts"),
    ({"holidays": {"country": "Atlantis"}}, "unknown_country", "/holidays/country"),
    ({"holidays": {"country": "DE", "subdivision": "ZZ"}}, "unknown_subdivision", "/holidays/subdivision"),
    ({"dates": [{"yearly": "02-30", "name": "?"}]}, "impossible_yearly_date", "/dates/0/yearly"),
    (
        {"overrides": [{"from": "2026-08-02", "to": "2026-08-01", "name": "?", "shifts": []}]},
        "override_ends_before_it_begins",
        "/overrides/0/to",
    ),
    (
        {"overrides": [{"from": "2026-01-01", "to": "2040-01-01", "name": "Closed", "shifts": []}]},
        "calendar_without_working_time",
        "/shifts",
    ),
]


@pytest.mark.parametrize(("change", "code", "pointer"), BROKEN)
async def test_broken_rule_is_told_with_its_field(
    client: httpx.AsyncClient, people: People, change: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await client.post("/v1/calendars", json=a_calendar(**change), headers=people.admin())
    assert (answer.status_code, answer.json()["code"], pointers(answer)) == (409, code, [pointer])
    spanish = people.admin() | {"Accept-Language": "es"}
    other = await client.post("/v1/calendars", json=a_calendar(**change), headers=spanish)
    assert other.json()["detail"] != answer.json()["detail"]
    inline = await client.post(
        "/v1/calendars/compute",
        json={"calendar": a_version(**change), "add": {"start": "2026-03-02T09:00:00Z", "duration": "PT1H"}},
    )
    assert (inline.status_code, inline.json()["code"], pointers(inline)) == (409, code, [f"/calendar{pointer}"])


FORBIDDEN: list[tuple[dict[str, Any], str]] = [
    ({"time_zone": 7}, "/time_zone"),
    ({"time_zone": ""}, "/time_zone"),
    ({"name": None}, "/name"),
    ({"colour": "red"}, "/colour"),
    ({"shifts": None}, "/shifts"),
    ({"shifts": [{"weekday": "monday", "start": "09:00", "end": "17:00"}]}, "/shifts/0/weekday"),
    ({"shifts": [{"weekday": "mon", "start": "24:00", "end": "24:00"}]}, "/shifts/0/start"),
    ({"shifts": [{"weekday": "mon", "start": "9:00", "end": "17:00"}]}, "/shifts/0/start"),
    ({"shifts": [{"weekday": "mon", "start": "09:00", "end": "24:01"}]}, "/shifts/0/end"),
    ({"shifts": [{"weekday": "mon", "start": "09:00"}]}, "/shifts/0/end"),
    ({"dates": [{"name": "neither"}]}, "/dates/0"),
    ({"dates": [{"name": "both", "date": "2026-01-01", "yearly": "01-01"}]}, "/dates/0"),
    ({"dates": [{"name": "null", "date": None}]}, "/dates/0"),
    ({"dates": [{"name": "no month", "yearly": "13-01"}]}, "/dates/0/yearly"),
    ({"dates": [{"name": "no day", "date": "2026-02-30"}]}, "/dates/0/date"),
    ({"overrides": [{"to": "2026-08-01", "name": "?", "shifts": []}]}, "/overrides/0/from"),
    ({"holidays": "DE"}, "/holidays"),
    ({"name": "nul \x00"}, "/name"),
]


@pytest.mark.parametrize(("change", "pointer"), FORBIDDEN)
async def test_what_the_schema_forbids_is_422_with_its_field(
    client: httpx.AsyncClient, people: People, change: dict[str, Any], pointer: str
) -> None:
    answer = await client.post("/v1/calendars", json=a_calendar(**change), headers=people.admin())
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_only_managers_admins_and_service_accounts_write(client: httpx.AsyncClient, people: People) -> None:
    calendar_id = await a_saved_calendar(client, people.one_of(uuid4(), "manager"))
    assert await a_saved_calendar(client, people.account())
    allowed_nothing = people.headers(scope="calendars:read calendars:write", departments={str(uuid4()): "agent"})
    for path, body in (("/v1/calendars", a_calendar()), (f"/v1/calendars/{calendar_id}/versions", a_version())):
        refused = await client.post(path, json=body, headers=allowed_nothing)
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_write_calendars")
        no_scope = await client.post(path, json=body, headers=people.one_of(uuid4()))
        assert (no_scope.status_code, no_scope.json()["code"]) == (403, "missing_scope")
        assert (await client.post(path, json=body)).status_code == 401


async def test_unknown_calendar_is_404(client: httpx.AsyncClient, people: People) -> None:
    path = f"/v1/calendars/{uuid4()}"
    answers = [
        await client.get(path, headers=people.admin()),
        await client.get(f"{path}/versions", headers=people.admin()),
        await client.post(f"{path}/versions", json=a_version(), headers=people.admin()),
        await client.get("/v1/calendars/no-id", headers=people.admin()),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


async def test_versions_cannot_be_changed_by_the_service(app: FastAPI) -> None:
    for statement in ("UPDATE calendar_version SET number = 2", "DELETE FROM calendar_version"):
        async with app.state.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(statement))


async def test_repeated_post_makes_one_calendar(client: httpx.AsyncClient, people: People) -> None:
    headers = people.headers(scope="calendars:read calendars:write", subject=UUID(int=7), roles=["admin"])
    body = a_calendar()
    answers = [
        await client.post("/v1/calendars", json=body, headers=headers | {"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len((await client.get("/v1/calendars", headers=headers)).json()["items"]) == 2
