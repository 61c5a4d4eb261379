"""Everybody reads their own messages, a page at a time, and says which they have read."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import LISTED, post_messages
from services.shared.idempotency import Fetch
from tests.requests.people import People

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Told = Callable[..., Awaitable[None]]


@pytest.fixture
def me() -> UUID:
    return uuid4()


@pytest.fixture
def mine(people: People, me: UUID) -> dict[str, str]:
    return people.one_of(uuid4(), "member", me)


@pytest.fixture
async def told(fetch: Fetch, me: UUID) -> Told:
    """Tells me of breaches: so many a minute, in that minute."""

    async def tell(minute: int = 0, count: int = 1, person_id: UUID = me) -> None:
        posts = [Post(person_id, MessageKind.CLOCK_BREACHED, f"/v1/tickets/{n}", {"n": n}) for n in range(count)]
        await post_messages(fetch, posts, now=NOW + timedelta(minutes=minute))

    return tell


async def listed(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/messages", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_my_own_newest_first_page_by_page(client: httpx.AsyncClient, mine: dict[str, str], told: Told) -> None:
    for minute in range(5):
        await told(minute)
    await told(9, person_id=uuid4())
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await listed(client, mine, limit=2, **cursor)
        seen += [message["created_at"] for message in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [f"2026-03-02T09:0{minute}:00Z" for minute in (4, 3, 2, 1, 0)]


async def test_a_message_with_its_newest_items_and_pages_of_all(
    client: httpx.AsyncClient, mine: dict[str, str], told: Told
) -> None:
    await told(count=LISTED + 5)
    (message,) = (await listed(client, mine))["items"]
    assert (message["kind"], message["link"], message["read_at"]) == ("clock_breached", "/v1/tickets/0", None)
    assert (message["item_count"], len(message["items"]), message["items"][0]["about"]) == (25, LISTED, {"n": 24})
    path = f"/v1/messages/{message['id']}/items"
    first = (await client.get(path, params={"limit": 20}, headers=mine)).json()
    rest = (await client.get(path, params={"limit": 20, "cursor": first["next"]}, headers=mine)).json()
    assert [item["about"]["n"] for item in first["items"] + rest["items"]] == list(range(24, -1, -1))
    assert rest["next"] is None


async def test_read_and_unread(client: httpx.AsyncClient, mine: dict[str, str], told: Told) -> None:
    await told(0)
    await told(1)
    newest, oldest = (await listed(client, mine))["items"]
    path = f"/v1/messages/{newest['id']}"
    assert (await client.patch(path, json={"is_read": True}, headers=mine)).status_code == 428
    read = await client.patch(path, json={"is_read": True}, headers=mine | {"If-Match": f'"{newest["version"]}"'})
    assert (read.status_code, read.json()["read_at"] is None, read.headers["etag"]) == (200, False, '"2"')
    assert (await client.get(path, headers=mine | {"If-None-Match": '"2"'})).status_code == 304
    assert [m["id"] for m in (await listed(client, mine, is_read=True))["items"]] == [newest["id"]]
    assert [m["id"] for m in (await listed(client, mine, is_read=False))["items"]] == [oldest["id"]]
    again = await client.patch(path, json={"is_read": True}, headers=mine | {"If-Match": "*"})
    assert (again.json()["read_at"], again.json()["version"]) == (read.json()["read_at"], 2)
    unread = await client.patch(path, json={"is_read": False}, headers=mine | {"If-Match": '"2"'})
    assert (unread.json()["read_at"], unread.json()["version"]) == (None, 3)


async def test_what_was_added_since_it_was_read_stays_unread(
    client: httpx.AsyncClient, mine: dict[str, str], told: Told
) -> None:
    await told(0)
    (message,) = (await listed(client, mine))["items"]
    await told(0)
    path, seen = f"/v1/messages/{message['id']}", {"If-Match": f'"{message["version"]}"'}
    answer = await client.patch(path, json={"is_read": True}, headers=mine | seen)
    assert (answer.status_code, (await listed(client, mine))["items"][0]["read_at"]) == (412, None)


async def test_nobody_reads_anybody_elses(
    client: httpx.AsyncClient, people: People, mine: dict[str, str], told: Told
) -> None:
    await told(0)
    (message,) = (await listed(client, mine))["items"]
    for others in (people.admin(), people.one_of(uuid4(), "manager")):
        assert (await listed(client, others))["items"] == []
        for path in (f"/v1/messages/{message['id']}", f"/v1/messages/{message['id']}/items"):
            answer = await client.get(path, headers=others)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_message")
        changed = await client.patch(
            f"/v1/messages/{message['id']}", json={"is_read": True}, headers=others | {"If-Match": "*"}
        )
        assert changed.status_code == 404
