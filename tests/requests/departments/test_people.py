"""The copy of people: what events bring, in whatever order, and who is asked of identity once."""

import httpx
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.requests.departments.service import Identity
from services.requests.people.queries import find_people
from services.requests.people.service import PeopleUnavailable, UnknownPerson, require_people, take_in_person
from services.shared.idempotency import Fetch
from tests.requests.people import IdentityDouble, a_person


@pytest.fixture
async def ask(app: FastAPI) -> Identity:
    return Identity(app.state.identity, "a token")


async def test_highest_version_stays(fetch: Fetch) -> None:
    department = uuid7()
    first = a_person(departments={department: "agent"})
    second = a_person(id=first.id, is_active=False, customer_type="executive", version=2)
    for heard in (first, second, first, second):
        await take_in_person(fetch, heard)
    assert await find_people(fetch, [first.id, uuid7()]) == {first.id: second}


async def test_memberships_are_kept(fetch: Fetch) -> None:
    it, net = uuid7(), uuid7()
    known = a_person(departments={it: "agent", net: "member"})
    await take_in_person(fetch, known)
    assert (await find_people(fetch, [known.id]))[known.id] == known
    assert known.serves_any([it, net])
    assert not known.serves_any([net])
    assert not a_person(is_active=False, departments={it: "manager"}).serves_any([it])


async def test_unknown_person_is_asked_for_once(fetch: Fetch, ask: Identity, identity: IdentityDouble) -> None:
    one = identity.add_person(departments={uuid7(): "agent"})
    for _ in range(2):
        assert await require_people(fetch, ask, {one.id: "/assignee_id"}) == {one.id: one}
    assert identity.asked == [one.id]
    assert await require_people(fetch, ask, {}) == {}


async def test_nobody_of_that_id(fetch: Fetch, ask: Identity, identity: IdentityDouble) -> None:
    one = identity.add_person()
    with pytest.raises(UnknownPerson) as refused:
        await require_people(fetch, ask, {one.id: "/participants/0", uuid7(): "/participants/1"})
    assert refused.value.pointer == "/participants/1"
    assert await find_people(fetch, [one.id]) == {}


async def test_without_identity_the_answer_is_to_try_again(
    fetch: Fetch, ask: Identity, identity: IdentityDouble
) -> None:
    known = a_person()
    await take_in_person(fetch, known)
    identity.is_away = True
    assert await require_people(fetch, ask, {known.id: "/a"}) == {known.id: known}
    with pytest.raises(PeopleUnavailable):
        await require_people(fetch, ask, {uuid7(): "/a"})


async def test_answer_that_is_no_person_is_not_believed(fetch: Fetch) -> None:
    def nonsense(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": "?"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(nonsense), base_url="http://identity") as client:
        with pytest.raises(PeopleUnavailable):
            await require_people(fetch, Identity(client, "a token"), {uuid7(): "/a"})
