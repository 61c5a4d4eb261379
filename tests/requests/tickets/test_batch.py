"""Many acts at once: each item by itself, in order, by the rules of single requests, and once only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.requests.tickets.api import batch
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, Headers, opened_desk

PATH = "/v1/tickets/batch"
ACCEPT = {"transition": {"to": "accepted"}}
BEGIN = {"transition": {"to": "in_progress"}}


async def send(
    desk: Desk, items: list[dict[str, Any]], headers: Headers | None = None, key: str = ""
) -> httpx.Response:
    keyed = {"Idempotency-Key": key} if key else {}
    return await desk.client.post(PATH, json={"items": items}, headers=(headers or desk.agent) | keyed)


async def done(desk: Desk, items: list[dict[str, Any]], headers: Headers | None = None) -> list[dict[str, Any]]:
    answer = await send(desk, items, headers)
    assert answer.status_code == 207, answer.text
    told: list[dict[str, Any]] = answer.json()["items"]
    return told


async def test_a_bad_item_undoes_no_other(desk: Desk) -> None:
    first, second, third = [await desk.submit() for _ in range(3)]
    told = await done(
        desk,
        [
            {"ticket_id": first["id"], **ACCEPT},
            {"ticket_id": second["id"], "transition": {"to": "waiting_on_customer"}},
            {"ticket_id": str(uuid4()), **ACCEPT},
            {"ticket_id": third["id"], "assignment": {"assignee_id": str(desk.agent_id)}, **BEGIN},
        ],
    )
    assert [item["status"] for item in told] == [201, 409, 404, 201]
    assert [(await desk.get(ticket))["state"] for ticket in (first, second, third)] == [
        "accepted",
        "submitted",
        "in_progress",
    ]
    single = (await desk.step(second, "waiting_on_customer")).json()
    assert told[1]["problem"]["code"] == single["code"]
    assert told[1]["problem"]["errors"][0]["pointer"] == f"/transition{single['errors'][0]['pointer']}"
    assert told[1]["problem"]["instance"] == "#/items/1"
    assert [error["pointer"] for error in told[2]["problem"]["errors"]] == ["/ticket_id"]
    assert told[3]["ticket"] == {
        "id": third["id"],
        "key": third["key"],
        "state": "in_progress",
        "assignee_id": str(desk.agent_id),
        "priority": "normal",
        "version": 3,
        "absent_until": None,
        "deputy_id": None,
    }


async def test_the_acts_of_an_item_stand_or_fall_together(desk: Desk) -> None:
    ticket = await desk.submit()
    both = {"ticket_id": ticket["id"], "comment": {"body": "No longer sold"}, "transition": {"to": "closed"}}
    (told,) = await done(desk, [both])
    assert told["status"] == 409
    assert (await desk.get(ticket, "/comments"))["items"] == []
    (told,) = await done(desk, [both | {"transition": {"to": "in_progress"}}])
    assert (told["status"], told["ticket"]["state"]) == (201, "in_progress")
    names = [event["name"] for event in (await desk.get(ticket, "/history"))["items"] if event["kind"] == "fact"]
    assert names == ["submitted", "commented", "moved"]


async def test_items_follow_each_other_also_on_one_ticket(desk: Desk) -> None:
    ticket = await desk.submit()
    steps = ["accepted", "in_progress", "fulfilled", "accepted"]
    told = await done(desk, [{"ticket_id": ticket["id"], "transition": {"to": to}} for to in steps])
    assert [item["status"] for item in told] == [201, 201, 201, 409]
    assert [item["ticket"]["version"] for item in told[:3]] == [2, 3, 4]


async def test_each_item_asks_who_may(desk: Desk) -> None:
    ticket = await desk.submit()
    internal = {"ticket_id": ticket["id"], "comment": {"body": "x", "visibility": "internal"}}
    cases = [
        (desk.requester, {"ticket_id": ticket["id"], **ACCEPT}, 409),
        (desk.requester, internal, 403),
        (desk.people.one_of(desk.hr.id, "member"), internal, 404),
        (desk.people.headers(scope="tickets:read tickets:write", roles=["auditor"]), internal, 403),
        (desk.agent, internal, 201),
    ]
    for headers, item, expected in cases:
        (told,) = await done(desk, [item], headers)
        assert told["status"] == expected, told
    assert (await send(desk, [internal], desk.people.headers(scope="tickets:read"))).status_code == 403
    assert (await desk.client.post(PATH, json={"items": [internal]})).status_code == 401


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/items"),
        ([{"ticket_id": str(uuid4())}], "/items/0"),
        ([{"ticket_id": str(uuid4()), "transition": None}], "/items/0/transition"),
        ([{"ticket_id": str(uuid4()), "transition": {"to": "elsewhere"}}], "/items/0/transition/to"),
        ([{"ticket_id": str(uuid4()), **ACCEPT}] * 501, "/items"),
        ([{"ticket_id": str(uuid4()), "comment": {"body": "x", "side": "provider"}}], "/items/0/comment/side"),
    ],
)
async def test_what_the_schema_forbids_is_refused_whole(desk: Desk, items: list[dict[str, Any]], pointer: str) -> None:
    answer = await send(desk, items)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_repeat_is_done_once(desk: Desk) -> None:
    ticket = await desk.submit()
    items = [{"ticket_id": ticket["id"], "comment": {"body": "once"}}, {"ticket_id": str(uuid4()), **ACCEPT}]
    first = await send(desk, items, key="a batch")
    again = await send(desk, items, key="a batch")
    assert (first.status_code, again.status_code) == (207, 207)
    assert first.json() == again.json()
    assert len((await desk.get(ticket, "/comments"))["items"]) == 1
    other = await send(desk, items[:1], key="a batch")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_parallel_repeats_are_done_once(desk: Desk) -> None:
    tickets = [await desk.submit() for _ in range(5)]
    items = [{"ticket_id": ticket["id"], "comment": {"body": "once"}} for ticket in tickets]
    answers = await asyncio.gather(*(send(desk, items, key="parallel") for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {207, 409}
    assert sum(answer.status_code == 207 for answer in answers) >= 1
    for ticket in tickets:
        assert len((await desk.get(ticket, "/comments"))["items"]) == 1


@asynccontextmanager
async def held_by_another(url: str, ticket: dict[str, Any]) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Another connection of the same role that holds the ticket for the block."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", UUID(ticket["id"]))
            yield connection
    finally:
        await connection.close()


async def waiting_for_it(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """The process that waits for what this connection holds."""
    async with asyncio.timeout(5):
        while True:
            found = await connection.fetchval("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if found:
                return int(found)
            await asyncio.sleep(0.02)


async def comments_of(desk: Desk, tickets: list[dict[str, Any]]) -> list[int]:
    return [len((await desk.get(ticket, "/comments"))["items"]) for ticket in tickets]


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_repeat_does_what_was_left_undone(
    databases: Databases, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, is_cut: bool
) -> None:
    """Time is out after the second of three items, or the connection is lost in it: a repeat does only the rest."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        tickets = [await desk.submit() for _ in range(3)]
        items = [{"ticket_id": ticket["id"], "comment": {"body": "once"}} for ticket in tickets]
        async with held_by_another(urls.runtime, tickets[1]) as other:
            sending = asyncio.create_task(send(desk, items, key="cut"))
            waiting = await waiting_for_it(other)
            if is_cut:
                await other.execute("SELECT pg_terminate_backend($1)", waiting)
            else:
                monkeypatch.setattr(batch, "SECONDS", -1.0)
        answer = await sending
        assert answer.status_code == 207, answer.text
        first = answer.json()["items"]
        codes = [item["problem"]["code"] for item in first if "problem" in item]
        assert [item["status"] for item in first] == ([201, 503, 503] if is_cut else [201, 201, 503])
        assert codes == (["unavailable"] * 2 if is_cut else ["batch_out_of_time"])
        assert await comments_of(desk, tickets) == ([1, 0, 0] if is_cut else [1, 1, 0])
        monkeypatch.undo()
        other_body = await send(desk, list(reversed(items)), key="cut")
        assert (other_body.status_code, other_body.json()["code"]) == (409, "idempotency_key_reused")
        again = (await send(desk, items, key="cut")).json()["items"]
        assert [item["status"] for item in again] == [201, 201, 201]
        assert again[0] == first[0]
        assert await comments_of(desk, tickets) == [1, 1, 1]
        assert (await send(desk, items, key="cut")).json()["items"] == again


async def test_more_batches_than_places_wait_for_their_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PATIENCE", 0.05)
    ticket = await desk.submit()
    for _ in range(batch.AT_ONCE):
        await desk.app.state.batches.acquire()
    refused = await send(desk, [{"ticket_id": ticket["id"], **ACCEPT}])
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    desk.app.state.batches.release()
    assert (await send(desk, [{"ticket_id": ticket["id"], **ACCEPT}])).status_code == 207
