"""A side asks that a time that is over be left out; granted by the other, it goes to each ticket as a decision."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.requests.breaches.exclusions.service import worker
from tests.requests.freezes.freezing import manager_of, resolution, work_always
from tests.requests.handoffs.chain import Chain
from tests.requests.rulings.test_worker import differences
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_instants import submitted_ago
from tests.requests.tickets.test_reading import confidential

DAY = timedelta(days=1)


async def ask(desk: Desk, headers: Headers | None = None, **changes: Any) -> httpx.Response:
    """For all that HR asked of IT, most of the last thirty days."""
    now = datetime.now(UTC)
    body = {
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "from": (now - 30 * DAY).isoformat(),
        "to": (now - DAY).isoformat(),
        "reason": "The flood",
    }
    given = {name: value for name, value in (body | changes).items() if value is not None}
    return await desk.client.post("/v1/exclusions", json=given, headers=headers or manager_of(desk, "IT"))


async def decide(desk: Desk, exclusion: dict[str, Any], headers: Headers, *, granted: bool = True) -> httpx.Response:
    path = f"/v1/exclusions/{exclusion['id']}/decisions"
    return await desk.client.post(path, json={"granted": granted, "reason": "Agreed"}, headers=headers)


async def take_to_tickets(desk: Desk) -> None:
    state = desk.app.state
    while await worker.exclude_some(state.engine, state.terms, now=datetime.now(UTC)):
        pass


async def test_granted_it_reaches_every_ticket_of_that_time_and_shows_how_far_it_is(desk: Desk) -> None:
    await work_always(desk)
    tickets = [await submitted_ago(desk, 30 * DAY) for _ in range(3)]
    assert (await desk.step(tickets[0], "fulfilled")).status_code == 201
    later = await desk.submit()
    asked = await ask(desk)
    assert (asked.status_code, asked.json()["state"], asked.json()["asked_for"]) == (201, "asked", "provider")
    granted = await decide(desk, asked.json(), manager_of(desk, "HR"))
    assert (granted.status_code, granted.json()["state"], granted.json()["tickets"]) == (201, "granted", 0)
    await take_to_tickets(desk)
    path = f"/v1/exclusions/{asked.json()['id']}"
    seen = (await desk.client.get(path, headers=manager_of(desk, "HR"))).json()
    assert (seen["state"], seen["tickets"]) == ("applied", 3)
    assert (await desk.client.get("/v1/exclusions", headers=manager_of(desk, "IT"))).json()["items"] == [seen]
    for ticket in tickets:
        clock = await resolution(desk, ticket)
        assert clock["breached_at"] is not None
        assert clock["outcome_after_decisions"]["breached_at"] is None
    assert (await desk.get(later, "/history"))["items"][-1]["kind"] == "fact"
    assert await differences(desk) == []


async def test_refused_it_does_nothing(desk: Desk) -> None:
    await work_always(desk)
    ticket = await submitted_ago(desk, 30 * DAY)
    asked = (await ask(desk)).json()
    refused = await decide(desk, asked, manager_of(desk, "HR"), granted=False)
    assert (refused.json()["state"], refused.json()["decision"]["granted"]) == ("refused", False)
    await take_to_tickets(desk)
    clock = await resolution(desk, ticket)
    assert clock["outcome_after_decisions"]["breached_at"] == clock["breached_at"]
    again = await decide(desk, asked, manager_of(desk, "HR"))
    assert (again.status_code, again.json()["code"]) == (409, "exclusion_decided")


async def test_of_one_ticket(desk: Desk) -> None:
    await work_always(desk)
    ticket, beside = await submitted_ago(desk, 30 * DAY), await submitted_ago(desk, 30 * DAY)
    one = {"customer_department_id": None, "provider_department_id": None, "ticket_id": ticket["id"]}
    asked = (await ask(desk, manager_of(desk, "HR"), **one)).json()
    assert (asked["ticket_id"], asked["asked_for"]) == (ticket["id"], "customer")
    assert (await decide(desk, asked, manager_of(desk, "IT"))).status_code == 201
    await take_to_tickets(desk)
    assert (await resolution(desk, ticket))["outcome_after_decisions"]["breached_at"] is None
    assert (await resolution(desk, beside))["outcome_after_decisions"]["breached_at"] is not None
    assert await differences(desk) == []


async def test_who_may(desk: Desk) -> None:
    theirs = manager_of(desk, "IT")
    asked = (await ask(desk, theirs)).json()
    for headers in (theirs, manager_of(desk, "IT"), desk.people.admin()):
        refused = await decide(desk, asked, headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_grant"), refused.text
    stranger = manager_of(desk, "IT") | desk.people.one_of(desk.network.id, "manager")
    assert (await decide(desk, asked, stranger)).json()["code"] == "unknown_exclusion"
    assert (await ask(desk, stranger)).json()["code"] == "may_not_ask_exclusion"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"to": 1}, "exclusion_not_over", "/to"),
        ({"to": -40}, "exclusion_is_empty", "/to"),
        ({"from": -500}, "exclusion_too_long", "/to"),
        ({"ticket_id": str(uuid4())}, "pair_or_ticket", "/ticket_id"),
        ({"customer_department_id": None}, "pair_or_ticket", "/ticket_id"),
    ],
)
async def test_what_is_no_exclusion(desk: Desk, changes: dict[str, Any], code: str, pointer: str) -> None:
    now = datetime.now(UTC)
    told = {
        name: (now + value * DAY).isoformat() if isinstance(value, int) else value for name, value in changes.items()
    }
    refused = await ask(desk, None, **told)
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_workers_decide_on_each_ticket_once(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BATCH", 2)
    tickets = [await submitted_ago(desk, 30 * DAY) for _ in range(5)]
    asked = (await ask(desk)).json()
    await decide(desk, asked, manager_of(desk, "HR"))
    await asyncio.gather(take_to_tickets(desk), take_to_tickets(desk), take_to_tickets(desk))
    await take_to_tickets(desk)
    for ticket in tickets:
        kinds = [each["kind"] for each in (await desk.get(ticket, "/history"))["items"]]
        assert kinds.count("decision") == 1
    assert await differences(desk) == []


OF_ONE = {"customer_department_id": None, "provider_department_id": None}


async def seen_by(desk: Desk, exclusion: dict[str, Any], headers: Headers) -> bool:
    one = await desk.client.get(f"/v1/exclusions/{exclusion['id']}", headers=headers)
    listed = (await desk.client.get("/v1/exclusions", headers=headers)).json()["items"]
    assert (one.status_code == 200) is (exclusion["id"] in [each["id"] for each in listed])
    return one.status_code == 200


@pytest.mark.parametrize("is_confidential", [False, True])
async def test_of_one_ticket_it_is_seen_by_who_sees_the_ticket(desk: Desk, is_confidential: bool) -> None:
    offering_id = UUID(await confidential(desk)) if is_confidential else desk.offering_id
    ticket = await submitted_ago(desk, 2 * DAY, offering_id=offering_id)
    since = {"from": (datetime.now(UTC) - 2 * DAY).isoformat()}
    asked = (await ask(desk, manager_of(desk, "IT"), **OF_ONE, **since, ticket_id=ticket["id"])).json()
    scope = "agreements:read agreements:write tickets:read"
    requester = desk.people.headers(scope=scope, subject=desk.requester_id, departments={str(desk.hr.id): "member"})
    for headers, sees in (
        (requester, True),
        (desk.people.one_of(desk.it.id, "agent"), True),
        (desk.people.admin(), True),
        (desk.people.one_of(desk.hr.id), False),
        (desk.people.one_of(desk.it.id), False),
        (manager_of(desk, "HR"), not is_confidential),
    ):
        assert await seen_by(desk, asked, headers) is sees
    of_pair = (await ask(desk, manager_of(desk, "IT"))).json()
    assert await seen_by(desk, of_pair, desk.people.one_of(desk.hr.id))


async def test_of_one_ticket_it_is_not_seen_by_who_refused_a_part_of_it(desk: Desk) -> None:
    chain, ticket = Chain(desk), await submitted_ago(desk, 2 * DAY)
    net = desk.people.one_of(desk.network.id, "agent")
    link = await chain.offered(ticket, "NET")
    since = {"from": (datetime.now(UTC) - 2 * DAY).isoformat()}
    asked = (await ask(desk, manager_of(desk, "IT"), **OF_ONE, **since, ticket_id=ticket["id"])).json()
    assert await seen_by(desk, asked, net)
    assert (await chain.act(ticket, link, "bounces", by="NET", reason="Not ours")).status_code == 201
    assert not await seen_by(desk, asked, net)


async def test_what_the_customers_managers_must_not_see_an_administrator_decides_on(desk: Desk) -> None:
    ticket = await submitted_ago(desk, 2 * DAY, offering_id=UUID(await confidential(desk)))
    since = {"from": (datetime.now(UTC) - 2 * DAY).isoformat()}
    asked = (await ask(desk, manager_of(desk, "IT"), **OF_ONE, **since, ticket_id=ticket["id"])).json()
    assert (await decide(desk, asked, manager_of(desk, "HR"))).json()["code"] == "unknown_exclusion"
    granted = await decide(desk, asked, desk.people.admin())
    assert (granted.status_code, granted.json()["decision"]["decided_for"]) == (201, "system")
    await take_to_tickets(desk)
    assert (await desk.get(ticket, "/history"))["items"][-1]["kind"] == "decision"
    assert await differences(desk) == []


async def test_a_time_in_which_the_ticket_did_not_live_is_not_taken(desk: Desk) -> None:
    ticket = await submitted_ago(desk, 3 * DAY)
    assert (await desk.step(ticket, "declined", reason="No")).status_code == 201
    headers, now = manager_of(desk, "IT"), datetime.now(UTC)
    for changes, pointer in (
        ({"from": (now - 9 * DAY).isoformat(), "to": (now - 4 * DAY).isoformat()}, "/to"),
        ({"from": datetime.now(UTC).isoformat(), "to": datetime.now(UTC).isoformat()}, "/from"),
    ):
        refused = await ask(desk, headers, **OF_ONE, ticket_id=ticket["id"], **changes)
        assert (refused.status_code, refused.json()["code"]) == (409, "exclusion_outside_ticket"), refused.text
        assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_department_excludes_nothing_with_itself(desk: Desk) -> None:
    refused = await ask(desk, customer_department_id=str(desk.it.id))
    assert (refused.status_code, refused.json()["code"]) == (409, "own_provider")
    assert refused.json()["errors"][0]["pointer"] == "/provider_department_id"
