"""Submitting under an agreement: what is pinned, what has to be said with a request, and what is decided at once."""

from typing import Any

import pytest

from services.requests.tickets.service.verify import verify_tickets
from tests.requests.tickets.agreeing import COMPLETENESS, NOTICE, REPLY, agree, ask_by_form, later, madrid
from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_amending import amended, told
from tests.requests.tickets.test_submit import submitted

ROUTES = pytest.mark.parametrize("path", ["/v1/tickets", "/v1/tickets/preview"])


async def clocks(desk: Desk, ticket: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {clock["clock"]: clock for clock in (await desk.get(ticket, "/clocks"))["items"]}


async def same_as_folded(desk: Desk) -> bool:
    """Holds that every ticket is kept as the fold has it, and that there is one."""
    found = [each async for each in verify_tickets(desk.app.state.engine, desk.app.state.terms)]
    assert found, "nothing is committed yet: nothing was compared"
    assert [each.differences for each in found if each.differences] == []
    return True


async def test_a_ticket_pins_the_version_and_what_it_promises(desk: Desk) -> None:
    version = await agree(desk, NOTICE, REPLY)
    ticket = await desk.submit(needed_by=later(60))
    assert ticket["agreement_version_id"] == version["id"]
    found = await clocks(desk, ticket)
    assert set(found) == {"resolution", "notice"}  # reply begins with a question
    assert (found["resolution"]["objective"], found["resolution"]["calendar_id"]) == (0.95, await madrid(desk))
    assert (found["notice"]["side"], found["notice"]["state"], found["notice"]["effect"]) == (
        "customer",
        "met",
        "extend",
    )
    assert found["notice"]["promised"] == 10 * 8 * 3600 <= found["notice"]["observed"]
    assert (await desk.get(ticket, "/history"))["items"][0]["payload"] == {"needed_by": later(60)}
    assert await same_as_folded(desk)


async def test_a_notice_too_short_is_missed_and_adds_its_shortfall(desk: Desk) -> None:
    await agree(desk, NOTICE)
    short, long = await desk.submit(needed_by=later(1)), await desk.submit(needed_by=later(60))
    missed, met = await clocks(desk, short), await clocks(desk, long)
    shortfall = missed["notice"]["shortfall_seconds"]
    assert (missed["notice"]["state"], shortfall) == (
        "missed",
        missed["notice"]["promised"] - missed["notice"]["observed"],
    )
    assert missed["resolution"]["target_seconds"] == pytest.approx(met["resolution"]["target_seconds"] + shortfall)
    path = f"/clocks/{missed['resolution']['id']}/explanation"
    explained = await desk.get(short, path)
    (recalculated,) = explained["recalculations"]
    assert (recalculated["why"], recalculated["new_due_at"]) == ("notice", missed["resolution"]["due_at"])
    assert explained["first_due_at"] == recalculated["old_due_at"] == explained["legs"][0]["due_at"]
    assert [leg["due_at"] for leg in explained["legs"]][-1] == missed["resolution"]["due_at"]
    noticed = await desk.get(short, f"/clocks/{missed['notice']['id']}/explanation")
    lacking = sum(
        each["seconds"] for each in noticed["intervals"] if each["charged_for"] == "lacking" and each["counted"]
    )
    assert lacking == pytest.approx(shortfall)
    assert noticed["needed_by"] < noticed["first_due_at"]


@ROUTES
async def test_under_notice_it_has_to_be_said_by_when(desk: Desk, path: str) -> None:
    await agree(desk, NOTICE)
    assert await submitted(desk, {}, path=path) == (409, "needed_by_missing", "/needed_by")


@ROUTES
async def test_a_form_is_filled_in_as_it_asks(desk: Desk, path: str) -> None:
    await ask_by_form(desk)
    assert await submitted(desk, {"fields": {"sets": "2"}}, path=path) == (422, "form_refused", "/fields/sets")
    assert await submitted(desk, {"fields": {}}, path=path) == (422, "form_refused", "/fields/model")


async def test_what_is_expected_and_lacking_is_told_in_the_fact(desk: Desk) -> None:
    await ask_by_form(desk)
    await agree(desk, COMPLETENESS)
    lacking = await desk.submit(fields={"model": "A"})
    whole = await desk.submit(fields={"model": "A", "colour": "red"})
    assert (await desk.get(lacking, "/history"))["items"][0]["payload"] == {"missing": ["/colour"]}
    found = await clocks(desk, lacking)
    assert (found["completeness"]["state"], found["completeness"]["observed"]) == ("missed", ["/colour"])
    assert found["resolution"]["is_best_effort"]
    found = await clocks(desk, whole)
    assert (found["completeness"]["state"], found["resolution"]["is_best_effort"]) == ("met", False)


async def test_a_return_names_what_the_form_asks_for(desk: Desk) -> None:
    await agree(desk, COMPLETENESS)
    formless = await desk.submit()
    await ask_by_form(desk)
    ticket = await desk.submit(fields={"model": "A", "colour": "red"})
    await ask_by_form(desk, None)
    back: dict[str, Any] = {"to": "waiting_on_customer", "reason": "incomplete", "comment": "Which colour?"}
    refused = await desk.step(ticket, **back, lacking=["/colour", "/colours"])
    assert told(refused) == (409, "lacking_not_in_form", "/lacking/1")
    assert (await clocks(desk, ticket))["completeness"]["state"] == "met"
    assert (await desk.step(ticket, **back, lacking=["/colour"])).status_code == 201
    missed = (await clocks(desk, ticket))["completeness"]
    assert (missed["state"], missed["observed"]) == ("missed", ["/colour"])
    assert (await desk.step(formless, **back, lacking=["/anything"])).status_code == 201


async def test_changes_answer_to_the_form_and_the_terms_that_were_pinned(desk: Desk) -> None:
    await ask_by_form(desk)
    await agree(desk, NOTICE)
    ticket = await desk.submit(needed_by=later(60), fields={"model": "A"})
    await ask_by_form(desk, {"schema": {"type": "object", "required": ["other"]}, "expected": []})
    assert told(await amended(desk, ticket, fields={"model": 7})) == (422, "form_refused", "/fields/model")
    assert told(await amended(desk, ticket, needed_by=None)) == (409, "needed_by_missing", "/needed_by")
    assert (await amended(desk, ticket, fields={"model": "B"})).status_code == 200
    assert (await clocks(desk, ticket))["notice"]["state"] == "met"
    assert (await amended(desk, ticket, needed_by=later(1))).status_code == 200
    assert (await clocks(desk, ticket))["notice"]["state"] == "missed"
    assert (await amended(desk, ticket, needed_by=later(90))).status_code == 200
    assert (await clocks(desk, ticket))["notice"]["state"] == "missed"
    assert await same_as_folded(desk)


async def test_an_agreement_without_a_quota_costs_no_statement_more(desk: Desk) -> None:
    await ask_by_form(desk)
    await agree(desk, NOTICE, COMPLETENESS, REPLY)
    await desk.submit(needed_by=later(60), fields={"model": "A"})
    async with statements(desk) as sent:
        await desk.submit(needed_by=later(60), fields={"model": "A"})
    assert [statement.split()[0] for statement in sent] == ["WITH"]


async def test_tickets_are_found_by_their_agreement(desk: Desk) -> None:
    before = await desk.submit()
    version = await agree(desk)
    after = await desk.submit(priority="high")
    for asked, expected in (
        ({"agreement_version_id": version["id"]}, [after]),
        ({"promised_priority": "high"}, [after]),
        ({"promised_priority": ["high", "normal"]}, [after, before]),
    ):
        answer = await desk.client.get("/v1/tickets", params=asked, headers=desk.requester)
        assert answer.json()["items"] == expected
