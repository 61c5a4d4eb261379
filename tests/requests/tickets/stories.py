"""Acts on tickets for tests: seeded random ones through the API, and hand-offs, which have no route yet."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.departments.service import take_in_department
from services.requests.tickets.service.hand_off import give_back, take_over
from services.requests.timeline.refusals import TimelineRefused
from services.shared.auth import Actor
from services.shared.db import hot_transaction
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


async def hand_over(
    desk: Desk, ticket: dict[str, Any], *, to: str | None = None, back: bool = False, wait: bool = True
) -> UUID:
    """Another department (NET) takes the ticket over, and gives it `back`; the link's id."""
    actor = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, desk.network)
        now = datetime.now(UTC)
        link = await take_over(
            connection, desk.app.state.terms, actor, UUID(ticket["id"]), to or desk.network.code, wait=wait, now=now
        )
    if back:
        await bring_back(desk, ticket, link)
    return link


async def bring_back(desk: Desk, ticket: dict[str, Any], link: UUID) -> None:
    """The link's department has done its part."""
    actor = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
    async with hot_transaction(desk.app.state.engine) as connection:
        await give_back(connection, desk.app.state.terms, actor, UUID(ticket["id"]), link, now=datetime.now(UTC))


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
                except TimelineRefused:
                    pass
            case 4 if links:
                try:
                    await bring_back(desk, *links.pop())
                    done += 1
                except TimelineRefused:
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
