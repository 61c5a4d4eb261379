"""Deputies: who names them, for which days, and what their tokens then say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.departments.models import Department
from services.identity.deputies.queries import deputy_of
from services.identity.people.models import Person
from tests.identity.organisation import Organisation, first_pointer


def _date(days: int = 0) -> date:
    """That many days from today, in the zone of this file's departments, UTC, unless a test says another."""
    return datetime.now(UTC).date() + timedelta(days=days)


def _day(days: int) -> str:
    return _date(days).isoformat()


def _path(department: Department, deputy: str | UUID = "") -> str:
    return f"/v1/departments/{department.id}/deputies/{deputy}".rstrip("/")


@pytest.fixture
async def department(organisation: Organisation) -> Department:
    return await organisation.department(time_zone="UTC")


@pytest.fixture
async def person(organisation: Organisation) -> Person:
    return await organisation.person()


async def test_a_deputy_is_named_and_ended_and_stays_written(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, person: Person
) -> None:
    manager = await organisation.one_of(department, "manager")
    body = {"person_id": str(person.id), "from": _day(0), "to": _day(4)}
    made = await client.post(_path(department), json=body, headers=manager)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    assert made.headers["location"] == _path(department, made.json()["id"])
    shown = made.json()
    assert {name: shown[name] for name in body} == body
    assert (shown["department_id"], shown["ended_at"], shown["ended_by"]) == (str(department.id), None, None)
    assert (await client.get(made.headers["location"], headers=manager)).json() == shown

    one = _path(department, shown["id"])
    assert (await client.delete(one, headers=manager)).status_code == 428
    assert (await client.delete(one, headers=manager | {"If-Match": '"2"'})).status_code == 412
    assert (await client.delete(one, headers=manager | {"If-Match": '"1"'})).status_code == 204
    again = await client.delete(one, headers=manager | {"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "deputy_over")
    (kept,) = (await client.get(_path(department), headers=manager)).json()["items"]
    assert kept == shown | {"ended_at": kept["ended_at"], "ended_by": kept["ended_by"], "version": 2}
    assert kept["ended_at"] is not None
    assert kept["ended_by"] == shown["named_by"]
    renamed = await client.post(_path(department), json=body, headers=manager)
    assert renamed.status_code == 201, "the days of one that was ended are free again"


async def test_the_token_says_whose_deputy_somebody_is_today(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation, person: Person
) -> None:
    today, over, ended, coming = [await organisation.department(time_zone="UTC") for _ in range(4)]
    await organisation.deputy(today, person, first_day=_date(), last_day=_date())
    yesterday = _date(-1)
    await organisation.deputy(over, person, first_day=yesterday, last_day=yesterday)
    await organisation.deputy(ended, person, ended_at=datetime.now(UTC), ended_by=uuid4())
    await organisation.deputy(coming, person, first_day=_date(1))
    headers = await organisation.headers(person)
    claims = (await app.state.tokens.verify(headers["Authorization"].removeprefix("Bearer "))).all
    assert (claims["departments"], claims["deputy_of"]) == ({}, [str(today.id)])
    assert "agreements:write" in claims["scope"].split()
    me = (await client.get("/v1/me", headers=headers)).json()
    assert me["deputy_of"] == [str(today.id)]
    other = await organisation.headers(await organisation.person())
    claims = (await app.state.tokens.verify(other["Authorization"].removeprefix("Bearer "))).all
    assert "deputy_of" not in claims
    assert "agreements:write" not in claims["scope"].split()


async def test_a_sign_in_and_its_refresh_say_it_too(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation, department: Department
) -> None:
    person = await organisation.person(password="tall-otter-sings")
    tokens = (await client.post("/v1/sessions", json={"email": person.email, "password": "tall-otter-sings"})).json()
    assert "deputy_of" not in (await app.state.tokens.verify(tokens["access_token"])).all
    await organisation.deputy(department, person)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    renewed = (await client.post("/oauth2/token", data=form)).json()
    claims = (await app.state.tokens.verify(renewed["access_token"])).all
    assert claims["deputy_of"] == [str(department.id)]
    assert "agreements:write" in claims["scope"].split()


@pytest.mark.parametrize(
    ("zone", "instant", "is_deputy"),
    [
        ("Pacific/Kiritimati", "2026-03-01T09:59:59Z", False),  # 23:59:59 on the day before
        ("Pacific/Kiritimati", "2026-03-01T10:00:00Z", True),
        ("Pacific/Kiritimati", "2026-03-03T09:59:59Z", True),
        ("Pacific/Kiritimati", "2026-03-03T10:00:00Z", False),
        ("Pacific/Niue", "2026-03-02T10:59:59Z", False),
        ("Pacific/Niue", "2026-03-02T11:00:00Z", True),
        ("Pacific/Niue", "2026-03-04T10:59:59Z", True),
        ("Pacific/Niue", "2026-03-04T11:00:00Z", False),
    ],
)
async def test_days_are_the_departments_own(
    session: AsyncSession, organisation: Organisation, person: Person, zone: str, instant: str, is_deputy: bool
) -> None:
    department = await organisation.department(time_zone=zone)
    await organisation.deputy(department, person, first_day=date(2026, 3, 2), last_day=date(2026, 3, 3))
    found = await deputy_of(session, person.id, now=datetime.fromisoformat(instant))
    assert found == ({department.id} if is_deputy else set())


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"from": 3, "to": 2}, 409, "deputy_ends_before_it_begins", "/to"),
        ({"from": -1}, 409, "deputy_in_the_past", "/from"),
        ({"person_id": str(uuid4())}, 404, "person_unknown", "/person_id"),
        ({"from": "tomorrow"}, 422, "invalid_input", "/from"),
        ({"from": None}, 422, "invalid_input", "/from"),
        ({"ended_at": None}, 422, "invalid_input", "/ended_at"),
    ],
)
async def test_what_is_refused(
    client: httpx.AsyncClient,
    organisation: Organisation,
    department: Department,
    person: Person,
    changes: dict[str, Any],
    status: int,
    code: str,
    pointer: str,
) -> None:
    body = {"person_id": str(person.id), "from": _day(0)} | {
        name: _day(value) if isinstance(value, int) else value for name, value in changes.items()
    }
    answer = await client.post(_path(department), json=body, headers=await organisation.admin())
    assert (answer.status_code, answer.json()["code"], first_pointer(answer)) == (status, code, pointer), answer.text


async def test_whoever_is_no_longer_active_stands_in_for_nobody(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, person: Person
) -> None:
    admin = await organisation.admin()
    gone = await client.patch(f"/v1/people/{person.id}", json={"is_active": False}, headers=admin | {"If-Match": "*"})
    assert gone.status_code == 200
    body = {"person_id": str(person.id), "from": _day(0)}
    answer = await client.post(_path(department), json=body, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "person_inactive")


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(0, 9, 409), (0, 10, 409), (20, None, 409), (15, 16, 409), (0, None, 409), (0, 4, 201), (21, None, 201)],
)
async def test_days_of_one_person_do_not_overlap(
    client: httpx.AsyncClient,
    organisation: Organisation,
    department: Department,
    person: Person,
    first: int,
    last: int | None,
    status: int,
) -> None:
    days = {"first_day": _date(5), "last_day": _date(20)}
    await organisation.deputy(department, person, **days)
    other = await organisation.department(time_zone="UTC")
    body = {"person_id": str(person.id), "from": _day(first), "to": None if last is None else _day(last)}
    admin = await organisation.admin()
    answer = await client.post(_path(department), json=body, headers=admin)
    assert (answer.status_code, answer.json().get("code", "deputy_already")) == (status, "deputy_already"), answer.text
    assert (await client.post(_path(other), json=body, headers=admin)).status_code == 201
    colleague = await organisation.person()
    body["person_id"] = str(colleague.id)
    assert (await client.post(_path(department), json=body, headers=admin)).status_code == 201


async def test_a_manager_names_deputies_of_their_own_department_and_a_deputy_names_none(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, person: Person
) -> None:
    other = await organisation.department()
    body = {"person_id": str(person.id), "from": _day(2)}
    manager = await organisation.one_of(department, "manager")
    assert (await client.post(_path(other), json=body, headers=manager)).status_code == 403
    assert (await client.post(_path(department), json=body, headers=manager)).status_code == 201
    await organisation.deputy(department, person, first_day=_date(), last_day=_date())
    deputy = await organisation.headers(person)
    named = (await client.get(_path(department), headers=deputy)).json()["items"]
    assert len(named) == 2
    assert (await client.post(_path(department), json=body, headers=deputy)).status_code == 403
    # Neither does one who writes departments elsewhere, and finds no deputy of this one there.
    elsewhere = await organisation.one_of(other, "manager") | {"If-Match": "*"}
    assert (await client.delete(_path(department, named[0]["id"]), headers=elsewhere)).status_code == 403
    assert (await client.delete(_path(other, named[0]["id"]), headers=elsewhere)).status_code == 404


async def test_one_whose_days_are_over_cannot_be_ended(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, person: Person
) -> None:
    yesterday = _date(-1)
    deputy = await organisation.deputy(department, person, first_day=yesterday, last_day=yesterday)
    headers = await organisation.admin() | {"If-Match": "*"}
    answer = await client.delete(_path(department, deputy.id), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "deputy_over")


async def test_deputies_are_listed_in_pages(
    client: httpx.AsyncClient, organisation: Organisation, department: Department
) -> None:
    made = [await organisation.deputy(department, await organisation.person()) for _ in range(3)]
    headers = await organisation.admin()
    first = (await client.get(_path(department), params={"limit": 2}, headers=headers)).json()
    second = (await client.get(_path(department), params={"cursor": first["next"]}, headers=headers)).json()
    seen = [each["id"] for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([str(each.id) for each in made[::-1]], None)
    unknown = await client.get(f"/v1/departments/{uuid4()}/deputies", headers=headers)
    assert unknown.status_code == 404


async def test_more_than_fifty_are_looked_up(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation, person: Person
) -> None:
    for _ in range(51):
        await organisation.deputy(await organisation.department(), person)
    headers = await organisation.headers(person)
    token = headers["Authorization"].removeprefix("Bearer ")
    claims = (await app.state.tokens.verify(token)).all
    assert claims["departments_elided"] is True
    assert "deputy_of" not in claims
    assert len((await client.get("/v1/me", headers=headers)).json()["deputy_of"]) == 51
    assert len((await app.state.department_roles(person.id, token)).deputy_of) == 51
