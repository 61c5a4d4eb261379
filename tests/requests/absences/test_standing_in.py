"""While somebody is away: their tickets are in another's queue too, and what that one does is done in their place."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.requests.tickets.queries.queue import QueueWanted, page_of_queue
from services.requests.tickets.service.verify import verify_tickets
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.absences.away import a_colleague, a_day, assign, goes_away, queue
from tests.requests.approvals.asking import BY_CUSTOMER, a_manager, under_approval
from tests.requests.tickets.desk import Desk, opened_desk
from tests.requests.tickets.stories import hand_over
from tests.requests.tickets.test_growth import MOST_READ, Explaining
from tests.requests.tickets.test_queues import COPY


async def test_what_is_theirs_is_in_the_deputys_queue_and_stays_theirs(desk: Desk) -> None:
    absent, deputy, other = [await a_colleague(desk) for _ in range(3)]
    theirs, own, others = [await desk.submit() for _ in range(3)]
    for ticket, person in ((theirs, absent), (own, deputy), (others, other)):
        told = await assign(desk, ticket, person)
        assert (told["absent_until"], told["deputy_id"]) == (None, None)
    assert await queue(desk, deputy) == {own["id"]: None}
    await goes_away(desk, absent, deputy, last_day=a_day(3))
    assert await queue(desk, deputy) == {own["id"]: None, theirs["id"]: str(absent.id)}
    assert await queue(desk, absent) == {theirs["id"]: None}, "whoever looks in while away finds their work"
    assert await queue(desk, other) == {others["id"]: None}
    assert await queue(desk, deputy, "limit=1") == {theirs["id"]: str(absent.id)}, "due first, as it was asked first"
    assert await queue(desk, deputy, f"department_id={desk.it.id}") == {own["id"]: None, theirs["id"]: str(absent.id)}
    assert await queue(desk, deputy, f"department_id={desk.hr.id}") == {}
    assert await queue(desk, deputy, "is_assigned=false") == {}
    assert (await desk.get(theirs, headers=desk.agent))["assignee_id"] == str(absent.id)
    assert set((await queue(desk, deputy, "whose=departments")).values()) == {None}


async def test_pages_hold_both_in_the_order_of_deadlines(desk: Desk) -> None:
    absent, deputy = await a_colleague(desk), await a_colleague(desk)
    await goes_away(desk, absent, deputy)
    for number in range(5):
        ticket = await desk.submit(priority=("normal", "urgent")[number % 2])
        await assign(desk, ticket, (absent, deputy)[number % 2])
    whole = list(await queue(desk, deputy))
    assert len(whole) == 5
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        path = f"/v1/tickets/queue?limit=2{cursor and f'&cursor={cursor}'}"
        answer = (await desk.client.get(path, headers=deputy.headers)).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
    assert seen == whole


@pytest.mark.parametrize(("first", "last"), [(1, 5), (-5, -1)])
async def test_only_on_the_days_of_the_absence(desk: Desk, first: int, last: int) -> None:
    absent, deputy = await a_colleague(desk), await a_colleague(desk)
    ticket = await desk.submit()
    await goes_away(desk, absent, deputy, first_day=a_day(first), last_day=a_day(last))
    told = await assign(desk, ticket, absent)
    assert (told["absent_until"], told["deputy_id"]) == (None, None)
    assert await queue(desk, deputy) == {}


async def test_a_new_assignment_stays_and_is_told_of(desk: Desk) -> None:
    absent, deputy = await a_colleague(desk), await a_colleague(desk)
    await goes_away(desk, absent, deputy, last_day=a_day(3))
    ticket = await desk.submit()
    told = await assign(desk, ticket, absent)
    expected = {"assignee_id": str(absent.id), "absent_until": a_day(3).isoformat(), "deputy_id": str(deputy.id)}
    assert {name: told[name] for name in expected} == expected
    item = {"ticket_id": ticket["id"], "assignment": {"assignee_id": str(absent.id)}}
    begun = {"ticket_id": ticket["id"], "transition": {"to": "in_progress"}}
    answer = await desk.client.post("/v1/tickets/batch", json={"items": [item, begun]}, headers=desk.agent)
    assigned, moved = [each["ticket"] for each in answer.json()["items"]]
    assert {name: assigned[name] for name in expected} == expected
    assert not {"absent_until", "deputy_id"} & set(moved)
    alone = await a_colleague(desk)
    await goes_away(desk, alone)
    told = await assign(desk, ticket, alone)
    assert (told["absent_until"], told["deputy_id"]) == (a_day().isoformat(), None)
    nobody = await desk.client.post(
        f"/v1/tickets/{ticket['id']}/assignments", json={"assignee_id": None}, headers=desk.agent
    )
    assert (nobody.json()["absent_until"], nobody.json()["deputy_id"]) == (None, None)


async def test_what_a_deputy_does_is_done_in_the_absent_ones_place(desk: Desk) -> None:
    absent, deputy, other = [await a_colleague(desk) for _ in range(3)]
    ticket = await desk.submit()
    await assign(desk, ticket, absent)
    assert (await desk.step(ticket, "in_progress", deputy.headers)).status_code == 201
    await goes_away(desk, absent, deputy)
    comments = f"/v1/tickets/{ticket['id']}/comments"
    for by in (deputy.headers, other.headers, absent.headers, desk.requester):
        assert (await desk.client.post(comments, json={"body": "A word"}, headers=by)).status_code == 201
    assert (await desk.step(ticket, "waiting_on_third_party", deputy.headers)).status_code == 201
    await assign(desk, ticket, deputy, deputy.headers)
    assert (await desk.step(ticket, "fulfilled", deputy.headers)).status_code == 201
    events = (await desk.get(ticket, "/history"))["items"]
    done = [(event["name"], event["actor_id"], event["deputy_for"]) for event in events if event["kind"] == "fact"]
    mine = str(deputy.id), str(absent.id)
    assert done[2:] == [
        ("moved", str(deputy.id), None),  # before the absence
        ("commented", *mine),
        ("commented", str(other.id), None),
        ("commented", str(absent.id), None),
        ("commented", str(desk.requester_id), None),
        ("moved", *mine),
        ("assigned", *mine),
        ("moved", str(deputy.id), None),  # now it is the deputy's own
    ]
    assert [
        each async for each in verify_tickets(desk.app.state.engine, desk.app.state.terms) if each.differences
    ] == []


async def test_no_clock_stops_because_somebody_is_away(desk: Desk) -> None:
    """Departments promise, not people: due times stay, and a question to an absent requester holds up the customer."""
    absent, deputy = await a_colleague(desk), await a_colleague(desk)
    requester = await a_colleague(desk, desk.hr, "member")
    ticket = await desk.submit(requester.headers)
    await assign(desk, ticket, absent)
    before = (await desk.get(ticket, "/clocks", desk.agent))["items"]
    await goes_away(desk, absent, deputy, last_day=a_day(9))
    await goes_away(desk, requester, department=desk.hr)
    after = (await desk.get(ticket, "/clocks", desk.agent))["items"]
    fixed = ("clock", "state", "due_at", "target_seconds")
    assert [[clock[name] for name in fixed] for clock in after] == [[clock[name] for name in fixed] for clock in before]
    states = {clock["clock"]: clock["state"] for clock in after}
    assert states == {"acknowledge": "met", "first_response": "running", "resolution": "running"}
    asked = await desk.step(ticket, "waiting_on_customer", deputy.headers, comment="Which model?")
    assert asked.status_code == 201, asked.text
    assert (await desk.get(ticket, "/ledger", desk.agent))["items"][-1]["party"] == "customer"


async def test_a_department_with_a_hand_off_has_absences_of_its_own(desk: Desk) -> None:
    absent = await a_colleague(desk, desk.network)
    there, at_provider = await a_colleague(desk, desk.network), await a_colleague(desk)
    own, handed = await desk.submit(), await desk.submit()
    await hand_over(desk, handed)
    told = await assign(desk, handed, absent)
    assert told["deputy_id"] is None
    await goes_away(desk, absent, there, desk.network)
    await goes_away(desk, absent, at_provider, desk.hr)
    told = await assign(desk, handed, absent)
    assert told["deputy_id"] == str(there.id)
    assert await queue(desk, there) == {handed["id"]: str(absent.id)}
    assert await queue(desk, at_provider) == {}
    comments = f"/v1/tickets/{handed['id']}/comments"
    said = await desk.client.post(comments, json={"body": "Begun"}, headers=there.headers)
    assert said.status_code == 201
    last = (await desk.get(handed, "/history", there.headers))["items"][-1]
    assert (last["side"], last["department"], last["deputy_for"]) == ("department", "NET", str(absent.id))
    assert own["assignee_id"] is None


async def test_what_awaits_its_first_approval_is_no_deputys_work_either(desk: Desk) -> None:
    absent, deputy = await a_colleague(desk), await a_colleague(desk)
    await a_manager(desk, desk.hr)
    ticket = await under_approval(desk, BY_CUSTOMER)
    await assign(desk, ticket, absent)
    await goes_away(desk, absent, deputy)
    assert await queue(desk, deputy) == {}


async def test_a_page_is_read_and_not_the_queues(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        await desk.submit()
        absent_id = uuid4()
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(COPY, desk.agent_id, desk.it.id, 5_000)
        await owner.execute(COPY.replace("'X-'", "'Y-'"), absent_id, desk.it.id, 5_000)
        await owner.execute("ANALYZE")
        await owner.close()
        actor = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
        wanted = QueueWanted(True, None, None, {absent_id: [desk.it.id]})
        async with hot_transaction(desk.app.state.engine) as connection:
            explaining: Any = Explaining(connection)
            found = await page_of_queue(explaining, actor, wanted, after=None, limit=6)
        assert {row["assignee_id"] for row in found} == {desk.agent_id, absent_id}
        assert (len(found), explaining.read <= 2 * MOST_READ) == (6, True), explaining.read
