"""Posting to many at once: what makes one message, what becomes of those that were read, which events leave."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from services.requests.events import MessagePosted
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.shared.db import Connection
from services.shared.idempotency import Fetch

NOW = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
ME, YOU = UUID(int=1), UUID(int=2)


@pytest.fixture
async def connection(url: str) -> AsyncIterator[Connection]:
    made = await asyncpg.connect(url)
    yield made
    await made.close()


def a_breach(person_id: UUID = ME, number: int = 1) -> Post:
    return Post(person_id, MessageKind.CLOCK_BREACHED, f"/v1/tickets/{number}", {"percent": 100, "number": number})


async def messages(connection: Connection) -> list[dict[str, Any]]:
    rows = await connection.fetch("SELECT * FROM message ORDER BY person_id, kind, created_at")
    return [dict(row) for row in rows]


async def items(connection: Connection, message_id: UUID) -> list[tuple[int, str, str]]:
    sql = "SELECT position, kind, link FROM message_item WHERE message_id = $1 ORDER BY position"
    return [(row[0], row[1], row[2]) for row in await connection.fetch(sql, message_id)]


async def test_one_message_for_each_recipient_and_minute(connection: Connection) -> None:
    warning = Post(ME, MessageKind.CLOCK_WARNED, "/v1/tickets/1")
    posts = [a_breach(), warning, a_breach(YOU), a_breach(ME, 2), a_breach(ME, 3)]
    await post_messages(connection.fetch, posts, now=NOW)
    await post_messages(connection.fetch, [a_breach(ME, 4)], now=NOW + timedelta(seconds=29))
    await post_messages(connection.fetch, [a_breach(ME, 5)], now=NOW + timedelta(seconds=30))
    told = await messages(connection)
    assert [(row["person_id"], row["kind"], row["item_count"], row["link"]) for row in told] == [
        (ME, "clock_breached", 1, "/v1/tickets/5"),
        (ME, "digest", 5, "/v1/tickets/1"),
        (YOU, "clock_breached", 1, "/v1/tickets/1"),
    ]
    assert await items(connection, told[1]["id"]) == [
        (1, "clock_breached", "/v1/tickets/1"),
        (2, "clock_warned", "/v1/tickets/1"),
        *((n + 1, "clock_breached", f"/v1/tickets/{n}") for n in (2, 3, 4)),
    ]


async def test_a_message_to_which_another_kind_is_added_is_a_digest(connection: Connection) -> None:
    warning = Post(ME, MessageKind.CLOCK_WARNED, "/v1/tickets/1")
    kinds = []
    for post in (warning, warning, a_breach(), warning):
        await post_messages(connection.fetch, [post], now=NOW)
        ((kind,),) = await connection.fetch("SELECT kind FROM message")
        kinds.append(kind)
    assert kinds == ["clock_warned", "clock_warned", "digest", "digest"]
    assert await connection.fetchval("SELECT count(*) FROM outbox") == 1


async def test_an_event_leaves_for_each_new_message_and_none_for_one_that_grows(connection: Connection) -> None:
    await post_messages(connection.fetch, [a_breach(), a_breach(YOU)], now=NOW)
    await post_messages(connection.fetch, [a_breach(ME, 2)], now=NOW)
    bodies = [orjson.loads(row[0]) for row in await connection.fetch("SELECT body::text FROM outbox ORDER BY position")]
    told = [MessagePosted.model_validate(body["data"]) for body in bodies]
    known = {row["id"]: row["person_id"] for row in await messages(connection)}
    assert {event.message_id: event.person_id for event in told} == known
    assert {body["type"] for body in bodies} == {MessagePosted.subject}


async def test_a_message_that_grows_is_unread_again(connection: Connection) -> None:
    await post_messages(connection.fetch, [a_breach()], now=NOW)
    await connection.execute("UPDATE message SET read_at = now()")
    await post_messages(connection.fetch, [a_breach(ME, 2)], now=NOW)
    (message,) = await messages(connection)
    assert (message["read_at"], message["version"], message["created_at"]) == (None, 2, NOW)


async def test_each_survey_is_a_message_of_its_own(connection: Connection) -> None:
    surveys = [Post(ME, MessageKind.SURVEY, f"/v1/invitations/{number}") for number in (1, 2, 1)]
    await post_messages(connection.fetch, surveys, now=NOW)
    told = await messages(connection)
    assert sorted((row["link"], row["item_count"]) for row in told) == [
        ("/v1/invitations/1", 2),
        ("/v1/invitations/2", 1),
    ]


async def test_it_belongs_to_the_transaction_of_whoever_posts(fetch: Fetch) -> None:
    person = uuid4()
    await post_messages(fetch, [a_breach(person)], now=NOW)
    assert await fetch("SELECT item_count FROM message WHERE person_id = $1", person) == [(1,)]
    await post_messages(fetch, [], now=NOW)


async def test_two_who_post_to_the_same_people_in_opposite_orders_wait_in_no_circle(url: str) -> None:
    async def post(order: list[UUID]) -> None:
        connection = await asyncpg.connect(url)
        for number in range(20):
            async with connection.transaction():
                await post_messages(connection.fetch, [a_breach(each, number) for each in order], now=NOW)
        await connection.close()

    crowd = [UUID(int=number) for number in range(50)]
    await asyncio.gather(post(crowd), post(crowd[::-1]))
    connection = await asyncpg.connect(url)
    assert {(row["item_count"], row["version"]) for row in await messages(connection)} == {(40, 40)}
    assert await connection.fetchval("SELECT count(DISTINCT (message_id, position)) FROM message_item") == 2_000
    await connection.close()
