"""The copy of departments: what events bring, in whatever order, and what is asked of identity once."""

import httpx
import pytest
from fastapi import FastAPI

from services.requests.departments.queries import (
    codes_of_departments,
    departments_by_code,
    find_departments,
    line_of,
    store_departments,
)
from services.requests.departments.service import (
    DepartmentsUnavailable,
    Identity,
    UnknownDepartment,
    identity_client,
    require_department,
    require_departments,
    take_in_department,
)
from services.shared.idempotency import Fetch
from tests.requests.people import IdentityDouble, a_department


@pytest.fixture
async def ask(app: FastAPI) -> Identity:
    return Identity(app.state.identity, "a token")


async def test_highest_version_stays(fetch: Fetch) -> None:
    first = a_department()
    second = a_department(id=first.id, code="NEW", parent_id=a_department().id, is_open=False, version=2)
    for heard in (first, second, first, second):
        await take_in_department(fetch, heard)
    assert await find_departments(fetch, [first.id, a_department().id]) == {first.id: second}
    assert await codes_of_departments(fetch) == {first.id: "NEW"}
    assert await departments_by_code(fetch, ["NEW", first.code]) == {"NEW": second}


async def test_line_goes_up_to_the_root_and_never_round(fetch: Fetch) -> None:
    top = a_department()
    middle = a_department(parent_id=top.id)
    leaf = a_department(parent_id=middle.id)
    await store_departments(fetch, [leaf, top, middle])
    assert await line_of(fetch, leaf.id) == [leaf, middle, top]
    assert await line_of(fetch, a_department().id) == []
    round_about = a_department(id=top.id, parent_id=leaf.id, version=2)
    await take_in_department(fetch, round_about)
    assert {each.id for each in await line_of(fetch, leaf.id)} == {top.id, middle.id, leaf.id}


async def test_unknown_department_is_asked_for_once_with_its_ancestors(
    fetch: Fetch, ask: Identity, identity: IdentityDouble
) -> None:
    known = a_department()
    await store_departments(fetch, [known])
    parent = identity.add(parent_id=known.id)
    leaf = identity.add(parent_id=parent.id)
    assert await require_department(fetch, ask, leaf.id) == leaf
    assert await require_department(fetch, ask, leaf.id) == leaf
    assert identity.asked == [leaf.id, parent.id]
    assert await line_of(fetch, leaf.id) == [leaf, parent, known]


async def test_circle_at_identity_ends(fetch: Fetch, ask: Identity, identity: IdentityDouble) -> None:
    one, other = a_department(), a_department()
    identity.add(id=one.id, parent_id=other.id)
    identity.add(id=other.id, parent_id=one.id)
    assert (await require_department(fetch, ask, one.id)).id == one.id
    assert identity.asked == [one.id, other.id]


async def test_several_are_learned_together_or_not_at_all(
    fetch: Fetch, ask: Identity, identity: IdentityDouble
) -> None:
    top = identity.add()
    one, other, missing = identity.add(parent_id=top.id), identity.add(parent_id=top.id), a_department()
    with pytest.raises(UnknownDepartment) as refused:
        await require_departments(fetch, ask, {one.id: "/one", missing.id: "/missing"})
    assert refused.value.pointer == "/missing"
    assert await find_departments(fetch, [one.id, top.id]) == {}
    found = await require_departments(fetch, ask, {one.id: "/one", other.id: "/other"})
    assert (found[one.id], found[other.id]) == (one, other)
    assert identity.asked == [one.id, top.id, missing.id, one.id, top.id, other.id]
    assert len(await find_departments(fetch, [one.id, other.id, top.id])) == 3


async def test_nobody_knows_it(fetch: Fetch, ask: Identity) -> None:
    with pytest.raises(UnknownDepartment) as refused:
        await require_department(fetch, ask, a_department().id, pointer="/customer_department_id")
    assert refused.value.pointer == "/customer_department_id"


async def test_without_identity_the_answer_is_to_try_again(
    fetch: Fetch, ask: Identity, identity: IdentityDouble
) -> None:
    known = a_department()
    await store_departments(fetch, [known])
    identity.is_away = True
    assert await require_department(fetch, ask, known.id) == known
    with pytest.raises(DepartmentsUnavailable) as refused:
        await require_department(fetch, ask, a_department().id)
    assert refused.value.headers == {"Retry-After": "1"}
    async with identity_client("http://127.0.0.1:9", 0.3) as nobody_listens:
        with pytest.raises(DepartmentsUnavailable):
            await require_department(fetch, Identity(nobody_listens, "a token"), a_department().id)


async def test_answer_that_is_no_department_is_not_believed(fetch: Fetch) -> None:
    def nonsense(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": "?"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(nonsense), base_url="http://identity") as client:
        with pytest.raises(DepartmentsUnavailable):
            await require_department(fetch, Identity(client, "a token"), a_department().id)
