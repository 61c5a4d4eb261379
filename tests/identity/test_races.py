"""Identity under true concurrency, on a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.embedded import Databases
from tests.identity.organisation import PASSWORD, Organisation, on_its_own

PATH = "/v1/departments"
World = tuple[Organisation, httpx.AsyncClient]


@pytest.fixture(scope="module")
async def world(databases: Databases) -> AsyncIterator[World]:
    async with on_its_own(databases) as made:
        yield made


@pytest.fixture
def organisation(world: World) -> Organisation:
    return world[0]


@pytest.fixture
def client(world: World) -> httpx.AsyncClient:
    return world[1]


async def test_one_code_is_taken_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post(PATH, json={"code": code, "name": "x"}) for code in ("it", "IT", "It", "iT"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_of_parallel_changes_of_one_version_one_wins(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    answers = await asyncio.gather(
        *(client.patch(f"{PATH}/{department.id}", json={"name": f"{n}"}, headers={"If-Match": '"1"'}) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_of_two_who_stand_in_for_each_other_one_is_refused(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    role = {"department_id": department.id, "role": "agent"}
    one, other = await organisation.person(memberships=[role]), await organisation.person(memberships=[role])
    bodies = [{"person_id": str(away.id), "deputy_id": str(deputy.id)} for away, deputy in ((one, other), (other, one))]
    day = datetime.now(UTC).date()
    days = {"from": (day + timedelta(days=2)).isoformat(), "to": (day + timedelta(days=9)).isoformat()}
    path = f"{PATH}/{department.id}/absences"
    answers = await asyncio.gather(*(client.post(path, json=body | days) for body in [*bodies, *bodies]))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_two_moves_never_close_a_circle(client: httpx.AsyncClient, organisation: Organisation) -> None:
    for _ in range(3):
        one, other = await organisation.department(), await organisation.department()
        answers = await asyncio.gather(
            *(
                client.patch(f"{PATH}/{mover.id}", json={"parent_id": str(to.id)}, headers={"If-Match": '"1"'})
                for mover, to in ((one, other), (other, one))
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_one_address_is_taken_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post("/v1/people", json={"email": f"{name}@x.org", "display_name": "A"}) for name in ("a", "A", "a"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_refresh_token_used_at_once_gives_one_successor(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person(password=PASSWORD)
    signed_in = await client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    form = {"grant_type": "refresh_token", "refresh_token": signed_in.json()["refresh_token"]}
    transport = httpx.ASGITransport(organisation.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as nobody:
        answers = await asyncio.gather(*(nobody.post("/oauth2/token", data=form) for _ in range(6)))
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_link_used_at_once_sets_one_password(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person = await organisation.person()
    link = (await client.post(f"/v1/people/{person.id}/password-links")).json()["link"]
    token = link.partition("token=")[2]
    answers = await asyncio.gather(
        *(client.post("/v1/sessions/passwords", json={"token": token, "password": f"{PASSWORD}-{n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_two_last_administrators_cannot_both_go(client: httpx.AsyncClient, organisation: Organisation) -> None:
    people = (await client.get("/v1/people", params={"limit": 200})).json()["items"]
    first = next(person for person in people if person["roles"] == ["admin"])
    second = await organisation.person(roles=["admin"])
    answers = await asyncio.gather(
        *(
            client.patch(f"/v1/people/{person_id}", json={"is_active": False}, headers={"If-Match": '"1"'})
            for person_id in (first["id"], second.id)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_of_parallel_deputyships_of_one_person_one_stands(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department, person = await organisation.department(), await organisation.person()
    body = {"person_id": str(person.id), "from": "2100-01-01"}
    path = f"{PATH}/{department.id}/deputies"
    answers = await asyncio.gather(*(client.post(path, json=body | {"to": f"2100-01-0{n}"}) for n in range(1, 6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
