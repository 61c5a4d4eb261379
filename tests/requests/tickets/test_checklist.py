"""The standard steps of an offering on its tickets: checked off by who works on them, done before fulfilment."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.stories import hand_over

STEPS: list[dict[str, Any]] = [
    {"key": "order", "texts": {"en": "Order it", "es": "Pedirlo"}},
    {"key": "survey", "texts": {"en": "Look at the place"}, "optional": True},
    {"key": "install", "texts": {"en": "Install it"}},
]


async def with_steps(desk: Desk, steps: list[dict[str, Any]] = STEPS, **more: Any) -> None:
    path, headers = f"/v1/offerings/{desk.offering_id}", desk.people.admin() | {"If-Match": "*"}
    answer = await desk.client.patch(path, json={"steps": steps} | more, headers=headers)
    assert answer.status_code == 200, answer.text


async def note(
    desk: Desk, ticket: dict[str, Any], key: str, headers: Headers | None = None, **more: Any
) -> httpx.Response:
    path = f"/v1/tickets/{ticket['id']}/steps"
    return await desk.client.post(path, json={"key": key, **more}, headers=headers or desk.agent)


async def shown(desk: Desk, ticket: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(each["key"], each["done"]) for each in (await desk.get(ticket, "/steps"))["items"]]


async def test_a_ticket_keeps_the_steps_of_the_version_that_it_pinned(desk: Desk) -> None:
    before = await desk.submit()
    party = {"department_id": str(desk.it.id), "role": "manager"}
    whole = {"responsible": [party], "accountable": party}
    await with_steps(desk, responsibilities=[whole])
    ticket = await desk.submit()
    await with_steps(desk, [], responsibilities=[])
    assert await shown(desk, before) == []
    assert await shown(desk, ticket) == [("order", False), ("survey", False), ("install", False)]
    first = (await desk.get(ticket, "/steps"))["items"][0]
    assert first["texts"] == {"en": "Order it", "es": "Pedirlo"}
    assert first["responsibility"] | whole == first["responsibility"]


async def test_steps_are_checked_off_by_who_works_on_the_ticket(desk: Desk) -> None:
    await with_steps(desk)
    ticket = await desk.submit()
    done = await note(desk, ticket, "order")
    assert done.status_code == 201, done.text
    assert (done.json()["done"], done.json()["done_by"]) == (True, str(desk.agent_id))
    assert done.json()["done_at"] is not None
    for answer, status, code in (
        (await note(desk, ticket, "order"), 409, "step_stands_so"),
        (await note(desk, ticket, "paint"), 404, "unknown_step"),
        (await note(desk, ticket, "install", desk.requester), 403, "for_provider_only"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await note(desk, ticket, "order", done=False)).json()["done_by"] is None
    assert await shown(desk, ticket) == [("order", False), ("survey", False), ("install", False)]
    assert (await desk.get(ticket))["state"] == "submitted"  # a checklist is nobody's act


async def test_whoever_holds_a_hand_off_checks_off_too(desk: Desk) -> None:
    await with_steps(desk)
    ticket = await desk.submit()
    await hand_over(desk, ticket)
    network = desk.people.one_of(desk.network.id, "agent")
    assert (await note(desk, ticket, "install", network)).status_code == 201


async def test_steps_that_are_not_optional_come_before_fulfilment(desk: Desk) -> None:
    await with_steps(desk)
    ticket = await desk.submit()
    assert (await note(desk, ticket, "install")).status_code == 201
    refused = await desk.step(ticket, "fulfilled")
    assert (refused.status_code, refused.json()["code"]) == (409, "steps_undone")
    assert "order" in refused.json()["detail"]
    assert "install" not in refused.json()["detail"]
    assert (await desk.step(ticket, "in_progress")).status_code == 201
    assert (await note(desk, ticket, "order")).status_code == 201
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    assert (await desk.step(ticket, "closed", desk.requester)).status_code == 201
    assert (await note(desk, ticket, "survey")).json()["code"] == "ticket_has_ended"


async def test_of_two_who_check_off_at_once_one_did(desk: Desk) -> None:
    await with_steps(desk)
    ticket = await desk.submit()
    answers = await asyncio.gather(*(note(desk, ticket, "order") for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
