"""A ticket that needs approval waits for it, level by level; then its provider hears of it, and its clocks begin."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from services.requests.people.queries import store_people
from services.shared.db import hot_transaction
from tests.requests.approvals.asking import (
    BY_CUSTOMER,
    BY_PROVIDER,
    a_deputy,
    a_manager,
    answer,
    ask_approval,
    code,
    known,
    told,
    under_approval,
)
from tests.requests.people import a_department, a_person
from tests.requests.tickets.agreeing import ONE_A_WEEK, RESOLUTION, agree
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.outbox import left
from tests.requests.tickets.test_races import differences


async def states(desk: Desk, ticket: dict[str, Any]) -> list[tuple[int, int, str]]:
    items = (await desk.get(ticket, "/approvals"))["items"]
    return [(each["asking"], each["level"], each["state"]) for each in items]


async def test_a_ticket_waits_for_approval_and_its_clocks_begin_with_it(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    ticket = await under_approval(desk, BY_CUSTOMER)
    assert (ticket["state"], ticket["submitted_at"]) == ("awaiting_approval", None)
    assert (await desk.get(ticket, "/clocks"))["items"] == []
    assert (await left(desk, "ticket.submitted", ticket), await told(desk, manager)) == ([], ["approval_asked"])
    approved = await answer(desk, ticket, manager.headers, comment="Go on")
    assert approved.status_code == 201, approved.text
    body = approved.json()
    assert (body["state"], body["decided_by"], body["role"]) == ("approved", str(manager.id), "manager")
    now = await desk.get(ticket)
    assert (now["state"], now["submitted_at"]) == ("submitted", body["decided_at"])
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    assert {clock["started_at"] for clock in clocks} == {body["decided_at"]}
    (event,) = await left(desk, "ticket.submitted", ticket)
    assert datetime.fromisoformat(event["submitted_at"]) == datetime.fromisoformat(now["submitted_at"])
    parties = [line["party"] for line in (await desk.get(ticket, "/ledger"))["items"]]
    assert parties == ["approver", "provider"]
    assert await differences(desk) == 0


async def test_two_levels_follow_each_other_and_take_two_people(desk: Desk) -> None:
    customer, provider = await a_manager(desk, desk.hr), await a_manager(desk, desk.it)
    both = desk.people.headers(
        scope="tickets:read tickets:write",
        subject=customer.id,
        departments={str(desk.hr.id): "manager", str(desk.it.id): "manager"},
    )
    ticket = await under_approval(desk, BY_CUSTOMER, BY_PROVIDER)
    assert await states(desk, ticket) == [(1, 1, "open"), (1, 2, "waiting")]
    assert code(await answer(desk, ticket, provider.headers)) == (403, "not_the_approver")
    assert code(await answer(desk, ticket, customer.headers, level=2)) == (409, "approval_level_not_open")
    assert (await answer(desk, ticket, both, level=1)).status_code == 201
    assert (await desk.get(ticket))["state"] == "awaiting_approval"
    assert await told(desk, provider) == ["approval_asked"]
    assert code(await answer(desk, ticket, both)) == (409, "approval_answered_before")
    assert (await answer(desk, ticket, provider.headers)).status_code == 201
    assert await states(desk, ticket) == [(1, 1, "approved"), (1, 2, "approved")]
    assert (await desk.get(ticket))["state"] == "submitted"
    assert code(await answer(desk, ticket, provider.headers)) == (409, "nothing_to_approve")
    assert await differences(desk) == 0


async def test_a_decline_ends_it_and_is_told(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    requester = await known(desk, {desk.hr.id: "member"})
    await ask_approval(desk, BY_CUSTOMER, BY_PROVIDER)
    ticket = await desk.submit(requester.headers)
    assert (await answer(desk, ticket, manager.headers, "decline", comment="Too dear")).status_code == 201
    shown = await desk.get(ticket, headers=requester.headers)
    assert (shown["state"], shown["submitted_at"]) == ("declined", None)
    items = (await desk.get(ticket, "/approvals", requester.headers))["items"]
    assert [(each["state"], each["comment"]) for each in items] == [("declined", "Too dear"), ("dropped", None)]
    assert await told(desk, requester) == ["approval_answered"]
    assert await left(desk, "ticket.submitted", ticket) == []


async def test_nobody_approves_their_own_request(desk: Desk) -> None:
    asking, other = await a_manager(desk, desk.hr), await a_manager(desk, desk.hr)
    deputy = a_deputy(desk, desk.hr)
    await ask_approval(desk, BY_CUSTOMER)
    own = await desk.submit(asking.headers)
    assert code(await answer(desk, own, asking.headers)) == (409, "own_request")
    assert (await told(desk, asking), await told(desk, other)) == ([], ["approval_asked"])
    for_another = await desk.submit(asking.headers, requester_id=str((await known(desk, {desk.hr.id: "member"})).id))
    assert code(await answer(desk, for_another, asking.headers)) == (409, "own_request")
    for_them = await desk.submit(beneficiary_id=str(asking.id))
    assert code(await answer(desk, for_them, asking.headers)) == (409, "own_request")
    stood_in = await answer(desk, own, deputy.headers)
    assert (stood_in.status_code, stood_in.json()["is_deputy"]) == (201, True)
    assert code(await answer(desk, for_them, deputy.headers, "approve", level=2)) == (409, "approval_level_not_open")


async def test_the_only_manager_s_own_request_goes_to_the_department_above(desk: Desk) -> None:
    above = desk.identity.add(code="BOARD")
    team = desk.identity.add(code="TEAM", parent_id=above.id)
    board, lead = await a_manager(desk, above), await a_manager(desk, team)
    await ask_approval(desk, BY_CUSTOMER)
    ticket = await desk.submit(lead.headers)
    assert code(await answer(desk, ticket, lead.headers)) == (403, "not_the_approver")
    assert await told(desk, board) == ["approval_asked"]
    assert (await answer(desk, ticket, board.headers)).status_code == 201


async def test_a_named_person_approves_and_reads_it_only_while_asked(desk: Desk) -> None:
    named = await known(desk, {a_department().id: "member"})
    ticket = await under_approval(desk, {"side": "provider", "person_id": str(named.id)})
    path = f"/v1/tickets/{ticket['id']}"
    found = await desk.client.get("/v1/tickets?awaits_my_approval=true", headers=named.headers)
    assert [each["id"] for each in found.json()["items"]] == [ticket["id"]]
    assert (await desk.client.get(path, headers=named.headers)).status_code == 200
    assert code(await answer(desk, ticket, (await a_manager(desk, desk.it)).headers)) == (403, "not_the_approver")
    assert (await answer(desk, ticket, named.headers)).status_code == 201
    assert (await desk.client.get(path, headers=named.headers)).status_code == 404
    found = await desk.client.get("/v1/tickets?awaits_my_approval=true", headers=named.headers)
    assert found.json()["items"] == []


async def test_a_named_person_who_is_gone_leaves_what_awaits_them_to_the_managers(desk: Desk) -> None:
    first, named = await a_manager(desk, desk.it), await known(desk, {desk.network.id: "member"})
    other, agent = await a_manager(desk, desk.hr), await known(desk, {desk.hr.id: "agent"})
    level = {"side": "customer", "person_id": str(named.id)}
    ticket, later = await under_approval(desk, level), await under_approval(desk, BY_PROVIDER, level)
    assert code(await answer(desk, ticket, other.headers)) == (403, "not_the_approver")
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [a_person(id=named.id, version=2, is_active=False, departments={})])
    assert (await answer(desk, later, first.headers)).status_code == 201
    assert await told(desk, other) == ["approval_asked"]
    assert code(await answer(desk, ticket, named.headers)) == (403, "not_the_approver")
    assert code(await answer(desk, ticket, agent.headers)) == (404, "unknown_ticket")
    for each in (ticket, later):
        approved = await answer(desk, each, other.headers)
        assert (approved.status_code, approved.json()["decided_by"]) == (201, str(other.id)), approved.text
        assert (await desk.get(each))["state"] == "submitted"
    assert await differences(desk) == 0


async def test_a_named_person_who_asks_leaves_it_to_the_managers(desk: Desk) -> None:
    named, manager = await known(desk, {desk.hr.id: "member"}), await a_manager(desk, desk.hr)
    await ask_approval(desk, {"side": "customer", "person_id": str(named.id)})
    ticket = await desk.submit(named.headers)
    (level,) = (await desk.get(ticket, "/approvals", named.headers))["items"]
    assert (level["person_id"], level["role"]) == (None, "manager")
    assert (await answer(desk, ticket, manager.headers)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"cost": 80}, "submitted"), ({"cost": 500}, "awaiting_approval"), ({}, "awaiting_approval")],
)
async def test_approval_is_needed_from_a_threshold_on(desk: Desk, fields: dict[str, Any], expected: str) -> None:
    costly = BY_CUSTOMER | {"when": {"pointer": "/cost", "at_least": 500}}
    ticket = await under_approval(desk, costly, fields=fields)
    assert ticket["state"] == expected


async def test_what_was_asked_for_little_is_not_changed_into_much(desk: Desk) -> None:
    costly = BY_CUSTOMER | {"when": {"pointer": "/cost", "at_least": 500}}
    ticket = await under_approval(desk, costly, fields={"cost": 80})
    path, anyhow = f"/v1/tickets/{ticket['id']}", desk.requester | {"If-Match": "*"}
    for cost, status in ((499, 200), (500, 409)):
        changed = await desk.client.patch(path, json={"fields": {"cost": cost}}, headers=anyhow)
        assert changed.status_code == status, changed.text
    assert changed.json()["errors"][0] | {"message": ""} == {
        "pointer": "/fields/cost",
        "code": "approval_missing",
        "message": "",
    }


async def test_of_two_who_answer_at_once_one_decides_the_level(desk: Desk) -> None:
    managers = [await a_manager(desk, desk.hr) for _ in range(4)]
    for levels in ((BY_CUSTOMER,), (BY_CUSTOMER, BY_PROVIDER)):
        ticket = await under_approval(desk, *levels)
        answers = await asyncio.gather(
            *(
                answer(desk, ticket, each.headers, decision, level=1)
                for each, decision in zip(managers, ("approve", "decline", "approve", "decline"), strict=True)
            )
        )
        assert Counter(each.status_code == 201 for each in answers) == {True: 1, False: 3}
        first = (await desk.get(ticket, "/approvals"))["items"][0]
        (won,) = [each.json() for each in answers if each.status_code == 201]
        assert (first["decided_by"], first["state"]) == (won["decided_by"], won["state"])
    assert await differences(desk) == 0


async def test_the_provider_asks_for_approval_later_and_it_returns_to_where_it_was(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    ticket = await desk.submit()
    for to in ("in_progress", "awaiting_approval"):
        assert (await desk.step(ticket, to)).status_code == 201
    assert await told(desk, manager) == ["approval_asked"]
    assert (await answer(desk, ticket, manager.headers)).status_code == 201
    assert (await desk.get(ticket))["state"] == "in_progress"
    assert (await desk.step(ticket, "awaiting_approval")).status_code == 201
    assert (await desk.step(ticket, "cancelled", desk.requester)).status_code == 201
    assert await states(desk, ticket) == [(1, 1, "approved"), (2, 1, "dropped")]
    assert len(await left(desk, "ticket.submitted", ticket)) == 1
    clocks = {each["clock"]: each["state"] for each in (await desk.get(ticket, "/clocks"))["items"]}
    assert clocks["resolution"] == "void"
    assert await differences(desk) == 0


async def test_nobody_approves_what_is_hidden_from_them(desk: Desk) -> None:
    refused = await ask_approval(desk, BY_CUSTOMER, confidential=True)
    assert code(refused) == (409, "confidential_from_approver")
    assert (await ask_approval(desk, confidential=True)).status_code == 200
    ticket = await desk.submit()
    assert code(await desk.step(ticket, "awaiting_approval")) == (409, "nobody_to_approve")


async def test_the_promise_and_the_quota_are_those_of_when_it_was_asked(desk: Desk) -> None:
    version = await agree(desk, ONE_A_WEEK | {"effect": "best_effort"}, targets=[RESOLUTION])
    manager = await a_manager(desk, desk.hr)
    first, second = await under_approval(desk, BY_CUSTOMER), await desk.submit()
    assert first["agreement_version_id"] == version["id"]
    path = f"/v1/agreements/{version['agreement_id']}/terminations"
    ended = await desk.client.post(
        path, json={"reason": "No longer"}, headers=desk.people.one_of(desk.hr.id, "manager")
    )
    assert ended.status_code == 201, ended.text
    for ticket in (second, first):
        assert (await answer(desk, ticket, manager.headers)).status_code == 201
    for ticket, observed in ((first, 1), (second, 2)):
        assert (await desk.get(ticket))["agreement_version_id"] == version["id"]
        clocks = {each["clock"]: each for each in (await desk.get(ticket, "/clocks"))["items"]}
        assert clocks["quota"]["observed"] == observed


async def test_a_preview_tells_whose_approval_is_needed_and_what_is_promised_after_it(desk: Desk) -> None:
    await ask_approval(desk, BY_CUSTOMER | {"expires_after": "P2D"}, BY_PROVIDER)
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)}
    told = (await desk.client.post("/v1/tickets/preview", json=body, headers=desk.requester)).json()
    assert [(each["level"], each["side"], each["expires_after"]) for each in told["approvals"]] == [
        (1, "customer", "P2D"),
        (2, "provider", None),
    ]
    assert all(each["due_at"] for each in told["clocks"])
