"""What departments offer: published, found, changed in versions; and every refusal."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.shared.idempotency import Fetch
from tests.requests.calendars.shapes import a_saved_calendar, pointers
from tests.requests.catalogue.shapes import a_known_department, a_published_offering, a_target, an_offering
from tests.requests.people import IdentityDouble, People


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_offering_is_published_and_read(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    provider = await a_known_department(fetch)
    calendar_id = await a_saved_calendar(client, people.admin())
    targets = [
        a_target(clock="acknowledge", duration="PT1H", calendar_id=calendar_id),
        a_target(duration="P3D", due="end_of_day", objective=0.95, reopened="P1D", third_party_pauses=True),
        a_target(priority="urgent", duration="PT4H"),
    ]
    given = an_offering(provider.id, default_targets=targets, confidential=True)
    answer = await client.post("/v1/offerings", json=given, headers=people.one_of(provider.id, "manager"))
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/v1/offerings/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    for name in ("code", "name", "provider_department_id", "confidential"):
        assert made[name] == given[name]
    assert made["is_offered"] is True
    assert (made["form"], made["steps"], made["responsibilities"], made["approvals"]) == (None, [], [], [])
    absent = {"due": "same_time", "calendar_id": None, "objective": None, "reopened": None, "third_party_pauses": False}
    assert made["default_targets"] == [absent | target for target in targets]
    read = await client.get(f"/v1/offerings/{made['id']}", headers=people.one_of(uuid4()))
    assert read.json() == made
    unchanged = people.one_of(uuid4()) | {"If-None-Match": read.headers["etag"]}
    assert (await client.get(f"/v1/offerings/{made['id']}", headers=unchanged)).status_code == 304


async def test_provider_known_to_identity_alone_is_asked_for(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    provider = identity.add()
    made = await a_published_offering(client, people.admin(), provider.id)
    assert made["provider_department_id"] == str(provider.id)
    identity.is_away = True
    waiting = await client.post("/v1/offerings", json=an_offering(uuid4()), headers=people.admin())
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "1")


async def test_catalogue_is_filtered_and_paged(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    one, other = await a_known_department(fetch), await a_known_department(fetch)
    made = [await a_published_offering(client, people.admin(), one.id, code=f"Of-{n}") for n in range(3)]
    closed = await a_published_offering(client, people.admin(), other.id, code="oF-0", is_offered=False)

    async def found(**filters: Any) -> list[str]:
        answer = await client.get("/v1/offerings", params=filters, headers=people.one_of(uuid4()))
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    newest_first = [each["id"] for each in reversed(made)]
    assert await found() == [closed["id"], *newest_first]
    assert await found(provider_department_id=str(one.id)) == newest_first
    assert await found(is_offered="false") == [closed["id"]]
    assert await found(code="of-0") == [closed["id"], made[0]["id"]]
    assert await found(code="of-0", provider_department_id=str(one.id)) == [made[0]["id"]]
    page = (await client.get("/v1/offerings?limit=3", headers=people.admin())).json()
    rest = await client.get("/v1/offerings", params={"limit": 3, "cursor": page["next"]}, headers=people.admin())
    assert [each["id"] for each in rest.json()["items"]] == [made[0]["id"]]
    for wrong in ("colour=red", "is_offered=perhaps", "provider_department_id=IT", "limit=0"):
        answer = await client.get(f"/v1/offerings?{wrong}", headers=people.admin())
        assert (answer.status_code, pointers(answer)) == (422, [f"?{wrong.split('=')[0]}"])


async def test_change_makes_a_version_and_keeps_the_one_before(
    client: httpx.AsyncClient, people: People, fetch: Fetch
) -> None:
    provider = await a_known_department(fetch)
    made = await a_published_offering(client, people.admin(), provider.id, default_targets=[a_target()])
    path, manager = f"/v1/offerings/{made['id']}", people.one_of(provider.id, "manager")
    changes = {"name": "Laptop", "confidential": True, "is_offered": False, "default_targets": []}
    answer = await client.patch(path, json=changes, headers=manager | at(1))
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == made | changes | {"version": 2}
    nothing = await client.patch(path, json={}, headers=manager | at(2))
    assert nothing.json() == answer.json()
    rows = await fetch("SELECT number, content->>'name' FROM offering_version WHERE offering_id = $1", made["id"])
    assert sorted(map(tuple, rows)) == [(1, "A new laptop"), (2, "Laptop")]
    assert (await client.patch(path, json=changes, headers=manager)).status_code == 428
    assert (await client.patch(path, json=changes, headers=manager | at(1))).status_code == 412


async def test_versions_cannot_be_changed_by_the_service(app: FastAPI) -> None:
    for statement in ("UPDATE offering_version SET number = 2", "DELETE FROM offering_version"):
        async with app.state.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(statement))


async def test_code_is_the_providers_own(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    one, other = await a_known_department(fetch), await a_known_department(fetch)
    await a_published_offering(client, people.admin(), one.id, code="laptop")
    await a_published_offering(client, people.admin(), other.id, code="laptop")
    again = await client.post("/v1/offerings", json=an_offering(one.id, code="LAPTOP"), headers=people.admin())
    assert (again.status_code, again.json()["code"], pointers(again)) == (409, "offering_code_taken", ["/code"])
    second = await a_published_offering(client, people.admin(), one.id)
    path = f"/v1/offerings/{second['id']}"
    renamed = await client.patch(path, json={"code": "Laptop"}, headers=people.admin() | at(1))
    assert (renamed.status_code, renamed.json()["code"]) == (409, "offering_code_taken")
    assert (await client.get(path, headers=people.admin())).json() == second


BROKEN: list[tuple[list[dict[str, Any]], int, str, str]] = [
    ([a_target(), a_target()], 409, "duplicate_target", "/default_targets/1"),
    ([a_target(priority="low"), a_target(), a_target(priority="low")], 409, "duplicate_target", "/default_targets/2"),
    (
        [a_target(clock="acknowledge", reopened="PT1H")],
        409,
        "only_for_resolution",
        "/default_targets/0/reopened",
    ),
    (
        [a_target(clock="first_response", third_party_pauses=True)],
        409,
        "only_for_resolution",
        "/default_targets/0/third_party_pauses",
    ),
    (
        [a_target(), a_target(clock="acknowledge", calendar_id=str(UUID(int=5)))],
        404,
        "unknown_calendar",
        "/default_targets/1/calendar_id",
    ),
    (
        [a_target(clock="acknowledge", duration="PT9H"), a_target(duration="PT8H")],
        409,
        "targets_contradict",
        "/default_targets/0/duration",
    ),
    (
        [
            a_target(duration="P3D"),
            a_target(clock="first_response", duration="P3D"),
            a_target(priority="urgent", duration="P2D"),
        ],
        409,
        "targets_contradict",
        "/default_targets/1/duration",
    ),
    ([a_target(duration="8 hours")], 422, "invalid_input", "/default_targets/0/duration"),
    ([a_target(reopened="P1DT1H")], 422, "invalid_input", "/default_targets/0/reopened"),
    ([a_target(clock="reply")], 422, "invalid_input", "/default_targets/0/clock"),
    ([a_target(priority="p1")], 422, "invalid_input", "/default_targets/0/priority"),
    ([a_target(objective=95)], 422, "invalid_input", "/default_targets/0/objective"),
    ([a_target(due="soon")], 422, "invalid_input", "/default_targets/0/due"),
    ([a_target(percent=50)], 422, "invalid_input", "/default_targets/0/percent"),
    ([{"clock": "resolution"}], 422, "invalid_input", "/default_targets/0/duration"),
]


@pytest.mark.parametrize(("targets", "status", "code", "pointer"), BROKEN)
async def test_broken_target_is_told_with_its_field(
    client: httpx.AsyncClient,
    people: People,
    fetch: Fetch,
    targets: list[dict[str, Any]],
    status: int,
    code: str,
    pointer: str,
) -> None:
    provider = await a_known_department(fetch)
    body = an_offering(provider.id, default_targets=targets)
    answer = await client.post("/v1/offerings", json=body, headers=people.admin())
    assert (answer.status_code, answer.json()["code"], pointers(answer)) == (status, code, [pointer])
    made = await a_published_offering(client, people.admin(), provider.id)
    path = f"/v1/offerings/{made['id']}"
    changed = await client.patch(path, json={"default_targets": targets}, headers=people.admin() | at(1))
    assert (changed.status_code, changed.json()["code"], pointers(changed)) == (status, code, [pointer])
    assert (await client.get(path, headers=people.admin())).json() == made


async def test_what_only_looks_contradictory_is_published(
    client: httpx.AsyncClient, people: People, fetch: Fetch
) -> None:
    """Hours beside days, another calendar, a shorter one for another priority, and what does not end with it."""
    provider = await a_known_department(fetch)
    calendar_id = await a_saved_calendar(client, people.admin())
    targets = [
        a_target(duration="P2D"),
        a_target(duration="P9D", priority="low"),
        a_target(clock="acknowledge", duration="PT800H"),
        a_target(clock="acknowledge", duration="P8D", priority="low"),
        a_target(clock="first_response", duration="P3D", calendar_id=calendar_id),
        a_target(clock="update", duration="P30D"),
    ]
    made = await a_published_offering(client, people.admin(), provider.id, default_targets=targets)
    assert len(made["default_targets"]) == 6


FORBIDDEN: list[tuple[dict[str, Any], str]] = [
    ({"code": "two words"}, "/code"),
    ({"code": ""}, "/code"),
    ({"name": "  "}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"provider_department_id": "IT"}, "/provider_department_id"),
    ({"provider_department_id": None}, "/provider_department_id"),
    ({"confidential": 1}, "/confidential"),
    ({"is_offered": "yes"}, "/is_offered"),
    ({"form": "text"}, "/form"),
    ({"steps": ["first"]}, "/steps/0"),
    ({"responsibilities": None}, "/responsibilities"),
    ({"version": 3}, "/version"),
    ({"default_targets": None}, "/default_targets"),
    ({"default_targets": [a_target()] * 13}, "/default_targets"),
]


@pytest.mark.parametrize(("change", "pointer"), FORBIDDEN)
async def test_what_the_schema_forbids_is_422_with_its_field(
    client: httpx.AsyncClient, people: People, change: dict[str, Any], pointer: str
) -> None:
    answer = await client.post("/v1/offerings", json=an_offering(uuid4(), **change), headers=people.admin())
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


@pytest.mark.parametrize("field", ["code", "name", "confidential", "is_offered", "default_targets"])
async def test_change_to_null_is_422(client: httpx.AsyncClient, people: People, field: str) -> None:
    answer = await client.patch(f"/v1/offerings/{uuid4()}", json={field: None}, headers=people.admin() | at(1))
    assert (answer.status_code, pointers(answer)) == (422, [f"/{field}"])


async def test_who_may_write(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    provider = await a_known_department(fetch)
    made = await a_published_offering(client, people.account(), provider.id)
    path = f"/v1/offerings/{made['id']}"
    for refused, code in (
        (people.one_of(uuid4(), "manager"), "may_not_write_offerings"),
        (people.one_of(provider.id, "agent"), "missing_scope"),
    ):
        posted = await client.post("/v1/offerings", json=an_offering(provider.id), headers=refused)
        assert (posted.status_code, posted.json()["code"]) == (403, code)
        patched = await client.patch(path, json={"name": "Mine"}, headers=refused | at(1))
        assert (patched.status_code, patched.json()["code"]) == (403, code)
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=people.account("tickets:read"))).status_code == 403


async def test_every_version_stays_to_be_read(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    provider, admin = await a_known_department(fetch), people.admin()
    form = {"schema": {"properties": {"model": {"type": "string"}}}, "expected": ["/model"]}
    made = await a_published_offering(client, admin, provider.id, form=form, steps=[{"key": "s", "texts": {"en": "S"}}])
    path = f"/v1/offerings/{made['id']}"
    for number, change in enumerate(({"form": None, "confidential": True}, {"name": "Another", "steps": []}), start=1):
        assert (await client.patch(path, json=change, headers=admin | at(number))).status_code == 200
    reader = people.one_of(uuid4())
    items = (await client.get(f"{path}/versions", headers=reader)).json()["items"]
    assert [(each["version"], each["form"] is None, each["confidential"], each["name"]) for each in items] == [
        (3, True, True, "Another"),
        (2, True, True, made["name"]),
        (1, False, False, made["name"]),
    ]
    first = (await client.get(f"{path}/versions/1", headers=reader)).json()
    assert first == items[-1]
    assert {name: first[name] for name in made if name != "created_at"} == {
        n: v for n, v in made.items() if n != "created_at"
    }
    page = (await client.get(f"{path}/versions", params={"limit": 2}, headers=reader)).json()
    rest = (await client.get(f"{path}/versions", params={"cursor": page["next"], "limit": 2}, headers=reader)).json()
    assert (page["items"] + rest["items"], rest["next"]) == (items, None)
    unknown = await client.get(f"{path}/versions/4", headers=reader)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_offering_version")


async def test_what_is_unknown_is_404(client: httpx.AsyncClient, people: People) -> None:
    nowhere = await client.post("/v1/offerings", json=an_offering(uuid4()), headers=people.admin())
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown_department")
    assert pointers(nowhere) == ["/provider_department_id"]
    path = f"/v1/offerings/{uuid4()}"
    for what in ("", "/versions", "/versions/1"):
        assert (await client.get(path + what, headers=people.admin())).status_code == 404
    assert (await client.patch(path, json={}, headers=people.admin() | at(1))).status_code == 404


async def test_of_parallel_changes_exactly_one_holds(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    made = await a_published_offering(committing, people.admin(), identity.add().id)
    path = f"/v1/offerings/{made['id']}"
    patches = [committing.patch(path, json={"name": f"{n}"}, headers=people.admin() | at(1)) for n in range(6)]
    answers = await asyncio.gather(*patches)
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]
