"""A department's members: who may change them, and which version a change is of."""

from uuid import uuid4

import httpx

from tests.identity.organisation import Organisation


def _path(department: object, person: object = "") -> str:
    return f"/v1/departments/{department}/members/{person}".rstrip("/")


async def test_a_membership_is_made_changed_and_ended(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    department, person = await organisation.department(), await organisation.person()
    path = _path(department.id, person.id)
    assert (await client.get(path, headers=headers)).status_code == 404
    assert (await client.put(path, json={"role": "agent"}, headers=headers)).status_code == 428
    made = await client.put(path, json={"role": "agent"}, headers=headers | {"If-None-Match": "*"})
    assert (made.status_code, made.headers["etag"], made.json()["role"]) == (200, '"1"', "agent")
    again = await client.put(path, json={"role": "manager"}, headers=headers | {"If-None-Match": "*"})
    assert again.status_code == 412
    changed = await client.put(path, json={"role": "manager"}, headers=headers | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    same = await client.put(path, json={"role": "manager"}, headers=headers | {"If-Match": "*"})
    assert (same.status_code, same.headers["etag"]) == (200, '"2"')
    members = (await client.get(_path(department.id), headers=headers)).json()["items"]
    assert [(each["person_id"], each["role"], each["version"]) for each in members] == [(str(person.id), "manager", 2)]
    assert (await client.delete(path, headers=headers)).status_code == 428
    assert (await client.delete(path, headers=headers | {"If-Match": '"1"'})).status_code == 412
    assert (await client.delete(path, headers=headers | {"If-Match": '"2"'})).status_code == 204
    assert (await client.delete(path, headers=headers | {"If-Match": "*"})).status_code == 404
    assert [(verb, data["version"], data["memberships"]) for verb, data in await organisation.events(person.id)] == [
        ("person.created", 1, []),
        ("person.changed", 2, [{"department_id": str(department.id), "role": "agent"}]),
        ("person.changed", 3, [{"department_id": str(department.id), "role": "manager"}]),
        ("person.changed", 4, []),
    ]


async def test_a_manager_manages_their_own_department_and_no_other(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    own, child = await organisation.department(), await organisation.department()
    other, person = await organisation.department(), await organisation.person()
    manager = await organisation.one_of(own, "manager") | {"If-Match": "*"}
    for department, status in ((own, 200), (child, 403), (other, 403)):
        answer = await client.put(_path(department.id, person.id), json={"role": "member"}, headers=manager)
        assert answer.status_code == status, answer.text
    assert (await client.delete(_path(own.id, person.id), headers=manager)).status_code == 204
    for role in ("agent", "member"):
        headers = await organisation.one_of(own, role) | {"If-Match": "*"}
        assert (await client.put(_path(own.id, person.id), json={"role": "member"}, headers=headers)).status_code == 403


async def test_unknown_departments_and_people_are_not_found(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    headers = await organisation.admin() | {"If-Match": "*"}
    department, person = await organisation.department(), await organisation.person()
    for path in (_path(uuid4(), person.id), _path(department.id, uuid4())):
        assert (await client.put(path, json={"role": "member"}, headers=headers)).status_code == 404
    assert (await client.get(_path(uuid4()), headers=headers)).status_code == 404
    wrong = await client.put(_path(department.id, person.id), json={"role": "chief"}, headers=headers)
    assert wrong.status_code == 422


async def test_members_are_listed_in_pages(client: httpx.AsyncClient, organisation: Organisation) -> None:
    department = await organisation.department()
    membership = [{"department_id": department.id, "role": "member"}]
    people = [await organisation.person(memberships=membership) for _ in range(3)]
    headers = await organisation.admin()
    first = (await client.get(_path(department.id), params={"limit": 2}, headers=headers)).json()
    second = (await client.get(_path(department.id), params={"cursor": first["next"]}, headers=headers)).json()
    seen = [each["person_id"] for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([str(person.id) for person in people[::-1]], None)
