"""Changing what was asked: who may change what, what is refused, and that the history says what changed."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.requests.timeline.vocabulary import FINAL
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_instants import submitted_ago

CONNECTOR = "tickets:read tickets:write tickets:import"


async def amended(
    desk: Desk, ticket: dict[str, Any], headers: Headers | None = None, *, version: int | None = None, **changes: Any
) -> httpx.Response:
    """The answer to these changes by the requester (or another)."""
    read = await desk.get(ticket, headers=desk.people.admin())
    expected = {"If-Match": f'"{version or read["version"]}"'}
    path = f"/v1/tickets/{ticket['id']}"
    return await desk.client.patch(path, json=changes, headers=(headers or desk.requester) | expected)


def told(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    body = answer.json()
    return answer.status_code, body.get("code"), next((each["pointer"] for each in body.get("errors", [])), None)


async def test_changes_are_kept_and_the_history_says_which(desk: Desk) -> None:
    friend = desk.identity.add_person()
    ticket = await desk.submit(fields={"model": "A", "size": 1})
    changes: dict[str, Any] = {
        "subject": "Two computers",
        "description": "",
        "needed_by": "2027-03-02T10:00:00+01:00",
        "fields": {"model": "A", "size": True},
        "beneficiary_id": str(friend.id),
        "participants": [str(friend.id), str(friend.id)],
        "external_refs": [{"system": "jira", "id": "HR-7"}],
    }
    answer = await amended(desk, ticket, **changes)
    assert answer.status_code == 200, answer.text
    kept = {
        "subject": "Two computers",
        "needed_by": "2027-03-02T09:00:00Z",
        "fields": {"model": "A", "size": True},
        "beneficiary_id": str(friend.id),
        "participants": [str(friend.id)],
        "external_refs": [{"system": "jira", "id": "HR-7"}],
    }
    assert answer.json() == await desk.get(ticket) == ticket | kept | {"version": 2}
    assert answer.headers["etag"] == '"2"'
    event = (await desk.get(ticket, "/history"))["items"][-1]
    assert (event["name"], event["side"], event["payload"]) == ("amended", "customer", {"changes": kept})


async def test_what_changes_nothing_leaves_no_trace(desk: Desk) -> None:
    ticket = await desk.submit(needed_by="2027-03-02")
    for changes in ({}, {"subject": ticket["subject"], "needed_by": "2027-03-02", "fields": {}}):
        answer = await amended(desk, ticket, **changes)
        assert (answer.status_code, answer.json()) == (200, ticket)
    assert len((await desk.get(ticket, "/history"))["items"]) == 1


async def test_a_needed_by_may_be_taken_off(desk: Desk) -> None:
    ticket = await desk.submit(needed_by="2027-03-02")
    assert (await amended(desk, ticket, needed_by=None)).json()["needed_by"] is None


async def test_a_change_needs_the_version_it_was_made_from(desk: Desk) -> None:
    ticket = await desk.submit()
    path = f"/v1/tickets/{ticket['id']}"
    assert (await desk.client.patch(path, json={"subject": "x"}, headers=desk.requester)).status_code == 428
    assert (await amended(desk, ticket, subject="Other")).status_code == 200
    assert told(await amended(desk, ticket, version=1, subject="Third")) == (412, "precondition_failed", "#If-Match")
    assert (await desk.get(ticket))["subject"] == "Other"


async def test_the_customers_side_changes_what_it_asks(desk: Desk) -> None:
    people = desk.people
    friend = desk.identity.add_person()
    ticket = await desk.submit(beneficiary_id=str(friend.id))
    manager = people.one_of(desk.hr.id, "manager")
    beneficiary = people.one_of(desk.hr.id, "member", friend.id)
    for place, allowed in enumerate((desk.requester, manager, beneficiary, people.admin(), people.account(CONNECTOR))):
        assert (await amended(desk, ticket, allowed, subject=f"Edition {place}")).status_code == 200
    refused = await amended(desk, ticket, desk.agent, external_refs=[], subject="No")
    assert told(refused) == (403, "for_customer_only", "/subject")
    auditor = people.headers(scope="tickets:read tickets:write", roles=["auditor"])
    assert told(await amended(desk, ticket, auditor, subject="No"))[:2] == (403, "only_looks_on")
    colleague = people.one_of(desk.hr.id, "member")
    assert told(await amended(desk, ticket, colleague, subject="No"))[:2] == (404, "unknown_ticket")


async def test_a_program_that_notes_where_the_work_is_kept_acts_for_nobody(desk: Desk) -> None:
    ticket = await desk.submit()
    for number, (headers, side, state) in enumerate(
        ((desk.people.account(CONNECTOR), "system", "submitted"), (desk.agent, "provider", "accepted"))
    ):
        answer = await amended(desk, ticket, headers, external_refs=[{"system": "jira", "id": str(number)}])
        assert (answer.status_code, answer.json()["state"]) == (200, state)
        assert (await desk.get(ticket, "/history"))["items"][-1]["side"] == side


async def test_a_change_answers_a_question(desk: Desk) -> None:
    ticket = await desk.submit()
    assert (await desk.step(ticket, "waiting_on_customer", comment="Which model?")).status_code == 201
    assert (await amended(desk, ticket, fields={"model": "B"})).json()["state"] == "accepted"


async def test_a_note_of_who_looks_on_answers_nothing(desk: Desk) -> None:
    ticket = await desk.submit()
    assert (await desk.step(ticket, "waiting_on_customer", comment="Which model?")).status_code == 201
    friend = desk.identity.add_person()
    answer = await amended(desk, ticket, participants=[str(friend.id)], external_refs=[{"system": "jira", "id": "1"}])
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting_on_customer")


async def test_what_names_nobody_known_or_no_instant_is_refused_by_name(desk: Desk) -> None:
    ticket = await desk.submit()
    nobody = "00000000-0000-7000-8000-000000000001"
    cases: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
        ({"beneficiary_id": nobody}, (404, "unknown_person", "/beneficiary_id")),
        ({"participants": [str(desk.requester_id), nobody]}, (404, "unknown_person", "/participants/1")),
        ({"needed_by": "1969-12-31"}, (409, "instant_outside", "/needed_by")),
        ({"subject": None}, (422, "invalid_input", "/subject")),
        ({"priority": "high"}, (422, "invalid_input", "/priority")),
        ({"fields": None}, (422, "invalid_input", "/fields")),
    ]
    for changes, refusal in cases:
        assert told(await amended(desk, ticket, **changes)) == refusal
    assert (await desk.get(ticket)) == ticket


@pytest.mark.parametrize("state", sorted(FINAL))
async def test_what_has_ended_is_changed_no_more(desk: Desk, state: str) -> None:
    ticket = await desk.submit()
    steps = ["fulfilled", "closed"] if state == "closed" else [state]
    for step in steps:
        assert (await desk.step(ticket, step, desk.people.admin(), reason="x")).status_code == 201
    assert told(await amended(desk, ticket, subject="Late"))[:2] == (409, "ticket_has_ended")


async def test_a_change_is_not_taken_back_but_changed_again(desk: Desk) -> None:
    ticket = await desk.submit()
    assert (await amended(desk, ticket, subject="Slip")).status_code == 200
    event = (await desk.get(ticket, "/history"))["items"][-1]
    path = f"/v1/tickets/{ticket['id']}/corrections"
    answer = await desk.client.post(path, json={"event_id": event["id"]}, headers=desk.requester)
    assert told(answer) == (409, "amendment_stands", "/event_id")


async def test_a_ticket_that_is_long_under_way_is_changed_as_any(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=30))
    assert (await amended(desk, ticket, description="More")).status_code == 200
