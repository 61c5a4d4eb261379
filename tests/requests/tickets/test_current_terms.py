"""A ticket is made of what is in memory, in one statement that holds only while that is current."""

import asyncio
from typing import Any

import pytest

from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk

KEYS = pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}], ids=["alone", "kept"])


async def change_offering(desk: Desk, version: int, **changes: Any) -> None:
    headers = desk.people.admin() | {"If-Match": f'"{version}"'}
    answer = await desk.client.patch(f"/v1/offerings/{desk.offering_id}", json=changes, headers=headers)
    assert answer.status_code == 200, answer.text


@KEYS
async def test_a_changed_offering_holds_for_the_very_next_ticket(desk: Desk, key: dict[str, str]) -> None:
    assert (await desk.submit())["offering_version"] == 1
    await change_offering(desk, 1, name="A better computer")
    assert (await desk.submit(desk.requester | key))["offering_version"] == 2


@KEYS
async def test_what_is_offered_again_is_not_refused_out_of_memory(desk: Desk, key: dict[str, str]) -> None:
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)}
    await desk.submit()
    await change_offering(desk, 1, is_offered=False)
    refused = await desk.client.post("/v1/tickets", json=body, headers=desk.requester)
    assert (refused.status_code, refused.json()["code"]) == (409, "offering_not_offered")
    await change_offering(desk, 2, is_offered=True)
    assert (await desk.submit(desk.requester | key))["offering_version"] == 3


async def test_a_superseded_promise_is_read_again_once(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.get(ticket)
    await change_offering(desk, 1, name="A better computer")
    async with statements(desk) as sent:
        await desk.submit()
    assert len(sent) > 2
    async with statements(desk) as sent:
        await desk.submit()
    assert len(sent) == 1


async def test_a_change_holds_at_once_while_others_submit(desk: Desk) -> None:
    await desk.submit()

    async def submit_on() -> None:
        for _ in range(10):
            await desk.submit()

    async def change_on() -> None:
        for version in range(1, 6):
            await change_offering(desk, version, name=f"A computer, edition {version}")
            assert (await desk.submit())["offering_version"] == version + 1

    await asyncio.gather(change_on(), *(submit_on() for _ in range(3)))
