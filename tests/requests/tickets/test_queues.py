"""Queues of work: whose, in which order, page by page, and who sees what in them."""

import importlib
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.requests.tickets.queries.queue import QueueWanted, page_of_queue, position_of
from services.requests.tickets.service.verify import verify_tickets
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, Headers, opened_desk
from tests.requests.tickets.stories import bring_back, hand_over
from tests.requests.tickets.test_growth import MOST_READ, Explaining

PATH = "/v1/tickets/queue"
MIGRATION = "services.requests.migrations.versions.0017_queues"


async def queue(desk: Desk, query: str = "", headers: Headers | None = None) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"{PATH}?{query}", headers=headers or desk.agent)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def ids(desk: Desk, query: str = "", headers: Headers | None = None) -> list[str]:
    return [ticket["id"] for ticket in await queue(desk, query, headers)]


async def assign(desk: Desk, ticket: dict[str, Any], assignee_id: UUID) -> None:
    path = f"/v1/tickets/{ticket['id']}/assignments"
    answer = await desk.client.post(path, json={"assignee_id": str(assignee_id)}, headers=desk.agent)
    assert answer.status_code == 201, answer.text


async def test_what_is_due_first_comes_first(desk: Desk) -> None:
    normal = await desk.submit()
    urgent = await desk.submit(priority="urgent")
    for ticket in (normal, urgent):
        assert (await desk.step(ticket, "in_progress")).status_code == 201
    waiting = await desk.submit()
    step = await desk.step(waiting, "waiting_on_customer", comment="Which one?")
    assert step.status_code == 201, step.text
    found = await queue(desk, "whose=departments")
    assert [ticket["id"] for ticket in found] == [urgent["id"], normal["id"], waiting["id"]]
    clocks = (await desk.get(urgent, "/clocks"))["items"]
    running = {clock["clock"]: clock["due_at"] for clock in clocks if clock["state"] == "running"}
    first = min(running, key=lambda clock: str(running[clock]))
    assert (found[0]["next_due_clock"], found[0]["next_due_at"]) == (first, running[first])
    assert (found[2]["next_due_clock"], found[2]["next_due_at"]) == (None, None), "paused"


async def test_of_equal_deadlines_the_more_urgent_comes_first(desk: Desk) -> None:
    """Nothing is due of what waits: then by priority, then by age."""
    tickets = {}
    for priority in ("low", "high", "normal", "urgent"):
        tickets[priority] = await desk.submit(priority=priority)
        step = await desk.step(tickets[priority], "waiting_on_customer", comment="Which one?")
        assert step.status_code == 201, step.text
    found = [ticket["priority"] for ticket in await queue(desk, "whose=departments")]
    assert found == ["urgent", "high", "normal", "low"]


async def test_pages_follow_each_other_through_deadlines_and_none(desk: Desk) -> None:
    for number in range(3):
        await desk.submit(priority=("normal", "urgent")[number % 2])
        waiting = await desk.submit()
        assert (await desk.step(waiting, "waiting_on_customer", comment="?")).status_code == 201
    whole = await ids(desk, "whose=departments")
    assert len(whole) == 6
    seen: list[str] = []
    cursor = ""
    while True:
        answer = (await desk.client.get(f"{PATH}?whose=departments&limit=2{cursor}", headers=desk.agent)).json()
        seen += [ticket["id"] for ticket in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert seen == whole
    foreign = await desk.client.get(f"{PATH}?whose=mine{cursor}", headers=desk.agent)
    assert (foreign.status_code, foreign.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("ending", ["fulfilled", "declined"])
async def test_what_is_done_leaves_the_queue_and_comes_back_when_reopened(desk: Desk, ending: str) -> None:
    ticket = await desk.submit()
    await assign(desk, ticket, desk.agent_id)
    assert await ids(desk) == await ids(desk, "whose=departments") == [ticket["id"]]
    assert (await desk.step(ticket, ending, reason="Because")).status_code == 201
    assert await ids(desk) == await ids(desk, "whose=departments") == []
    if ending == "fulfilled":
        assert (await desk.step(ticket, "in_progress", desk.requester, reason="No")).status_code == 201
        assert await ids(desk) == [ticket["id"]]


async def test_mine_is_what_is_assigned_to_me(desk: Desk) -> None:
    mine, others, nobodys = [await desk.submit() for _ in range(3)]
    colleague = desk.identity.add_person(departments={desk.it.id: "agent"})
    await assign(desk, mine, desk.agent_id)
    await assign(desk, others, colleague.id)
    assert await ids(desk) == [mine["id"]]
    assert set(await ids(desk, "whose=departments&is_assigned=true")) == {mine["id"], others["id"]}
    assert await ids(desk, "whose=departments&is_assigned=false") == [nobodys["id"]]
    assert await ids(desk, f"department_id={desk.it.id}") == [mine["id"]]
    assert await ids(desk, f"department_id={desk.hr.id}") == []


async def test_who_has_left_the_department_sees_none_of_its_tickets(desk: Desk) -> None:
    mine = await desk.submit()
    await assign(desk, mine, desk.agent_id)
    gone = desk.people.one_of(desk.network.id, "agent", desk.agent_id)
    assert await ids(desk, headers=gone) == []
    customers_manager = desk.people.one_of(desk.hr.id, "manager", desk.agent_id)
    assert await ids(desk, headers=customers_manager) == [mine["id"]], "may read it for another reason"
    assert await ids(desk, headers=desk.people.headers(scope="tickets:read", roles=["auditor"])) == []


async def test_a_department_sees_what_it_provides_and_what_it_holds(desk: Desk) -> None:
    own, handed = await desk.submit(), await desk.submit()
    link = await hand_over(desk, handed)
    network = desk.people.one_of(desk.network.id, "agent")
    assert await ids(desk, "whose=departments", network) == [handed["id"]]
    assert set(await ids(desk, "whose=departments")) == {own["id"], handed["id"]}
    both = desk.people.headers(
        scope="tickets:read", departments={str(desk.it.id): "agent", str(desk.network.id): "manager"}
    )
    found = await queue(desk, "whose=departments", both)
    assert sorted((item["id"], item["link_id"]) for item in found if item["link_id"]) == [(handed["id"], str(link))]
    assert sorted(item["id"] for item in found) == sorted([own["id"], handed["id"], handed["id"]])
    seen, cursor = [], ""
    while cursor is not None:
        path = f"{PATH}?whose=departments&limit=1{cursor and f'&cursor={cursor}'}"
        answer = (await desk.client.get(path, headers=both)).json()
        seen += answer["items"]
        cursor = answer["next"]
    assert seen == found, "page by page, a ticket and its hand-off each once"
    assert await ids(desk, f"whose=departments&department_id={desk.network.id}", both) == [handed["id"]]
    assert await ids(desk, f"whose=departments&department_id={desk.network.id}") == [], "not the agent's department"
    for nobody in (desk.requester, desk.people.one_of(desk.it.id, "member"), desk.people.one_of(desk.hr.id, "manager")):
        assert await ids(desk, "whose=departments", nobody) == []
    assert set(await ids(desk, f"whose=departments&department_id={desk.it.id}", desk.people.admin())) == {
        own["id"],
        handed["id"],
    }
    await bring_back(desk, handed, link)
    assert await ids(desk, "whose=departments", network) == []


async def test_a_hand_off_is_due_by_its_own_clocks(desk: Desk) -> None:
    offered = {
        "code": "cabling",
        "name": "Cabling",
        "provider_department_id": str(desk.network.id),
        "default_targets": [{"clock": "resolution", "priority": None, "duration": "PT1H"}],
    }
    made = await desk.client.post("/v1/offerings", json=offered, headers=desk.people.admin())
    assert made.status_code == 201, made.text
    ticket = await desk.submit()
    offer = {"department_id": str(desk.network.id), "wait": True, "offering_id": made.json()["id"]}
    path = f"/v1/tickets/{ticket['id']}/hand-offs"
    answer = await desk.client.post(path, json=offer, headers=desk.agent)
    assert answer.status_code == 201, answer.text
    link = answer.json()["id"]
    network = desk.people.one_of(desk.network.id, "agent")
    (item,) = await queue(desk, "whose=departments", network)
    assert (item["link_id"], item["next_due_clock"]) == (link, None), "offered: nothing of it is due yet"
    accepted = await desk.client.post(f"{path}/{link}/acceptances", json={}, headers=network)
    assert accepted.status_code == 201, accepted.text
    (item,) = await queue(desk, "whose=departments", network)
    clocks = (await desk.get(ticket, f"/clocks?link_id={link}", desk.agent))["items"]
    due = {clock["clock"]: clock["due_at"] for clock in clocks}
    assert (item["link_id"], item["next_due_clock"]) == (str(link), "resolution")
    assert item["next_due_at"] == due["resolution"]
    (whole,) = await queue(desk, "whose=departments")
    assert (whole["link_id"], whole["id"]) == (None, ticket["id"])
    assert whole["next_due_at"] != item["next_due_at"]


async def test_the_migration_says_what_the_fold_says(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        for to in ("accepted", "waiting_on_customer", "fulfilled"):
            assert (await desk.step(await desk.submit(), to, comment="?")).status_code == 201
        owner = await asyncpg.connect(urls.owner)
        await owner.execute("UPDATE ticket SET next_due_at = NULL, next_due_clock = NULL")
        found = [each async for each in verify_tickets(desk.app.state.engine, desk.app.state.terms)]
        assert [len(each.differences) for each in found] == [2, 0, 0], "the check sees what is missing"
        await owner.execute(importlib.import_module(MIGRATION).FILL)
        await owner.close()
        found = [each async for each in verify_tickets(desk.app.state.engine, desk.app.state.terms)]
        assert [each.differences for each in found] == [(), (), ()]


COPY = """
INSERT INTO ticket SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', gen_random_uuid(), 'key', 'X-' || n, 'assignee_id', $1::uuid, 'provider_department_id', $2::uuid,
    'next_due_at', '2020-01-01'::timestamptz + n * interval '1 minute'
))).* FROM (SELECT ticket FROM ticket LIMIT 1) AS one(t), generate_series(1, $3::int) AS n
"""


async def test_a_page_of_a_queue_is_read_and_not_the_queue(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        await desk.submit()
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(COPY, desk.agent_id, desk.it.id, 5_000)
        await owner.execute(COPY.replace("'X-'", "'Y-'"), uuid4(), desk.network.id, 5_000)
        await owner.execute("ANALYZE")
        await owner.close()
        actor = Actor(desk.agent_id, department_roles={desk.it.id: "agent", desk.network.id: "agent"})
        for is_mine in (True, False):
            wanted = QueueWanted(is_mine, None, None)
            async with hot_transaction(desk.app.state.engine) as connection:
                explaining: Any = Explaining(connection)
                first = await page_of_queue(explaining, actor, wanted, after=None, limit=5)
                assert (len(first), explaining.read <= MOST_READ) == (5, True), explaining.read
                after = position_of(first[-1])
                second = await page_of_queue(explaining, actor, wanted, after=after, limit=5)
                assert (len(second), explaining.read <= MOST_READ) == (5, True), explaining.read
                assert second[0]["next_due_at"] >= first[-1]["next_due_at"]
