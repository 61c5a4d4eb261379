"""Departments over HTTP: what is answered, what is refused and why."""

from uuid import uuid4

import httpx
import pytest

from tests.identity.organisation import Organisation, first_pointer

PATH = "/v1/departments"
IT = {"code": "IT", "name": "Information technology", "time_zone": "Europe/Madrid"}


async def test_a_department_is_answered_in_its_shape(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    made = await client.post(PATH, json=IT, headers=headers)
    assert made.status_code == 201
    body = made.json()
    assert body | IT == body
    assert (body["parent_id"], body["is_open"], body["version"]) == (None, True, 1)
    assert made.headers["location"] == f"{PATH}/{body['id']}"
    read = await client.get(made.headers["location"], headers=headers)
    assert (read.json(), read.headers["etag"]) == (body, '"1"')
    assert (await client.get(f"{PATH}/{body['id']}", headers=headers | {"If-None-Match": '"1"'})).status_code == 304


async def test_codes_are_unique_in_any_case(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    await organisation.department(code="Payroll")
    other = await organisation.department()
    twice = await client.post(PATH, json=IT | {"code": "PAYROLL"}, headers=headers)
    assert (twice.status_code, twice.json()["code"], first_pointer(twice)) == (409, "department_code_taken", "/code")
    renamed = await client.patch(f"{PATH}/{other.id}", json={"code": "payroll"}, headers=headers | {"If-Match": '"1"'})
    assert (renamed.status_code, first_pointer(renamed)) == (409, "/code")


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"time_zone": "Mars/Olympus"}, 409, "unknown_time_zone", "/time_zone"),
        ({"time_zone": "localtime"}, 409, "unknown_time_zone", "/time_zone"),
        ({"parent_id": str(uuid4())}, 404, "parent_unknown", "/parent_id"),
        ({"parent_id": 7}, 422, "invalid_input", "/parent_id"),
        ({"code": "no spaces"}, 422, "invalid_input", "/code"),
        ({"name": ""}, 422, "invalid_input", "/name"),
        ({"colour": "red"}, 422, "invalid_input", "/colour"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient,
    organisation: Organisation,
    changes: dict[str, object],
    status: int,
    code: str,
    pointer: str,
) -> None:
    refused = await client.post(PATH, json=IT | changes, headers=await organisation.admin())
    assert (refused.status_code, refused.json()["code"], first_pointer(refused)) == (status, code, pointer)
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_tree_has_no_circles(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    root = await organisation.department()
    middle = await organisation.department(parent_id=str(root.id))
    leaf = await organisation.department(parent_id=str(middle.id))
    for below in (root, middle, leaf):
        moved = await client.patch(
            f"{PATH}/{root.id}", json={"parent_id": str(below.id)}, headers=headers | {"If-Match": "*"}
        )
        assert (moved.status_code, moved.json()["code"]) == (409, "department_cycle")
    up = await client.patch(f"{PATH}/{leaf.id}", json={"parent_id": None}, headers=headers | {"If-Match": '"1"'})
    assert (up.status_code, up.json()["parent_id"], up.json()["version"]) == (200, None, 2)


async def test_the_tree_is_of_bounded_depth(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    line = [await organisation.department()]
    for _ in range(31):
        line.append(await organisation.department(parent_id=str(line[-1].id)))
    too_deep = await client.post(PATH, json=IT | {"parent_id": str(line[-1].id)}, headers=headers)
    assert (too_deep.status_code, too_deep.json()["code"]) == (409, "department_tree_too_deep")
    other = await organisation.department()
    moved = await client.patch(
        f"{PATH}/{line[0].id}", json={"parent_id": str(other.id)}, headers=headers | {"If-Match": '"1"'}
    )
    assert (moved.status_code, first_pointer(moved)) == (409, "/parent_id")


async def test_changes_say_which_version_they_are_of(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    department = await organisation.department()
    path = f"{PATH}/{department.id}"
    assert (await client.patch(path, json={"name": "B"}, headers=headers)).status_code == 428
    changed = await client.patch(path, json={"name": "B"}, headers=headers | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["name"]) == (200, '"2"', "B")
    assert (await client.patch(path, json={"name": "C"}, headers=headers | {"If-Match": '"1"'})).status_code == 412
    same = await client.patch(path, json={"name": "B"}, headers=headers | {"If-Match": '"2"'})
    assert (same.status_code, same.headers["etag"]) == (200, '"2"')
    null = await client.patch(path, json={"name": None}, headers=headers | {"If-Match": '"2"'})
    assert (null.status_code, first_pointer(null)) == (422, "/name")
    unknown = await client.patch(f"{PATH}/{uuid4()}", json={}, headers=headers | {"If-Match": '"1"'})
    assert unknown.status_code == 404


async def test_only_who_may_makes_departments(client: httpx.AsyncClient, organisation: Organisation) -> None:
    department = await organisation.department()
    expected = {
        "member": (await organisation.one_of(department), 403, "missing_scope"),
        "manager": (await organisation.one_of(department, "manager"), 403, "forbidden"),
        "program": (
            await organisation.account_headers((await organisation.account("departments:write"))[0]),
            201,
            None,
        ),
        "nobody": ({}, 401, "unauthenticated"),
    }
    for headers, status, code in expected.values():
        answer = await client.post(PATH, json=IT | {"code": uuid4().hex}, headers=headers)
        assert (answer.status_code, answer.json().get("code") if code else None) == (status, code)
    manager = expected["manager"][0] | {"If-Match": '"1"'}
    assert (await client.patch(f"{PATH}/{department.id}", json={"name": "x"}, headers=manager)).status_code == 403
    assert (await client.get(f"{PATH}/{department.id}", headers=expected["member"][0])).status_code == 200


async def test_departments_are_listed_newest_first_and_filtered(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    headers = await organisation.admin()
    root = await organisation.department(code="Root-1")
    made = [await organisation.department(parent_id=str(root.id)) for _ in range(5)]
    query: dict[str, str | int] = {"parent_id": str(root.id), "limit": 2}
    seen: list[str] = []
    for _ in range(3):
        page = (await client.get(PATH, params=query, headers=headers)).json()
        seen += [item["id"] for item in page["items"]]
        query["cursor"] = page["next"]
    assert (seen, page["next"]) == ([str(each.id) for each in made[::-1]], None)
    by_code = (await client.get(PATH, params={"code": "rOOT-1"}, headers=headers)).json()
    assert [item["id"] for item in by_code["items"]] == [str(root.id)]
    assert (await client.get(PATH, params={"cursor": "x"}, headers=headers)).status_code == 400
    typo = await client.get(PATH, params={"coed": "x"}, headers=headers)
    assert (typo.status_code, first_pointer(typo)) == (422, "?coed")


async def test_what_happens_to_a_department_is_published(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    made = (await client.post(PATH, json=IT, headers=headers)).json()
    path = f"{PATH}/{made['id']}"
    await client.patch(path, json={"time_zone": "America/Lima"}, headers=headers | {"If-Match": '"1"'})
    await client.patch(path, json={"time_zone": "America/Lima"}, headers=headers | {"If-Match": '"2"'})
    state = {"department_id": made["id"], "code": "IT", "parent_id": None, "is_open": True}
    assert await organisation.events(made["id"]) == [
        ("department.created", state | {"time_zone": "Europe/Madrid", "version": 1}),
        ("department.changed", state | {"time_zone": "America/Lima", "version": 2}),
    ]


async def test_a_repeated_key_makes_one_department(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin() | {"Idempotency-Key": "once"}
    first, second = [await client.post(PATH, json=IT, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.content, first.headers["location"]) == (second.content, second.headers["location"])
    assert len(await organisation.events(first.json()["id"])) == 1
