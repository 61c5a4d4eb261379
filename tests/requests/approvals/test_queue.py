"""What awaits its first approval is in nobody's queue of work: its provider has not got it yet."""

from typing import Any

from tests.requests.approvals.asking import BY_CUSTOMER, BY_PROVIDER, a_manager, answer, ask_approval, under_approval
from tests.requests.tickets.desk import Desk, Headers


async def _ids(desk: Desk, headers: Headers, path: str = "/v1/tickets/queue?whose=departments") -> list[str]:
    answered = await desk.client.get(path, headers=headers)
    assert answered.status_code == 200, answered.text
    return [item["id"] for item in answered.json()["items"]]


async def _assign(desk: Desk, ticket: dict[str, Any]) -> None:
    body = {"assignee_id": str(desk.agent_id)}
    path = f"/v1/tickets/{ticket['id']}/assignments"
    assert (await desk.client.post(path, json=body, headers=desk.agent)).status_code == 201


async def test_the_providers_queues_hold_it_from_when_it_is_submitted(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    ticket = await under_approval(desk, BY_CUSTOMER)
    await _assign(desk, ticket)
    assert await _ids(desk, desk.agent) == await _ids(desk, desk.agent, "/v1/tickets/queue") == []
    assert (
        await _ids(desk, desk.people.admin(), f"/v1/tickets/queue?whose=departments&department_id={desk.it.id}") == []
    )
    assert await _ids(desk, manager.headers, "/v1/tickets?awaits_my_approval=true") == [ticket["id"]]
    assert (await answer(desk, ticket, manager.headers)).status_code == 201
    assert await _ids(desk, desk.agent) == await _ids(desk, desk.agent, "/v1/tickets/queue") == [ticket["id"]]
    assert await _ids(desk, manager.headers, "/v1/tickets?awaits_my_approval=true") == []


async def test_what_its_provider_asks_approval_for_stays_its_work(desk: Desk) -> None:
    await a_manager(desk, desk.it)
    ticket = await desk.submit()
    assert (await ask_approval(desk, BY_PROVIDER)).status_code == 200
    asked = await desk.step(ticket, "awaiting_approval", reason="It costs more than we may spend")
    assert (asked.status_code, asked.json()["state"]) == (201, "awaiting_approval"), asked.text
    assert await _ids(desk, desk.agent) == [ticket["id"]]
