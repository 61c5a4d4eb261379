"""Steps of the table through the API: each that there is, by whom; each that there is not; what they need beside."""

from typing import Any

import pytest

from services.requests.timeline.transitions import TABLE, sides_for
from services.requests.timeline.vocabulary import Side, State
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.stories import bring_back, hand_over

WITH = {"reason": "because", "comment": "Which model?"}
WAYS: dict[State, list[tuple[str, str]]] = {
    State.SUBMITTED: [],
    State.ACCEPTED: [("accepted", "agent")],
    State.IN_PROGRESS: [("in_progress", "agent")],
    State.WAITING_ON_CUSTOMER: [("waiting_on_customer", "agent")],
    State.WAITING_ON_THIRD_PARTY: [("waiting_on_third_party", "agent")],
    State.FULFILLED: [("fulfilled", "agent")],
    State.CLOSED: [("fulfilled", "agent"), ("closed", "requester")],
    State.DECLINED: [("declined", "agent")],
    State.CANCELLED: [("cancelled", "requester")],
}
"""How a ticket comes into each state; handed off it is by a hand-off, approvals come with agreements."""


async def a_ticket_in(desk: Desk, state: State) -> dict[str, Any]:
    ticket = await desk.submit()
    if state is State.HANDED_OFF:
        await hand_over(desk, ticket)
    for to, who in WAYS.get(state, []):
        answer = await desk.step(ticket, to, getattr(desk, who), **WITH)
        assert answer.status_code == 201, answer.text
    assert (await desk.get(ticket))["state"] == state
    return ticket


@pytest.mark.parametrize("state", [*WAYS, State.HANDED_OFF])
async def test_each_step_is_for_whom_the_table_says(desk: Desk, state: State) -> None:
    came_from = {State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY, State.HANDED_OFF}
    beneath = State.ACCEPTED if state in came_from else None
    sides: list[tuple[Side, Headers]] = [(Side.PROVIDER, desk.agent), (Side.CUSTOMER, desk.requester)]
    for to in State:
        if to in (State.AWAITING_APPROVAL, State.HANDED_OFF):
            continue
        for side, headers in sides:
            ticket = await a_ticket_in(desk, state)
            answer = await desk.step(ticket, to, headers, **WITH)
            allowed = sides_for(state, to, beneath)
            told = (state.value, to.value, side.value, answer.text)
            if side in allowed:
                assert answer.status_code == 201, told
                assert answer.json()["state"] == to, told
                assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
                continue
            assert answer.status_code == 409, told
            assert answer.json()["code"] == ("step_of_another_side" if allowed else "step_not_allowed"), told
            assert answer.json()["errors"][0]["pointer"] == "/to"
            assert (await desk.get(ticket))["version"] == len((await desk.get(ticket, "/history"))["items"])


async def test_the_table_is_that_of_the_agreement() -> None:
    by_provider = {
        State.IN_PROGRESS, State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY, State.HANDED_OFF, State.FULFILLED,
        State.DECLINED,
    }  # fmt: skip
    for state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS):
        provider = {to for to, sides in TABLE[state].items() if Side.PROVIDER in sides}
        own = {State.ACCEPTED} if state is State.SUBMITTED else set()
        assert provider == (by_provider | own | {State.AWAITING_APPROVAL}) - {state}
        assert {to for to, sides in TABLE[state].items() if Side.CUSTOMER in sides} == {State.CANCELLED}
    assert TABLE[State.DECLINED] == TABLE[State.CANCELLED] == {}


@pytest.mark.parametrize(
    ("to", "given", "code", "pointer"),
    [
        ("waiting_on_customer", {}, "question_missing", "/comment"),
        ("declined", {}, "reason_missing", "/reason"),
        ("handed_off", {}, "nothing_handed_off", "/to"),
    ],
)
async def test_what_a_step_needs(desk: Desk, to: str, given: dict[str, str], code: str, pointer: str) -> None:
    ticket = await a_ticket_in(desk, State.ACCEPTED)
    answer = await desk.step(ticket, to, None, **given)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_declining_at_once_needs_no_reason(desk: Desk) -> None:
    assert (await desk.step(await desk.submit(), "declined")).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/to"),
        ({"to": "elsewhere"}, "/to"),
        ({"to": None}, "/to"),
        ({"to": "accepted", "reason": ""}, "/reason"),
        ({"to": "accepted", "comment": 7}, "/comment"),
        ({"to": "accepted", "third_party": "x" * 201}, "/third_party"),
        ({"to": "accepted", "lacking": ["/a"] * 51}, "/lacking"),
        ({"to": "accepted", "lacking": ["/a", "Ana Ruiz"]}, "/lacking/1"),
        ({"to": "accepted", "answers": "yes"}, "/answers"),
        ({"to": "accepted", "occurred_at": "2026-03-02T09:00:00"}, "/occurred_at"),
        ({"to": "accepted", "occurred_at": 1_770_000_000}, "/occurred_at"),
        ({"to": "accepted", "by": "me"}, "/by"),
    ],
)
async def test_what_the_schema_forbids(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    ticket = await desk.submit()
    answer = await desk.client.post(f"/v1/tickets/{ticket['id']}/transitions", json=body, headers=desk.agent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_any_act_of_the_provider_accepts(desk: Desk) -> None:
    for path, body in (
        ("/comments", {"body": "On it.", "visibility": "internal"}),
        ("/assignments", {"assignee_id": str(desk.agent_id)}),
        ("/assignments", {"assignee_id": None}),
    ):
        ticket = await desk.submit()
        await desk.client.post(f"/v1/tickets/{ticket['id']}{path}", json=body, headers=desk.agent)
        assert (await desk.get(ticket))["state"] == "accepted", path
    ticket = await desk.submit()
    await desk.client.post(f"/v1/tickets/{ticket['id']}/comments", json={"body": "Hm."}, headers=desk.requester)
    assert (await desk.get(ticket))["state"] == "submitted"


async def test_a_wait_ends_into_the_state_it_came_from(desk: Desk) -> None:
    ticket = await a_ticket_in(desk, State.IN_PROGRESS)
    await desk.step(ticket, "waiting_on_third_party", third_party="Acme")
    await desk.step(ticket, "waiting_on_customer", comment="Which?")
    assert (await desk.step(ticket, "accepted")).json()["code"] == "step_not_allowed"
    comment = {"body": "The big one."}
    await desk.client.post(f"/v1/tickets/{ticket['id']}/comments", json=comment, headers=desk.requester)
    assert (await desk.get(ticket))["state"] == "waiting_on_third_party"


async def test_a_hand_off_hands_back_into_work(desk: Desk) -> None:
    ticket = await a_ticket_in(desk, State.ACCEPTED)
    link = await hand_over(desk, ticket)
    (told,) = (await desk.get(ticket, "/hand-offs"))["items"]
    assert (told["department_id"], told["department"], told["ended_at"]) == (str(desk.network.id), "NET", None)
    assert (await desk.get(ticket, "/ledger"))["items"][-1]["party"] == "department:NET"
    await bring_back(desk, ticket, link)
    assert (await desk.get(ticket))["state"] == "in_progress"
    (told,) = (await desk.get(ticket, "/hand-offs"))["items"]
    assert (told["outcome"], told["ended_at"] > told["accepted_at"]) == ("returned", True)


async def test_fulfilling_ends_open_hand_offs(desk: Desk) -> None:
    ticket = await a_ticket_in(desk, State.HANDED_OFF)
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    assert [link["outcome"] for link in (await desk.get(ticket, "/hand-offs"))["items"]] == ["ended"]


async def test_who_only_looks_on_acts_on_neither_side(desk: Desk) -> None:
    ticket = await desk.submit()
    auditor = desk.people.headers(scope="tickets:read tickets:write", roles=["auditor"])
    for path, body in (
        ("/transitions", {"to": "accepted"}),
        ("/comments", {"body": "Hm."}),
        ("/assignments", {"assignee_id": None}),
    ):
        answer = await desk.client.post(f"/v1/tickets/{ticket['id']}{path}", json=body, headers=auditor)
        assert (answer.status_code, answer.json()["code"]) == (403, "only_looks_on")


async def test_an_administrator_and_a_connector_act_on_either_side(desk: Desk) -> None:
    for headers in (desk.people.admin(), desk.people.account("tickets:read tickets:write tickets:import")):
        ticket = await desk.submit()
        for to in ("in_progress", "fulfilled", "closed", "in_progress", "cancelled"):
            answer = await desk.step(ticket, to, headers)
            assert answer.status_code == 201, answer.text


async def test_a_holder_of_a_link_takes_no_step_of_the_tickets(desk: Desk) -> None:
    ticket = await a_ticket_in(desk, State.HANDED_OFF)
    helper = desk.people.one_of(desk.network.id, "agent")
    assert (await desk.step(ticket, "fulfilled", helper)).json()["code"] == "step_of_another_side"
    words = await desk.client.post(f"/v1/tickets/{ticket['id']}/comments", json={"body": "Done."}, headers=helper)
    assert (words.status_code, words.json()["side"]) == (201, "department")
    (event,) = [e for e in (await desk.get(ticket, "/history"))["items"] if e["name"] == "commented"]
    assert event["department"] == "NET"


async def test_a_repeated_step_under_its_key_is_taken_once(desk: Desk) -> None:
    ticket = await desk.submit()
    headers = desk.agent | {"Idempotency-Key": "step"}
    first, again = [await desk.step(ticket, "accepted", headers) for _ in range(2)]
    assert (first.status_code, first.content) == (201, again.content)
    assert (await desk.get(ticket))["version"] == 2
