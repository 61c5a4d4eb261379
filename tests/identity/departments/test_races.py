"""Departments under true concurrency, on a database of their own."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from services.identity.app import create_app, load_keys
from services.identity.settings import IdentitySettings
from tests.embedded import Databases
from tests.identity.organisation import Organisation

PATH = "/v1/departments"


@pytest.fixture
async def organisation(databases: Databases) -> AsyncIterator[Organisation]:
    urls = await databases.fresh("identity")
    app = create_app(IdentitySettings(database_url=urls.runtime, argon2_time=1, argon2_memory=8))
    await load_keys(app)
    yield Organisation(app)
    app.state.passwords.close()
    await app.state.engine.dispose()


@pytest.fixture
async def client(organisation: Organisation) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(organisation.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://identity", headers=await organisation.admin()
    ) as made:
        yield made


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


async def test_two_last_administrators_cannot_both_go(client: httpx.AsyncClient, organisation: Organisation) -> None:
    admins = (await client.get("/v1/people")).json()["items"]
    second = await organisation.person(roles=["admin"])
    answers = await asyncio.gather(
        *(
            client.patch(f"/v1/people/{person_id}", json={"is_active": False}, headers={"If-Match": '"1"'})
            for person_id in (admins[0]["id"], second.id)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_one_address_is_taken_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post("/v1/people", json={"email": f"{name}@x.org", "display_name": "A"}) for name in ("a", "A", "a"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
