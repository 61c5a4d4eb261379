"""Absences: who records them, for which days, who stands in, who may know, and what the others are told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from services.identity.absences.models import Absence
from services.identity.absences.queries import forget_past_absences
from services.identity.departments.models import Department
from services.identity.people.models import Person
from tests.identity.organisation import Organisation, first_pointer


def _date(days: int = 0) -> date:
    """That many days from today, in the zone of this file's departments, UTC, unless a test says another."""
    return datetime.now(UTC).date() + timedelta(days=days)


def _day(days: int) -> str:
    return _date(days).isoformat()


def _path(department: Department, absence: str | UUID = "") -> str:
    return f"/v1/departments/{department.id}/absences/{absence}".rstrip("/")


def _body(person: Person, first: int = 0, last: int = 4, deputy: Person | None = None) -> dict[str, Any]:
    return {
        "person_id": str(person.id),
        "from": _day(first),
        "to": _day(last),
        "deputy_id": str(deputy.id) if deputy else None,
    }


async def _of(organisation: Organisation, department: Department, role: str = "agent") -> Person:
    return await organisation.person(memberships=[{"department_id": department.id, "role": role}])


@pytest.fixture
async def department(organisation: Organisation) -> Department:
    return await organisation.department(time_zone="UTC")


@pytest.fixture
async def agent(organisation: Organisation, department: Department) -> Person:
    return await _of(organisation, department)


@pytest.fixture
async def colleague(organisation: Organisation, department: Department) -> Person:
    return await _of(organisation, department)


async def test_an_absence_is_recorded_and_ended_and_both_are_told(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person, colleague: Person
) -> None:
    own = await organisation.headers(agent)
    body = _body(agent, deputy=colleague)
    made = await client.post(_path(department), json=body, headers=own)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    shown = made.json()
    assert made.headers["location"] == _path(department, shown["id"])
    assert {name: shown[name] for name in body} == body
    assert (shown["recorded_by"], shown["ended_at"], shown["version"]) == (str(agent.id), None, 1)
    assert set(shown) == {*body, "id", "department_id", "recorded_at", "recorded_by", "ended_at", "ended_by", "version"}
    assert (await client.get(made.headers["location"], headers=own)).json() == shown

    one = _path(department, shown["id"])
    assert (await client.delete(one, headers=own)).status_code == 428
    assert (await client.delete(one, headers=own | {"If-Match": '"2"'})).status_code == 412
    assert (await client.delete(one, headers=own | {"If-Match": '"1"'})).status_code == 204
    again = await client.delete(one, headers=own | {"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "absence_over")
    assert (await client.post(_path(department), json=body, headers=own)).status_code == 201, "the days are free again"
    told = {
        "absence_id": shown["id"],
        "person_id": str(agent.id),
        "department_id": str(department.id),
        "first_day": body["from"],
        "last_day": body["to"],
        "deputy_id": str(colleague.id),
    }
    assert await organisation.events(shown["id"]) == [
        ("absence.recorded", told | {"is_ended": False, "version": 1}),
        ("absence.ended", told | {"is_ended": True, "version": 2}),
    ]


async def test_who_may_record_one_and_who_knows_of_it(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person, colleague: Person
) -> None:
    """Whoever gives out the work or does it there knows; the others of the department know of themselves alone."""
    member, elsewhere = await _of(organisation, department, "member"), await organisation.department()
    manager = await organisation.headers(await _of(organisation, department, "manager"))
    others_manager = await organisation.headers(await _of(organisation, elsewhere, "manager"))
    as_member, as_colleague = await organisation.headers(member), await organisation.headers(colleague)
    path = _path(department)
    for stranger in (as_member, as_colleague, others_manager):
        assert (await client.post(path, json=_body(agent), headers=stranger)).status_code == 403
    made = await client.post(path, json=_body(agent), headers=manager)
    assert made.status_code == 201
    own = (await client.post(path, json=_body(member), headers=as_member)).json()["id"]
    one = _path(department, made.json()["id"])
    for headers, status, listed in (
        (await organisation.headers(agent), 200, 2),
        (as_colleague, 200, 2),
        (manager, 200, 2),
        (await organisation.admin(), 200, 2),
        (as_member, 404, 1),
        (others_manager, 404, 0),
        (await organisation.headers(await organisation.person(roles=["auditor"])), 404, 0),
    ):
        assert (await client.get(one, headers=headers)).status_code == status
        items = (await client.get(path, headers=headers)).json()["items"]
        assert len(items) == listed
        of_agent = (await client.get(path, params={"person_id": str(agent.id)}, headers=headers)).json()["items"]
        assert len(of_agent) == (status == 200)
    any_version = {"If-Match": "*"}
    assert (await client.delete(one, headers=as_colleague | any_version)).status_code == 403
    assert (await client.delete(one, headers=as_member | any_version)).status_code == 404
    assert (await client.delete(_path(department, own), headers=as_member | any_version)).status_code == 204
    assert (await client.delete(one, headers=manager | any_version)).status_code == 204


async def test_a_program_records_what_another_system_knows(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person
) -> None:
    account, _ = await organisation.account("absences:write")
    headers = await organisation.account_headers(account)
    assert (await client.post(_path(department), json=_body(agent), headers=headers)).status_code == 201
    assert (await client.get(_path(department), headers=headers)).status_code == 403


async def test_no_reason_is_taken(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person
) -> None:
    body = _body(agent) | {"reason": "flu"}
    answer = await client.post(_path(department), json=body, headers=await organisation.headers(agent))
    assert (answer.status_code, first_pointer(answer)) == (422, "/reason")
    assert not {"reason", "comment", "kind"} & set(Absence.model_fields)


@pytest.mark.parametrize(
    ("first", "last", "code", "pointer"),
    [
        (3, 2, "absence_ends_before_it_begins", "/to"),
        (-1, 2, "absence_in_the_past", "/from"),
        (0, 732, "absence_too_far", "/to"),
        (60_000, 60_001, "absence_too_far", "/to"),
        (0, 731, None, ""),
        (0, 0, None, ""),
    ],
)
async def test_days_that_do_not_go(
    client: httpx.AsyncClient,
    organisation: Organisation,
    department: Department,
    agent: Person,
    first: int,
    last: int,
    code: str | None,
    pointer: str,
) -> None:
    answer = await client.post(_path(department), json=_body(agent, first, last), headers=await organisation.admin())
    if code is None:
        assert answer.status_code == 201, answer.text
    else:
        assert (answer.status_code, answer.json()["code"], first_pointer(answer)) == (409, code, pointer)


@pytest.mark.parametrize(
    ("first", "last", "status"), [(0, 5, 409), (8, 8, 409), (10, 20, 409), (0, 20, 409), (0, 4, 201), (11, 12, 201)]
)
async def test_absences_of_one_person_do_not_overlap(
    client: httpx.AsyncClient,
    organisation: Organisation,
    department: Department,
    agent: Person,
    colleague: Person,
    first: int,
    last: int,
    status: int,
) -> None:
    await organisation.absence(department, agent, first_day=_date(5), last_day=_date(10))
    await organisation.absence(department, agent, first_day=_date(0), last_day=_date(20), ended_at=datetime.now(UTC))
    admin = await organisation.admin()
    answer = await client.post(_path(department), json=_body(agent, first, last), headers=admin)
    assert (answer.status_code, answer.json().get("code", "absent_already")) == (status, "absent_already"), answer.text
    assert (await client.post(_path(department), json=_body(colleague, first, last), headers=admin)).status_code == 201


async def test_who_cannot_stand_in(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person
) -> None:
    admin = await organisation.admin()
    gone = await _of(organisation, department)
    path = f"/v1/people/{gone.id}"
    answer = await client.patch(path, json={"is_active": False}, headers=admin | {"If-Match": "*"})
    assert answer.status_code == 200
    cases = {
        str(agent.id): (409, "own_deputy"),
        str(uuid4()): (404, "person_unknown"),
        str(gone.id): (409, "person_inactive"),
        str((await _of(organisation, department, "member")).id): (409, "deputy_does_not_serve"),
        str((await _of(organisation, await organisation.department(), "manager")).id): (409, "deputy_does_not_serve"),
    }
    for deputy_id, expected in cases.items():
        body = _body(agent) | {"deputy_id": deputy_id}
        answer = await client.post(_path(department), json=body, headers=admin)
        assert (answer.status_code, answer.json()["code"]) == expected
        assert first_pointer(answer) == "/deputy_id"
    for absent in (gone, await organisation.person()):
        answer = await client.post(_path(department), json=_body(absent), headers=admin)
        code = "person_inactive" if absent is gone else "person_not_of_department"
        assert (answer.status_code, answer.json()["code"], first_pointer(answer)) == (409, code, "/person_id")


async def test_a_deputy_who_is_away_too_has_one_or_is_none(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person, colleague: Person
) -> None:
    admin, third = await organisation.admin(), await _of(organisation, department)
    await organisation.absence(department, colleague, first_day=_date(2), last_day=_date(3))
    path = _path(department)
    answer = await client.post(path, json=_body(agent, 0, 4, colleague), headers=admin)
    assert (answer.status_code, answer.json()["code"], first_pointer(answer)) == (409, "deputy_away", "/deputy_id")
    assert _day(2) in answer.json()["detail"]
    assert (await client.post(path, json=_body(agent, 0, 1, colleague), headers=admin)).status_code == 201
    await organisation.absence(department, colleague, first_day=_date(10), last_day=_date(11), deputy_id=third.id)
    chained = await client.post(path, json=_body(agent, 8, 12, colleague), headers=admin)
    assert chained.status_code == 201, "who is away has somebody for those days"
    # Who falls ill is away, whoever counted on them.
    assert (await client.post(path, json=_body(third, 9, 12), headers=admin)).status_code == 201


async def test_nobody_stands_in_a_circle(
    client: httpx.AsyncClient, organisation: Organisation, department: Department, agent: Person, colleague: Person
) -> None:
    """From day 5 to 9 the agent counts on the colleague, and the colleague on a third."""
    admin, third = await organisation.admin(), await _of(organisation, department)
    path = _path(department)
    assert (await client.post(path, json=_body(agent, 0, 9, colleague), headers=admin)).status_code == 201
    assert (await client.post(path, json=_body(colleague, 5, 9, third), headers=admin)).status_code == 201
    for deputy in (agent, colleague):
        answer = await client.post(path, json=_body(third, 8, 12, deputy), headers=admin)
        assert (answer.status_code, answer.json()["code"]) == (409, "deputy_circle"), answer.text
        assert (first_pointer(answer), _day(8) in answer.json()["detail"]) == ("/deputy_id", True)
    assert (await client.post(path, json=_body(third, 10, 12, agent), headers=admin)).status_code == 201


@pytest.mark.parametrize(("zone", "ahead"), [("Pacific/Kiritimati", True), ("Pacific/Niue", False)])
async def test_days_are_the_departments_own(
    client: httpx.AsyncClient, organisation: Organisation, zone: str, ahead: bool
) -> None:
    """Between these two zones it is never the same date everywhere: today there is the first day that may be asked."""
    department = await organisation.department(time_zone=zone)
    person = await _of(organisation, department)
    other = await _of(organisation, department)
    today = (datetime.now(UTC) + timedelta(hours=14 if ahead else -11)).date()
    admin = await organisation.admin()
    for who, first, status in ((person, today - timedelta(days=1), 409), (other, today, 201)):
        body = {"person_id": str(who.id), "from": first.isoformat(), "to": today.isoformat()}
        assert (await client.post(_path(department), json=body, headers=admin)).status_code == status


async def test_absences_are_listed_in_pages_and_by_day(
    client: httpx.AsyncClient, organisation: Organisation, department: Department
) -> None:
    made = [
        await organisation.absence(
            department, await _of(organisation, department), first_day=_date(place), last_day=_date(place + 1)
        )
        for place in range(3)
    ]
    headers = await organisation.admin()
    first = (await client.get(_path(department), params={"limit": 2}, headers=headers)).json()
    second = (await client.get(_path(department), params={"cursor": first["next"]}, headers=headers)).json()
    seen = [each["id"] for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([str(each.id) for each in made[::-1]], None)
    of_day = (await client.get(_path(department), params={"on": _day(1)}, headers=headers)).json()["items"]
    assert [each["id"] for each in of_day] == [str(each.id) for each in (made[1], made[0])]
    assert (await client.get(f"/v1/departments/{uuid4()}/absences", headers=headers)).status_code == 404


async def test_what_is_over_for_a_month_is_forgotten(
    app: FastAPI, session: AsyncSession, organisation: Organisation, department: Department, agent: Person
) -> None:
    kept = await organisation.absence(department, agent, first_day=_date(-40), last_day=_date(-30))
    await organisation.absence(department, agent, first_day=_date(-50), last_day=_date(-41))
    await forget_past_absences(session, datetime.now(UTC))
    assert (await session.scalars(select(Absence.id))).all() == [kept.id]
