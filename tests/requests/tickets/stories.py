"""Acts on tickets for tests: seeded random ones through the API, and hand-offs."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.requests.tickets.desk import Desk

STATES = (
    "accepted",
    "in_progress",
    "waiting_on_customer",
    "waiting_on_third_party",
    "handed_off",
    "fulfilled",
    "fulfilled",
    "closed",
    "in_progress",
    "cancelled",
    "declined",
)


async def hand_over(desk: Desk, ticket: dict[str, Any], *, back: bool = False, wait: bool = True) -> UUID:
    """Another department (NET) takes over what it is offered, and gives it `back`; the link's id. `Refused`."""
    path = f"/v1/tickets/{ticket['id']}/hand-offs"
    offer = {"department_id": str(desk.network.id), "wait": wait}
    link = await _done(desk, path, offer, desk.agent)
    await _done(desk, f"{path}/{link}/acceptances", {}, desk.people.one_of(desk.network.id, "agent"))
    if back:
        await bring_back(desk, ticket, link)
    return link


async def bring_back(desk: Desk, ticket: dict[str, Any], link: UUID) -> None:
    """The link's department has done its part. `Refused`."""
    path = f"/v1/tickets/{ticket['id']}/hand-offs/{link}/returns"
    await _done(desk, path, {}, desk.people.one_of(desk.network.id, "agent"))


class Refused(Exception):
    """An act on a hand-off that a rule forbids."""


async def _done(desk: Desk, path: str, body: dict[str, Any], headers: dict[str, str]) -> UUID:
    answer = await desk.client.post(path, json=body, headers=headers)
    if answer.status_code == 409:
        raise Refused(answer.text)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def live_through(desk: Desk, seed: int, *, acts: int) -> int:
    """A few tickets and `acts` random acts on them, most of them refused or not; how many were done."""
    drawn = random.Random(seed)
    tickets = [await desk.submit(priority=drawn.choice(["normal", "urgent"])) for _ in range(2)]
    links: list[tuple[dict[str, Any], UUID]] = []
    done = 0
    for _ in range(acts):
        ticket = drawn.choice(tickets)
        match drawn.randrange(8):
            case 0:
                done += await _comment(desk, drawn, ticket)
            case 1:
                path, body = f"/v1/tickets/{ticket['id']}/assignments", {"assignee_id": str(desk.agent_id)}
                done += (await desk.client.post(path, json=body, headers=desk.agent)).is_success
            case 2:
                done += await _take_back(desk, drawn, ticket)
            case 3:
                try:
                    links.append((ticket, await hand_over(desk, ticket, wait=drawn.random() < 0.7)))
                    done += 1
                except Refused:
                    pass
            case 4 if links:
                try:
                    await bring_back(desk, *links.pop())
                    done += 1
                except Refused:
                    pass
            case _:
                done += await _step(desk, drawn, ticket)
    return done


async def _comment(desk: Desk, drawn: random.Random, ticket: dict[str, Any]) -> bool:
    body = {"body": "Words.", "answers": drawn.random() < 0.8, "visibility": drawn.choice(["public", "internal"])}
    headers = drawn.choice([desk.agent, desk.requester])
    return (await desk.client.post(f"/v1/tickets/{ticket['id']}/comments", json=body, headers=headers)).is_success


async def _take_back(desk: Desk, drawn: random.Random, ticket: dict[str, Any]) -> bool:
    events = (await desk.get(ticket, "/history", desk.agent))["items"]
    body = {"event_id": drawn.choice(events)["id"]}
    headers = drawn.choice([desk.agent, desk.requester])
    return (await desk.client.post(f"/v1/tickets/{ticket['id']}/corrections", json=body, headers=headers)).is_success


async def _step(desk: Desk, drawn: random.Random, ticket: dict[str, Any]) -> bool:
    more: dict[str, Any] = {"reason": "because", "comment": "Which?"}
    if drawn.random() < 0.3:
        ahead = datetime.now(UTC) + timedelta(seconds=drawn.randrange(-200, 200))
        more["occurred_at"] = ahead.isoformat()
    headers = drawn.choice([desk.agent, desk.agent, desk.requester, desk.people.admin()])
    return (await desk.step(ticket, drawn.choice(STATES), headers, **more)).is_success
