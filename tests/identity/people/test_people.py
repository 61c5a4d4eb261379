"""People over HTTP: shape, uniqueness, roles, the last administrator, being disabled."""

from uuid import uuid4

import httpx
import pytest

from tests.identity.organisation import PASSWORD, Organisation, first_pointer

PATH = "/v1/people"
ANA = {
    "email": "Ana.Ruiz@Example.ORG",
    "display_name": "Ana Ruiz",
    "relation": "contractor",
    "customer_type": "commercial",
    "locale": "es-MX",
}


async def test_a_person_is_answered_in_their_shape(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    department = await organisation.department()
    memberships = [{"department_id": str(department.id), "role": "agent"}]
    made = await client.post(PATH, json=ANA | {"memberships": memberships}, headers=headers)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body | ANA | {"email": "ana.ruiz@example.org", "memberships": memberships, "roles": []} == body
    read = await client.get(made.headers["location"], headers=headers)
    assert (read.json(), read.headers["etag"]) == (body, '"1"')
    assert await organisation.events(body["id"]) == [
        (
            "person.created",
            {
                "person_id": body["id"],
                "customer_type": "commercial",
                "relation": "contractor",
                "is_active": True,
                "memberships": memberships,
                "version": 1,
            },
        )
    ]


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"email": "no address"}, 422, "/email"),
        ({"email": " a@b.org"}, 422, "/email"),
        ({"email": "a@b@c.org"}, 422, "/email"),
        ({"relation": "friend"}, 422, "/relation"),
        ({"locale": "Spanish"}, 422, "/locale"),
        ({"roles": ["king"]}, 422, "/roles/0"),
        ({"is_active": False}, 422, "/is_active"),
        ({"memberships": [{"department_id": str(uuid4()), "role": "member"}]}, 404, "/memberships/0/department_id"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, organisation: Organisation, changes: dict[str, object], status: int, pointer: str
) -> None:
    refused = await client.post(PATH, json=ANA | changes, headers=await organisation.admin())
    assert (refused.status_code, first_pointer(refused)) == (status, pointer)


async def test_addresses_are_unique_in_any_case(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    taken, other = await organisation.person(email="one@example.org"), await organisation.person()
    for refused in (
        await client.post(PATH, json=ANA | {"email": "ONE@example.org"}, headers=headers),
        await client.patch(
            f"{PATH}/{other.id}", json={"email": "One@Example.org"}, headers=headers | {"If-Match": '"1"'}
        ),
    ):
        assert (refused.status_code, refused.json()["code"], first_pointer(refused)) == (409, "email_taken", "/email")
    found = (await client.get(PATH, params={"email": "One@EXAMPLE.org"}, headers=headers)).json()["items"]
    assert [person["id"] for person in found] == [str(taken.id)]


async def test_people_are_asked_for_by_id(client: httpx.AsyncClient, organisation: Organisation) -> None:
    department = await organisation.department()
    people = [await organisation.person() for _ in range(3)]
    headers = await organisation.one_of(department)
    wanted = [str(people[0].id), str(people[2].id), str(uuid4())]
    page = (await client.get(PATH, params={"id": wanted}, headers=headers)).json()
    assert [item["id"] for item in page["items"]] == [wanted[1], wanted[0]]
    too_many = await client.get(PATH, params={"id": [str(uuid4())] * 201}, headers=headers)
    assert too_many.status_code == 422
    by_email = (await client.get(PATH, params={"email": people[1].email.upper()}, headers=headers)).json()
    assert [item["id"] for item in by_email["items"]] == [str(people[1].id)]


async def test_only_administrators_make_and_change_people(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    person = await organisation.person()
    for role in ("member", "manager"):
        headers = await organisation.one_of(department, role)
        assert (await client.post(PATH, json=ANA, headers=headers)).status_code == 403
        changed = await client.patch(
            f"{PATH}/{person.id}", json={"roles": ["admin"]}, headers=headers | {"If-Match": '"1"'}
        )
        assert changed.status_code == 403
        assert (await client.get(f"{PATH}/{person.id}", headers=headers)).status_code == 200


async def test_a_program_never_gives_roles_nor_touches_administrators(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    program = await organisation.account_headers((await organisation.account("people:write"))[0])
    made = await client.post(PATH, json=ANA, headers=program)
    assert made.status_code == 201
    refused = await client.post(PATH, json=ANA | {"email": "x@y.org", "roles": ["admin"]}, headers=program)
    assert (refused.status_code, refused.json()["code"]) == (403, "roles_not_yours_to_give")
    program["If-Match"] = '"1"'
    raised = await client.patch(f"{PATH}/{made.json()['id']}", json={"roles": ["admin"]}, headers=program)
    assert raised.status_code == 403
    admin = await organisation.person(roles=["admin"])
    assert (await client.patch(f"{PATH}/{admin.id}", json={"email": "z@y.org"}, headers=program)).status_code == 403


async def test_the_last_administrator_stays(client: httpx.AsyncClient, organisation: Organisation) -> None:
    admin = await organisation.person(roles=["admin"])
    headers = await organisation.headers(admin)
    path = f"{PATH}/{admin.id}"
    for changes in ({"roles": ["auditor"]}, {"is_active": False}):
        refused = await client.patch(path, json=changes, headers=headers | {"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
        assert first_pointer(refused) == f"/{next(iter(changes))}"
    both = await client.patch(path, json={"roles": ["admin", "auditor"]}, headers=headers | {"If-Match": '"1"'})
    assert (both.status_code, both.json()["roles"]) == (200, ["admin", "auditor"])
    await organisation.person(roles=["admin"])
    gone = await client.patch(path, json={"is_active": False}, headers=headers | {"If-Match": '"2"'})
    assert (gone.status_code, gone.json()["is_active"]) == (200, False)


async def test_disabling_a_person_ends_their_sign_ins_for_good(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    admin = await organisation.admin()
    person = await organisation.person(password=PASSWORD)
    signed_in = await client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    form = {"grant_type": "refresh_token", "refresh_token": signed_in.json()["refresh_token"]}
    path = f"{PATH}/{person.id}"
    await client.patch(path, json={"is_active": False}, headers=admin | {"If-Match": '"1"'})
    assert (await client.post("/oauth2/token", data=form)).status_code == 400
    again = await client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (401, "wrong_credentials")
    me = await client.get("/v1/me", headers={"Authorization": f"Bearer {signed_in.json()['access_token']}"})
    assert me.status_code == 401
    await client.patch(path, json={"is_active": True}, headers=admin | {"If-Match": '"2"'})
    assert (await client.post("/oauth2/token", data=form)).status_code == 400
    assert [verb for verb, _ in await organisation.events(person.id)] == [
        "person.created",
        "person.changed",
        "person.changed",
    ]


async def test_of_a_batch_each_is_made_or_refused_alone(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    items = [ANA, ANA, ANA | {"email": "b@example.org"}]
    answer = await client.post(f"{PATH}/batch", json={"items": items}, headers=headers | {"Accept-Language": "es"})
    assert answer.status_code == 207, answer.text
    first, second, third = answer.json()["items"]
    assert [first["status"], second["status"], third["status"]] == [201, 409, 201]
    assert second["problem"]["errors"][0]["pointer"] == "/email"
    assert second["problem"]["instance"] == "#/items/1"
    assert second["problem"]["title"] == "Una regla se opone a esto"
    for made in (first, third):
        assert (await client.get(f"{PATH}/{made['person']['id']}", headers=headers)).status_code == 200
    wrong = await client.post(f"{PATH}/batch", json={"items": [ANA, {"email": 1}]}, headers=headers)
    assert (wrong.status_code, first_pointer(wrong)) == (422, "/items/1/email")
    too_many = await client.post(f"{PATH}/batch", json={"items": [ANA] * 501}, headers=headers)
    assert too_many.status_code == 422


async def test_batch_is_no_person(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    for method in ("GET", "PATCH", "DELETE"):
        answer = await client.request(method, f"{PATH}/batch", headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await client.get(f"{PATH}/somebody", headers=headers)).status_code == 404
