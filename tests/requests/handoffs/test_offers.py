"""Offers: who makes and answers them, what they do to the ticket and its ledger, and who is told."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.requests.handoffs.chain import Chain
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.outbox import left
from tests.requests.tickets.test_agreed import same_as_folded

ENDINGS = [("bounces", "NET", {"reason": "Not ours"}, "bounced"), ("withdrawals", "IT", {}, "withdrawn")]


@pytest.fixture
def chain(desk: Desk) -> Chain:
    return Chain(desk)


async def test_while_nobody_has_answered_the_provider_is_charged_for_the_offer(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    link = await chain.offered(ticket, "NET", comment="The cable, please", needed_by="2100-01-01", fields={"m": 2})
    assert (link["state"], link["accepted_at"], link["offered_by"]) == ("offered", None, str(chain.desk.it.id))
    assert (link["comment"], link["needed_by"], link["fields"]) == ("The cable, please", "2100-01-01", {"m": 2})
    assert (await chain.desk.get(ticket))["state"] == "handed_off"
    assert await chain.charged(ticket) == ("provider", "offered:NET", [])
    answer = await chain.act(ticket, link, "acceptances", by="NET")
    assert (answer.status_code, answer.json()["state"]) == (201, "accepted")
    assert await chain.charged(ticket) == ("department:NET", "handed_off", [])
    answer = await chain.act(ticket, link, "returns", by="NET", reason="Laid")
    assert (answer.json()["state"], answer.json()["reason"]) == ("returned", "Laid")
    assert (await chain.desk.get(ticket))["state"] == "in_progress"
    assert await same_as_folded(chain.desk)


@pytest.mark.parametrize(("what", "by", "body", "outcome"), ENDINGS)
async def test_an_offer_that_comes_to_nothing_gives_the_ticket_back(
    chain: Chain, what: str, by: str, body: dict[str, Any], outcome: str
) -> None:
    ticket = await chain.desk.submit()
    link = await chain.offered(ticket, "NET")
    ended = await chain.act(ticket, link, what, by=by, **body)
    assert (ended.status_code, ended.json()["state"], ended.json()["accepted_at"]) == (201, outcome, None)
    assert (await chain.desk.get(ticket))["state"] == "in_progress"
    for again, who in (("acceptances", "NET"), ("bounces", "NET"), ("withdrawals", "IT"), ("returns", "NET")):
        answer = await chain.act(ticket, link, again, by=who, **({"reason": "x"} if again == "bounces" else {}))
        assert (answer.status_code, answer.json()["code"]) == (409, "link_not_open")


async def test_what_is_not_waited_for_changes_neither_state_nor_charge(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    assert (await chain.desk.step(ticket, "in_progress")).status_code == 201
    link = await chain.accepted(ticket, "NET", wait=False)
    assert (await chain.desk.get(ticket))["state"] == "in_progress"
    assert await chain.charged(ticket) == ("provider", "in_progress", [])
    assert (await chain.desk.step(ticket, "handed_off")).json()["code"] == "nothing_handed_off"
    assert (await chain.act(ticket, link, "returns", by="NET")).status_code == 201
    assert (await chain.desk.get(ticket))["state"] == "in_progress"


async def test_of_several_the_first_accepted_is_charged_its_deepest_and_the_others_named(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    law = await chain.offered(ticket, "LAW")
    net = await chain.accepted(ticket, "NET")
    assert await chain.charged(ticket) == ("department:NET", "handed_off", [])
    assert (await chain.act(ticket, law, "acceptances", by="LAW")).status_code == 201
    assert await chain.charged(ticket) == ("department:NET", "handed_off", ["department:LAW"])
    ops = await chain.offered(ticket, "OPS", by="NET", parent_id=net["id"])
    assert ops["offered_by"] == str(chain.desk.network.id)
    assert await chain.charged(ticket) == ("department:NET", "handed_off", ["department:LAW"])
    assert (await chain.act(ticket, ops, "acceptances", by="OPS")).status_code == 201
    assert await chain.charged(ticket) == ("department:OPS", "handed_off", ["department:LAW"])
    assert (await chain.act(ticket, net, "returns", by="NET")).status_code == 201
    assert await chain.charged(ticket) == ("department:LAW", "handed_off", [])
    shown = await chain.desk.get(ticket, "/hand-offs")
    assert [link["outcome"] for link in shown["items"]] == [None, "returned", "ended"]
    assert (shown["hand_offs"], shown["bounces"], shown["ping_pong"]) == (3, 0, 1)
    assert await same_as_folded(chain.desk)


async def test_no_hand_off_leads_back_up(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    net = await chain.accepted(ticket, "NET")
    law = await chain.accepted(ticket, "LAW", by="NET", parent_id=net["id"])
    for to, by, parent in (("IT", "IT", None), ("NET", "NET", net), ("NET", "LAW", law), ("IT", "LAW", law)):
        answer = await chain.offer(ticket, to, by=by, parent_id=parent["id"] if parent else None)
        assert (answer.status_code, answer.json()["code"]) == (409, "hand_off_in_circle")
        assert answer.json()["errors"][0]["pointer"] == "/department_id"
    assert (await chain.offer(ticket, "LAW")).status_code == 201  # beside, not above


async def test_a_renamed_department_is_still_above(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    net = await chain.accepted(ticket, "NET")
    async with chain.desk.app.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE department_copy SET code = 'WEB' WHERE code = 'NET'")
        await connection.exec_driver_sql("UPDATE department_copy SET code = 'ICT' WHERE code = 'IT'")
    for to, by, parent in (("NET", "NET", net["id"]), ("IT", "IT", None), ("IT", "NET", net["id"])):
        answer = await chain.offer(ticket, to, by=by, parent_id=parent)
        assert (answer.status_code, answer.json()["code"]) == (409, "hand_off_in_circle")


async def test_who_offers_and_who_answers(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    assert (await chain.offer(ticket, "NET", by="NET")).status_code == 404  # it does not read the ticket yet
    manager = chain.desk.people.one_of(chain.desk.hr.id, "manager")
    path = f"/v1/tickets/{ticket['id']}/hand-offs"
    body = {"department_id": str(chain.desk.network.id)}
    refused = await chain.desk.client.post(path, json=body, headers=manager)
    assert (refused.status_code, refused.json()["code"]) == (403, "for_offering_department_only")
    net = await chain.offered(ticket, "NET")
    for what, by, code in (
        ("acceptances", "IT", "for_receiving_department_only"),
        ("withdrawals", "NET", "for_offering_department_only"),
        ("bounces", "IT", "for_receiving_department_only"),
        ("returns", "IT", "for_receiving_department_only"),
    ):
        answer = await chain.act(ticket, net, what, by=by, **({"reason": "x"} if what == "bounces" else {}))
        assert (answer.status_code, answer.json()["code"]) == (403, code), what
    too_early = await chain.offer(ticket, "LAW", by="NET", parent_id=net["id"])
    assert (too_early.status_code, too_early.json()["code"]) == (409, "link_not_accepted")
    assert (await chain.act(ticket, net, "returns", by="NET")).json()["code"] == "link_not_accepted"
    assert (await chain.act(ticket, net, "acceptances", by="NET")).status_code == 201
    assert (await chain.act(ticket, net, "withdrawals", by="IT")).json()["code"] == "offer_answered"
    for by in ("IT", "LAW"):
        answer = await chain.offer(ticket, "OPS", by=by, parent_id=net["id"])
        assert answer.status_code == (403 if by == "IT" else 404)


async def test_what_an_offer_names_exists(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    gone = {"id": str(uuid4())}
    assert (await chain.act(ticket, gone, "acceptances", by="IT")).json()["code"] == "unknown_hand_off"
    unknown = await chain.offer(ticket, "NET", parent_id=str(uuid4()))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (404, "/parent_id")
    foreign = await chain.offer(ticket, "NET", offering_id=str(chain.desk.offering_id))
    assert (foreign.status_code, foreign.json()["code"]) == (409, "not_their_offering")
    missing = await chain.offer(ticket, "NET", offering_id=str(uuid4()))
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (404, "/offering_id")
    nobody = {"department_id": str(uuid4())}
    path = f"/v1/tickets/{ticket['id']}/hand-offs"
    answer = await chain.desk.client.post(path, json=nobody, headers=chain.agent("IT"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/department_id")
    assert (await chain.desk.step(ticket, "declined")).status_code == 201
    assert (await chain.offer(ticket, "NET")).json()["code"] == "hand_off_in_state"


@pytest.mark.parametrize("rivals", [("acceptances", "acceptances"), ("acceptances", "withdrawals")])
async def test_one_of_two_answers_wins(chain: Chain, rivals: tuple[str, str]) -> None:
    for _ in range(5):
        ticket = await chain.desk.submit()
        link = await chain.offered(ticket, "NET")
        by = {"acceptances": "NET", "withdrawals": "IT"}
        answers = await asyncio.gather(*(chain.act(ticket, link, what, by=by[what]) for what in rivals))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await same_as_folded(chain.desk)


async def test_whom_an_offer_and_its_end_are_told(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    known = {await chain.staff("NET"), await chain.staff("NET", "manager")}
    await chain.staff("NET", "member")
    await chain.staff("LAW")
    link = await chain.offered(ticket, "NET", comment="Please")
    offered = await chain.told("hand_off_offered")
    assert offered.keys() == known
    assert {about["link_id"] for about in offered.values()} == {link["id"]}
    assert (await chain.act(ticket, link, "bounces", by="NET", reason="Not ours")).status_code == 201
    told = await chain.told("hand_off_ended")
    assert {person: (about["outcome"], about["reason"]) for person, about in told.items()} == {
        chain.desk.agent_id: ("bounced", "Not ours")
    }


async def test_other_services_hear_of_each_step_of_a_hand_off(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    first = await chain.accepted(ticket, "NET")
    nested = await chain.offered(ticket, "LAW", by="NET", parent_id=first["id"], wait=False)
    assert (await chain.desk.step(ticket, "fulfilled")).status_code == 201
    offered, accepted, ended = [
        await left(chain.desk, f"hand_off.{what}", ticket) for what in ("offered", "accepted", "ended")
    ]
    assert [(each["link_id"], each["offered_by_department_id"], each["waits"]) for each in offered] == [
        (first["id"], str(chain.desk.it.id), True),
        (nested["id"], str(chain.desk.network.id), False),
    ]
    assert [each["link_id"] for each in accepted] == [first["id"]]
    assert {(each["link_id"], each["outcome"]) for each in ended} == {(first["id"], "ended"), (nested["id"], "ended")}
    assert {each["department_id"] for each in ended} == {str(chain.departments[code].id) for code in ("NET", "LAW")}
