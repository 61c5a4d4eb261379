"""Another promised priority: one side proposes it, the other confirms it, and only then targets change."""

from datetime import timedelta
from typing import Any

import httpx

from tests.requests.tickets.desk import Desk, Headers


async def rule(desk: Desk, ticket: dict[str, Any], headers: Headers, **body: Any) -> httpx.Response:
    return await desk.client.post(f"/v1/tickets/{ticket['id']}/rulings", json=body, headers=headers)


async def resolution(desk: Desk, ticket: dict[str, Any]) -> dict[str, Any]:
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    found: dict[str, Any] = next(clock for clock in clocks if clock["clock"] == "resolution")
    return found


async def test_a_proposal_changes_nothing_until_the_other_side_confirms(desk: Desk) -> None:
    ticket = await desk.submit()
    before = await resolution(desk, ticket)
    proposed = await rule(desk, ticket, desk.agent, priority="urgent")
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed"), proposed.text
    assert (await resolution(desk, ticket))["target_seconds"] == before["target_seconds"]
    assert (await desk.get(ticket))["promised_priority"] == "normal"
    confirmed = await rule(desk, ticket, desk.requester, confirms=proposed.json()["id"])
    assert (confirmed.status_code, confirmed.json()["state"]) == (201, "ruled"), confirmed.text
    now = await desk.get(ticket)
    assert (now["promised_priority"], now["priority"]) == ("urgent", "urgent")
    after = await resolution(desk, ticket)
    assert timedelta(seconds=after["target_seconds"]) == timedelta(hours=4)
    told = (await desk.get(ticket, f"/clocks/{after['id']}/explanation"))["recalculations"]
    assert [(each["why"], each["old_due_at"]) for each in told] == [("priority", before["due_at"])]
    listed = (await desk.get(ticket, "/rulings"))["items"]
    assert [(each["state"], each["side"], each["proposal_id"]) for each in listed] == [
        ("ruled", "provider", None),
        ("ruled", "customer", proposed.json()["id"]),
    ]


async def test_nobody_confirms_what_their_own_side_proposed(desk: Desk) -> None:
    ticket = await desk.submit()
    proposed = (await rule(desk, ticket, desk.agent, priority="urgent")).json()
    another = desk.people.one_of(desk.it.id, "agent")
    for headers in (desk.agent, another):
        refused = await rule(desk, ticket, headers, confirms=proposed["id"])
        assert (refused.status_code, refused.json()["code"]) == (403, "confirms_own_proposal")


async def test_a_later_proposal_takes_the_place_of_an_earlier_one(desk: Desk) -> None:
    ticket = await desk.submit()
    first = (await rule(desk, ticket, desk.requester, priority="urgent")).json()
    second = (await rule(desk, ticket, desk.agent, priority="low")).json()
    refused = await rule(desk, ticket, desk.agent, confirms=first["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_not_open")
    assert (await rule(desk, ticket, desk.requester, confirms=second["id"])).status_code == 201
    again = await rule(desk, ticket, desk.requester, confirms=second["id"])
    assert (again.status_code, again.json()["code"]) == (409, "proposal_not_open")


async def test_what_stands_against_a_ruling(desk: Desk) -> None:
    ticket = await desk.submit()
    for body, status, code in (
        ({}, 409, "proposes_or_confirms"),
        ({"priority": "low", "confirms": ticket["id"]}, 409, "proposes_or_confirms"),
        ({"priority": "normal"}, 409, "priority_promised_already"),
        ({"confirms": ticket["id"]}, 404, "unknown_proposal"),
        ({"priority": "soon"}, 422, "invalid_input"),
    ):
        refused = await rule(desk, ticket, desk.requester, **body)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    stranger = await rule(desk, ticket, desk.people.one_of(desk.hr.id), priority="urgent")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown_ticket")
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    refused = await rule(desk, ticket, desk.requester, priority="urgent")
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_has_ended")


async def test_a_restart_promises_anew(desk: Desk) -> None:
    ticket = await desk.submit()
    proposed = (await rule(desk, ticket, desk.agent, priority="urgent", elapsed="restart")).json()
    assert (proposed["state"], proposed["elapsed"]) == ("proposed", "restart")
    ruled = await rule(desk, ticket, desk.requester, confirms=proposed["id"])
    assert ruled.json()["elapsed"] == "restart"
    after = await resolution(desk, ticket)
    assert after["elapsed_seconds"] < 60
    assert timedelta(seconds=after["target_seconds"]) == timedelta(hours=4)


async def test_who_confirms_takes_no_restart_that_was_not_proposed(desk: Desk) -> None:
    ticket = await desk.submit()
    proposed = (await rule(desk, ticket, desk.requester, priority="urgent")).json()
    refused = await rule(desk, ticket, desk.agent, confirms=proposed["id"], elapsed="restart")
    assert (refused.status_code, refused.json()["code"]) == (409, "elapsed_is_proposed")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/elapsed"]
    ruled = await rule(desk, ticket, desk.agent, confirms=proposed["id"], elapsed="keep")
    assert (ruled.status_code, ruled.json()["elapsed"]) == (201, "keep")
