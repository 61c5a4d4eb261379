"""Who works by which calendar, and whence: own, the nearest ancestor's, the organisation's."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import httpx

from services.requests.calendars.rules import ROUND_THE_CLOCK
from services.requests.departments.queries import store_departments
from services.shared.idempotency import Fetch
from tests.requests.calendars.shapes import a_saved_calendar, pointers
from tests.requests.people import IdentityDouble, People, a_department

ORGANISATION = "/v1/calendars/assignments/organisation"


def path_of(department_id: UUID) -> str:
    return f"/v1/calendars/assignments/{department_id}"


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_fresh_organisation_works_round_the_clock(client: httpx.AsyncClient, people: People) -> None:
    answer = await client.get(ORGANISATION, headers=people.one_of(uuid4()))
    assert answer.json() == {
        "department_id": None,
        "calendar_id": str(ROUND_THE_CLOCK),
        "calendar_version_number": 1,
        "origin": "organisation",
        "origin_department_id": None,
        "version": 1,
    }
    assert answer.headers["etag"] == '"1"'
    calendar = (await client.get(f"/v1/calendars/{ROUND_THE_CLOCK}", headers=people.admin())).json()
    assert (calendar["name"], len(calendar["current_version"]["shifts"])) == ("Round the clock", 7)
    span = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-08T00:00:00Z"}
    asked = {"calendar_id": str(ROUND_THE_CLOCK), "between": span}
    measured = await client.post("/v1/calendars/compute", json=asked, headers=people.admin())
    assert measured.json()["working_seconds"] == 7 * 86400


async def test_nearest_assignment_holds(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    top = a_department()
    middle = a_department(parent_id=top.id)
    leaf = a_department(parent_id=middle.id)
    await store_departments(fetch, [leaf, middle, top])
    admin = people.admin()

    async def origin() -> tuple[str, str | None, str, str]:
        answer = await client.get(path_of(leaf.id), headers=admin)
        told = answer.json()
        return told["origin"], told["origin_department_id"], told["calendar_id"], answer.headers["etag"]

    assert await origin() == ("organisation", None, str(ROUND_THE_CLOCK), '"0"')
    tops, middles, leafs = [await a_saved_calendar(client, admin) for _ in range(3)]
    await client.put(path_of(top.id), json={"calendar_id": tops}, headers=admin | at(0))
    assert await origin() == ("ancestor", str(top.id), tops, '"0"')
    await client.put(path_of(middle.id), json={"calendar_id": middles}, headers=admin | at(0))
    assert await origin() == ("ancestor", str(middle.id), middles, '"0"')
    own = await client.put(path_of(leaf.id), json={"calendar_id": leafs}, headers=admin | at(0))
    assert (own.status_code, own.json()["origin"], own.headers["etag"]) == (200, "own", '"1"')
    assert await origin() == ("own", str(leaf.id), leafs, '"1"')
    back = await client.put(path_of(leaf.id), json={"calendar_id": None}, headers=admin | at(1))
    assert (back.status_code, back.json()["origin"]) == (200, "ancestor")
    assert await origin() == ("ancestor", str(middle.id), middles, '"2"')


async def test_change_needs_the_version_that_was_read(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    department = a_department()
    await store_departments(fetch, [department])
    calendar_id = await a_saved_calendar(client, people.admin())
    for path, stale in ((path_of(department.id), 1), (ORGANISATION, 0)):
        body = {"calendar_id": calendar_id}
        assert (await client.put(path, json=body, headers=people.admin())).status_code == 428
        refused = await client.put(path, json=body, headers=people.admin() | at(stale))
        assert (refused.status_code, pointers(refused)) == (412, ["#If-Match"])
        taken = await client.put(path, json=body, headers=people.admin() | at(1 - stale))
        assert taken.status_code == 200
        again = await client.put(path, json=body, headers=people.admin() | at(1 - stale))
        assert again.status_code == 412


async def test_who_may_choose(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    department = a_department()
    await store_departments(fetch, [department])
    body = {"calendar_id": await a_saved_calendar(client, people.admin())}
    path = path_of(department.id)
    for headers in (people.one_of(uuid4(), "manager"), people.headers(scope="calendars:write")):
        refused = await client.put(path, json=body, headers=headers | at(0))
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_assign_calendar")
    manager = people.one_of(department.id, "manager")
    assert (await client.put(path, json=body, headers=manager | at(0))).status_code == 200
    assert (await client.put(path, json=body, headers=people.account() | at(1))).status_code == 200
    for headers in (manager, people.account()):
        refused = await client.put(ORGANISATION, json=body, headers=headers | at(1))
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_assign_calendar")
    assert (await client.put(ORGANISATION, json=body, headers=people.admin() | at(1))).status_code == 200


async def test_what_is_unknown_or_needed_is_refused(client: httpx.AsyncClient, people: People) -> None:
    headers = people.admin() | at(1)
    unknown = await client.put(ORGANISATION, json={"calendar_id": str(uuid4())}, headers=headers)
    assert (unknown.status_code, pointers(unknown)) == (404, ["/calendar_id"])
    none = await client.put(ORGANISATION, json={"calendar_id": None}, headers=headers)
    assert (none.status_code, none.json()["code"], pointers(none)) == (
        409,
        "organisation_needs_calendar",
        ["/calendar_id"],
    )
    missing = await client.put(ORGANISATION, json={}, headers=headers)
    assert (missing.status_code, pointers(missing)) == (422, ["/calendar_id"])
    for method in ("GET", "PUT"):
        body = {"calendar_id": None} if method == "PUT" else None
        nobody = await client.request(method, path_of(uuid4()), json=body, headers=people.admin() | at(0))
        assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_department")
        no_id = await client.request(method, "/v1/calendars/assignments/company", json=body, headers=headers)
        assert no_id.status_code == 422


async def test_department_known_to_identity_alone_is_asked_for(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble, fetch: Fetch
) -> None:
    top = identity.add()
    leaf = identity.add(parent_id=top.id)
    calendar_id = await a_saved_calendar(client, people.admin())
    answer = await client.put(path_of(top.id), json={"calendar_id": calendar_id}, headers=people.admin() | at(0))
    assert answer.status_code == 200
    told = (await client.get(path_of(leaf.id), headers=people.admin())).json()
    assert (told["origin"], told["origin_department_id"]) == ("ancestor", str(top.id))
    assert identity.asked == [top.id, leaf.id]


async def test_of_parallel_choices_exactly_one_holds(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    department = identity.add()
    body = {"calendar_id": await a_saved_calendar(committing, people.admin())}
    for version in (0, 1):
        puts = [
            committing.put(path_of(department.id), json=body, headers=people.admin() | at(version)) for _ in range(6)
        ]
        answers = await asyncio.gather(*puts)
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


async def test_parallel_versions_are_numbered_one_after_the_other(
    committing: httpx.AsyncClient, people: People
) -> None:
    path = f"/v1/calendars/{ROUND_THE_CLOCK}/versions"
    body = {"time_zone": "UTC", "shifts": [{"weekday": "mon", "start": "00:00", "end": "24:00"}]}
    answers = await asyncio.gather(*(committing.post(path, json=body, headers=people.admin()) for _ in range(6)))
    made = sorted((answer.json()["number"], answer.json()["created_at"]) for answer in answers)
    assert [number for number, _ in made] == [2, 3, 4, 5, 6, 7]
    instants = [datetime.fromisoformat(at) for _, at in made]
    assert instants == sorted(instants)
