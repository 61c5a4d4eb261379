"""A calendar's next version moves the due times of all who follow it: only who answers for all of them gives it."""

from uuid import UUID, uuid4

import httpx

from tests.requests.calendars.shapes import a_calendar, a_version
from tests.requests.people import IdentityDouble, People

Headers = dict[str, str]


async def _made_by(client: httpx.AsyncClient, headers: Headers) -> str:
    made = await client.post("/v1/calendars", json=a_calendar(), headers=headers)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def _changed_by(client: httpx.AsyncClient, calendar_id: str, headers: Headers) -> int:
    return (await client.post(f"/v1/calendars/{calendar_id}/versions", json=a_version(), headers=headers)).status_code


async def _assigned(client: httpx.AsyncClient, people: People, calendar_id: str, holder: UUID | str) -> None:
    headers = people.admin() | {"If-Match": "*"}
    path = f"/v1/calendars/assignments/{holder}"
    answer = await client.put(path, json={"calendar_id": calendar_id}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_who_made_a_calendar_changes_it_until_somebody_else_follows_it(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    own, other = identity.add(), identity.add()
    author, colleague = (people.one_of(own.id, "manager", uuid4()) for _ in range(2))
    stranger = people.one_of(other.id, "manager")
    calendar_id = await _made_by(client, author)
    assert [await _changed_by(client, calendar_id, each) for each in (author, colleague, stranger)] == [201, 403, 403]
    await _assigned(client, people, calendar_id, own.id)
    assert [await _changed_by(client, calendar_id, each) for each in (author, colleague, stranger)] == [201, 201, 403]
    await _assigned(client, people, calendar_id, other.id)
    assert [await _changed_by(client, calendar_id, each) for each in (author, colleague, stranger)] == [403, 403, 403]
    assert [await _changed_by(client, calendar_id, each) for each in (people.admin(), people.account())] == [201, 201]


async def test_the_organisations_calendar_is_no_managers_to_change(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    manager = people.one_of(identity.add().id, "manager", uuid4())
    calendar_id = await _made_by(client, manager)
    await _assigned(client, people, calendar_id, "organisation")
    assert await _changed_by(client, calendar_id, manager) == 403
