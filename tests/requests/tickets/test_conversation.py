"""Questions and answers, comments, assignments, slips taken back, and what of it each reader's history shows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.requests.tickets.schemas import NewCorrection
from services.requests.tickets.service.act import take_back
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from services.shared.problems import Problem
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.stories import hand_over


async def post(desk: Desk, ticket: dict[str, Any], what: str, body: Any, headers: Headers | None = None) -> Any:
    return await desk.client.post(f"/v1/tickets/{ticket['id']}/{what}", json=body, headers=headers or desk.requester)


async def asked(desk: Desk) -> dict[str, Any]:
    """A ticket whose provider has asked something."""
    ticket = await desk.submit()
    assert (await desk.step(ticket, "waiting_on_customer", comment="Which model?")).status_code == 201
    return ticket


async def test_the_customers_public_comment_answers(desk: Desk) -> None:
    ticket = await asked(desk)
    answer = await post(desk, ticket, "comments", {"body": "  The big one.  "})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["body"], told["visibility"], told["side"], told["author_id"], told["answers"]) == (
        "The big one.",
        "public",
        "customer",
        str(desk.requester_id),
        True,
    )
    assert (await desk.get(ticket))["state"] == "accepted"
    parties = [(line["party"], line["reason"]) for line in (await desk.get(ticket, "/ledger"))["items"]]
    assert parties[:2] == [("provider", "submitted"), ("customer", "waiting_on_customer")]


async def test_not_if_it_does_not_answer_or_is_the_providers(desk: Desk) -> None:
    ticket = await asked(desk)
    await post(desk, ticket, "comments", {"body": "I will ask.", "answers": False})
    await post(desk, ticket, "comments", {"body": "Please do."}, desk.agent)
    await post(desk, ticket, "comments", {"body": "Slow.", "visibility": "internal"}, desk.agent)
    assert (await desk.get(ticket))["state"] == "waiting_on_customer"


async def test_comments_are_listed_with_the_words_of_steps(desk: Desk) -> None:
    ticket = await asked(desk)
    await post(desk, ticket, "comments", {"body": "The big one."})
    await desk.step(ticket, "fulfilled", comment="Here it is.")
    told = (await desk.get(ticket, "/comments"))["items"]
    assert [(each["body"], each["side"]) for each in told] == [
        ("Which model?", "provider"),
        ("The big one.", "customer"),
        ("Here it is.", "provider"),
    ]


async def test_internal_words_are_for_who_serves(desk: Desk) -> None:
    ticket = await desk.submit()
    refused = await post(desk, ticket, "comments", {"body": "Hm.", "visibility": "internal"})
    assert (refused.status_code, refused.json()["code"]) == (403, "for_provider_only")
    assert refused.json()["errors"][0]["pointer"] == "/visibility"
    await hand_over(desk, ticket)
    helper = desk.people.one_of(desk.network.id, "agent")
    for headers in (desk.agent, helper):
        words = {"body": "The customer is always slow.", "visibility": "internal"}
        assert (await post(desk, ticket, "comments", words, headers)).status_code == 201
    manager = desk.people.one_of(desk.hr.id, "manager")
    for headers, seen in (
        (desk.agent, 2),
        (helper, 2),
        (desk.people.admin(), 2),
        (desk.requester, 0),
        (manager, 0),
    ):
        assert len((await desk.get(ticket, "/comments", headers))["items"]) == seen
        names = [event["name"] for event in (await desk.get(ticket, "/history", headers))["items"]]
        assert names.count("commented") == seen


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body"),
        ({"body": " "}, "/body"),
        ({"body": "x" * 20_001}, "/body"),
        ({"body": "a\x00"}, "/"),
        ({"body": "x", "visibility": "secret"}, "/visibility"),
        ({"body": "x", "answers": 1}, "/answers"),
    ],
)
async def test_what_is_no_comment(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    answer = await post(desk, await desk.submit(), "comments", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_assigned_to_who_serves_the_provider_or_holds_a_link(desk: Desk) -> None:
    ticket = await desk.submit()
    colleague = desk.identity.add_person(departments={desk.it.id: "manager"})
    helper = desk.identity.add_person(departments={desk.network.id: "agent"})
    member = desk.identity.add_person(departments={desk.it.id: "member", desk.hr.id: "agent"})
    gone = desk.identity.add_person(departments={desk.it.id: "agent"}, is_active=False)

    async def assign(person_id: Any) -> tuple[int, str | None, str | None]:
        answer = await post(desk, ticket, "assignments", {"assignee_id": str(person_id)}, desk.agent)
        told = answer.json()
        return answer.status_code, told.get("code"), told.get("assignee_id")

    assert await assign(colleague.id) == (201, None, str(colleague.id))
    assert await assign(desk.agent_id) == (201, None, str(desk.agent_id))
    for stranger in (helper, member, gone):
        assert await assign(stranger.id) == (409, "assignee_does_not_serve", None)
    assert await assign(uuid7()) == (404, "unknown_person", None)
    await hand_over(desk, ticket)
    assert await assign(helper.id) == (201, None, str(helper.id))
    cleared = await post(desk, ticket, "assignments", {"assignee_id": None}, desk.agent)
    assert cleared.json()["assignee_id"] is None
    customers = await post(desk, ticket, "assignments", {"assignee_id": None})
    assert (customers.status_code, customers.json()["code"]) == (403, "for_provider_only")
    for body in ({}, {"assignee_id": "me"}, {"assignee_id": 7}):
        answer = await post(desk, ticket, "assignments", body, desk.agent)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/assignee_id")
    admin = desk.people.headers(scope="tickets:write", roles=["admin"], subject=colleague.id)
    own = await post(desk, ticket, "assignments", {"assignee_id": str(colleague.id)}, admin)
    assert own.status_code == 201


async def the_last_event(desk: Desk, ticket: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = (await desk.get(ticket, "/history", desk.agent))["items"][-1]
    return event


async def test_a_slip_is_taken_back_by_its_side(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "in_progress")
    await desk.step(ticket, "fulfilled")
    slip = await the_last_event(desk, ticket)
    theirs = await post(desk, ticket, "corrections", {"event_id": slip["id"]})
    assert (theirs.status_code, theirs.json()["code"]) == (409, "correction_of_another_side")
    answer = await post(desk, ticket, "corrections", {"event_id": slip["id"], "reason": "wrong ticket"}, desk.agent)
    assert (answer.status_code, answer.json()["state"]) == (201, "in_progress")
    history = (await desk.get(ticket, "/history"))["items"]
    assert [(event["name"], event["corrects"]) for event in history[-2:]] == [
        ("moved", None),
        ("taken_back", slip["id"]),
    ]
    assert {line["party"] for line in (await desk.get(ticket, "/ledger"))["items"]} == {"provider"}
    again = await post(desk, ticket, "corrections", {"event_id": slip["id"]}, desk.agent)
    assert again.json()["code"] == "already_corrected"


async def test_that_something_internal_was_taken_back_is_internal_too(desk: Desk) -> None:
    ticket = await desk.submit()
    words = {"body": "They always forget the form", "visibility": "internal"}
    assert (await post(desk, ticket, "comments", words, desk.agent)).status_code == 201
    slip = {"event_id": (await the_last_event(desk, ticket))["id"], "reason": "What I said of the form was unkind"}
    theirs = await post(desk, ticket, "corrections", slip)
    assert (theirs.status_code, theirs.json()["code"]) == (404, "unknown_event"), "it is not there for them"
    assert (await post(desk, ticket, "corrections", slip, desk.agent)).status_code == 201
    seen = [(await desk.get(ticket, "/history", who))["items"] for who in (desk.requester, desk.agent)]
    assert [[event["name"] for event in events] for events in seen] == [
        ["submitted"],
        ["submitted", "commented", "taken_back"],
    ]
    async with hot_transaction(desk.app.state.engine) as connection:
        sql = "SELECT name FROM ticket_change WHERE ticket_id = $1 AND is_internal ORDER BY position"
        told = [row["name"] for row in await connection.fetch(sql, UUID(ticket["id"]))]
    assert told == ["commented", "taken_back"], "nor does the live stream tell of it"


async def test_what_cannot_be_taken_back(desk: Desk) -> None:
    ticket = await desk.submit()
    opening = (await the_last_event(desk, ticket))["id"]
    for event_id, status, code in (
        (opening, 409, "not_correctable"),
        (str(uuid7()), 404, "unknown_event"),
        ("x", 422, "invalid_input"),
    ):
        answer = await post(desk, ticket, "corrections", {"event_id": event_id})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["errors"][0]["pointer"] == "/event_id"


async def test_a_slip_is_taken_back_within_the_hour(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "accepted")
    new = NewCorrection(event_id=UUID((await the_last_event(desk, ticket))["id"]))
    actor = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
    late = datetime.now(UTC) + timedelta(hours=1, seconds=1)
    with pytest.raises(Problem) as refused:
        async with hot_transaction(desk.app.state.engine) as connection:
            await take_back(connection, desk.app.state.terms, actor, UUID(ticket["id"]), new, now=late)
    assert refused.value.code == "correction_too_late"


async def test_history_tells_each_event_as_it_was_recorded(desk: Desk) -> None:
    ticket = await asked(desk)
    await post(desk, ticket, "comments", {"body": "The big one."})
    opening, question, answer = (await desk.get(ticket, "/history"))["items"]
    assert [event["sequence"] for event in (opening, question, answer)] == [1, 2, 3]
    assert {event["kind"] for event in (opening, question, answer)} == {"fact"}
    assert opening["payload"] == {}
    assert question["payload"] == {"to": "waiting_on_customer", "comment": "Which model?"}
    assert (question["side"], question["actor_id"]) == ("provider", str(desk.agent_id))
    assert (answer["side"], answer["actor_id"]) == ("customer", str(desk.requester_id))
    assert question["occurred_at"] == question["recorded_at"]
    assert not any(event["irregular"] for event in (opening, question, answer))


async def test_a_late_fact_may_make_a_later_step_irregular(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "in_progress")
    created = datetime.fromisoformat(ticket["created_at"])
    moment = (created + timedelta(microseconds=1)).isoformat()
    connector = desk.people.account("tickets:read tickets:write tickets:import")
    late = await desk.step(ticket, "cancelled", connector, occurred_at=moment)
    assert late.status_code == 201, late.text
    history = (await desk.get(ticket, "/history"))["items"]
    assert [(event["name"], event["irregular"]) for event in history] == [
        ("submitted", False),
        ("moved", True),
        ("moved", False),
    ]


async def test_a_participant_who_serves_the_provider_answers_for_it(desk: Desk) -> None:
    agent = desk.identity.add_person(id=desk.agent_id, departments={desk.it.id: "agent"})
    ticket = await desk.submit(participants=[str(agent.id)])
    assert (await desk.step(ticket, "waiting_on_customer", comment="Which model?")).status_code == 201
    said = await post(desk, ticket, "comments", {"body": "I would take the big one."}, desk.agent)
    assert (said.status_code, said.json()["side"]) == (201, "provider")
    assert (await desk.get(ticket))["state"] == "waiting_on_customer"
    changed = await desk.client.patch(
        f"/v1/tickets/{ticket['id']}", json={"needed_by": "2027-03-02"}, headers=desk.agent | {"If-Match": "*"}
    )
    assert (changed.status_code, changed.json()["code"]) == (403, "for_customer_only")


async def test_a_participant_of_anywhere_else_answers_for_the_customer(desk: Desk) -> None:
    friend = desk.identity.add_person()
    ticket = await desk.submit(participants=[str(friend.id)])
    assert (await desk.step(ticket, "waiting_on_customer", comment="Which model?")).status_code == 201
    elsewhere = desk.people.one_of(desk.network.id, "agent", friend.id)
    said = await post(desk, ticket, "comments", {"body": "The big one."}, elsewhere)
    assert (said.status_code, said.json()["side"]) == (201, "customer")
    assert (await desk.get(ticket))["state"] == "accepted"
