"""The whole way of one ticket: sign in, gateway, requests, outbox, JetStream, the count in feedback."""

from uuid import uuid4

import pytest

from tests.e2e.organisation import Organisation, a_person, found, interactions
from tests.e2e.running import Running, until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
async def organisation(running: Running) -> Organisation:
    return await found(running, ["IT", "PEOPLE"], {"laptop": "IT"})


async def test_a_ticket_is_submitted_found_and_counted(running: Running, organisation: Organisation) -> None:
    it, people = organisation.departments["IT"], organisation.departments["PEOPLE"]
    member = await a_person(running, organisation, "ana", PEOPLE="member")
    agent = await a_person(running, organisation, "ivo", IT="agent")
    stranger = await a_person(running, organisation, "eve", IT="member")
    async with running.client(member) as client:
        new = {"subject": "A laptop", "offering_id": organisation.offerings["laptop"], "customer_department_id": people}
        headers = {"Idempotency-Key": uuid4().hex}
        first, again = [await client.post("/v1/tickets", json=new, headers=headers) for _ in range(2)]
        assert first.status_code == 201, first.text
        assert (again.status_code, again.content) == (201, first.content)
        ticket = first.json()
        read = await client.get(first.headers["location"])
        assert (read.status_code, read.json()["key"]) == (200, ticket["key"])

    async def is_counted() -> bool:
        return await interactions(running, agent) == {(people, it): 1}

    await until(is_counted)
    assert await interactions(running, member) == {(people, it): 1}
    assert (await interactions(running, organisation.admin))[people, it] == 1  # among those of other tests
    assert await interactions(running, stranger) == {}


async def test_nobody_comes_in_without_a_token(running: Running) -> None:
    async with running.client() as nobody, running.client("x.y.z") as somebody:
        for client in (nobody, somebody):
            for path in ("/v1/me", "/v1/tickets", "/v1/interactions"):
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path
