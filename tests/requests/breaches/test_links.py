"""Disputes about hand-offs are between their own two departments, and count in their own outcomes alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.requests.breaches.contests.refusals import ContestOutsideLedger, MayNotDecideContest
from services.requests.breaches.contests.schemas import NewContest, NewContestDecision
from services.requests.breaches.contests.service import contest_interval, decide_contest
from services.requests.tickets.refusals import OnlyLooksOn, UnknownLink
from services.shared.auth import Actor
from tests.requests.breaches.test_exclusions import ask, decide, take_to_tickets
from tests.requests.handoffs.chain import Chain, Told
from tests.requests.handoffs.test_promises import agreed, clocks_of, offering_of
from tests.requests.handoffs.test_small_tickets import Weeks, at
from tests.requests.handoffs.test_small_tickets import weeks as weeks
from tests.requests.rulings.test_worker import differences
from tests.requests.tickets.agreeing import COMPLETENESS, FORM
from tests.requests.tickets.desk import Desk

MISSED_BY_AN_HOUR = ("2 10:00", "2 11:00", "3 12:00")
"""Offered, accepted (eight working hours from there are Tuesday at eleven) and returned."""


async def returned(weeks: Weeks) -> UUID:
    """A part that NET gave back an hour late."""
    await weeks.begin("2 09:00")
    offered, accepted, back = MISSED_BY_AN_HOUR
    link = await weeks.offer(offered, "NET", offering_id=weeks.offering_id)
    await weeks.accept(accepted, link, "NET")
    await weeks.give_back(back, link, "NET")
    return link


async def contested(weeks: Weeks, link: UUID | None, actor: Actor) -> Told:
    new = NewContest.model_validate(
        {"from": "2026-03-02T12:00:00Z", "to": "2026-03-02T15:00:00Z", "party": "customer", "reason": "No key"}
        | ({"link_id": str(link)} if link else {})
    )
    return await contest_interval(weeks.connection, weeks.terms, actor, weeks.ticket_id, new, now=at("4 09:00"))


async def decided(weeks: Weeks, contest: Told, actor: Actor) -> Told:
    new = NewContestDecision(upheld=True, reason="They had no key")
    return await decide_contest(
        weeks.connection, weeks.terms, actor, weeks.ticket_id, contest["id"], new, now=at("4 10:00")
    )


def manager(chain: Chain, code: str) -> Actor:
    return Actor(uuid4(), department_roles={chain.departments[code].id: "manager"})


async def attained(weeks: Weeks, **pair: str) -> dict[str, tuple[int, int]]:
    """Met before and after decisions, by clock, of what the provider of that pair promised."""
    chain, client = weeks.chain, weeks.chain.desk.client
    wanted = {f"{side}_department_id": str(chain.departments[code].id) for side, code in pair.items()}
    answer = await client.get("/v1/reports/attainment", params=wanted, headers=chain.desk.people.admin())
    rows = [each for each in answer.json()["items"] if each["side"] == "provider"]
    return {each["clock"]: (each["met"], each["after_decisions"]["met"]) for each in rows}


async def test_a_contest_of_a_links_interval_counts_in_its_outcome_after_decisions_and_not_in_the_tickets(
    weeks: Weeks,
) -> None:
    link = await returned(weeks)
    assert (await weeks.clocks("4 09:00", link))["resolution"]["state"] == "missed"
    contest = await contested(weeks, link, weeks.agent("NET"))
    assert (contest["link_id"], contest["side"], contest["state"]) == (link, "provider", "open")
    told = await decided(weeks, contest, manager(weeks.chain, "IT"))
    assert (told["state"], told["decision"]["side"]) == ("upheld", "customer")
    clocks, outer = await weeks.clocks("4 11:00", link), await weeks.clocks("4 11:00")
    assert (clocks["resolution"]["state"], clocks["resolution"]["breached_at"]) == ("missed", at("3 11:00"))
    assert clocks["resolution"]["outcome_after_decisions"] == {"state": "met", "breached_at": None}
    assert outer["resolution"]["outcome_after_decisions"]["state"] == outer["resolution"]["state"]
    assert await attained(weeks, customer="IT", provider="NET") == {
        "acknowledge": (1, 1),
        "first_response": (0, 0),  # due on Monday at four now, and given on Tuesday
        "resolution": (0, 1),
    }
    assert (await attained(weeks, customer="HR", provider="IT"))["resolution"] == (0, 0)
    assert await differences(weeks.chain.desk) == []


async def test_who_asked_for_the_ticket_is_no_side_of_a_link(weeks: Weeks) -> None:
    link = await returned(weeks)
    with pytest.raises(OnlyLooksOn):
        await contested(weeks, link, weeks.requester)
    contest = await contested(weeks, link, weeks.agent("IT"))  # who offered it is its customer
    assert contest["side"] == "customer"
    for stranger in (manager(weeks.chain, "IT"), manager(weeks.chain, "HR"), weeks.agent("NET")):
        with pytest.raises(MayNotDecideContest):
            await decided(weeks, contest, stranger)
    deputy = Actor(uuid4(), deputy_of=frozenset({weeks.chain.desk.network.id}))
    assert (await decided(weeks, contest, deputy))["decision"]["side"] == "provider"


async def test_a_contest_of_a_link_lies_within_its_ledger(weeks: Weeks) -> None:
    link = await returned(weeks)
    early = {"from": "2026-03-02T09:30:00Z", "to": "2026-03-02T12:00:00Z", "party": "customer", "reason": "No key"}
    new, actor = NewContest.model_validate(early | {"link_id": str(link)}), weeks.agent("NET")
    unknown = new.model_copy(update={"link_id": uuid4()})
    with pytest.raises(ContestOutsideLedger):
        await contest_interval(weeks.connection, weeks.terms, actor, weeks.ticket_id, new, now=at("4 09:00"))
    with pytest.raises(UnknownLink):
        await contest_interval(weeks.connection, weeks.terms, actor, weeks.ticket_id, unknown, now=at("4 09:00"))


@pytest.fixture
def chain(desk: Desk) -> Chain:
    return Chain(desk)


async def decisions(chain: Chain, ticket: Told) -> list[str | None]:
    """The links (None: the ticket itself) about which something was decided, in order."""
    events = (await chain.desk.get(ticket, "/history"))["items"]
    return [each["payload"].get("link") for each in events if each["kind"] == "decision"]


async def test_an_exclusion_between_two_departments_reaches_their_links_and_no_others(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", default_targets=[{"clock": "resolution", "duration": "PT8H"}])
    ticket, beside = await chain.desk.submit(), await chain.desk.submit()
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    ended = await chain.offered(ticket, "NET", wait=False)
    await chain.act(ticket, ended, "withdrawals", by="IT")
    await chain.offered(beside, "LAW")
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}
    pair = {
        "customer_department_id": str(chain.desk.it.id),
        "provider_department_id": str(chain.desk.network.id),
    }
    managers = [
        chain.desk.people.one_of(each, "manager", uuid4()) for each in (chain.desk.it.id, chain.desk.network.id)
    ]
    asked = await ask(chain.desk, managers[0], **pair, **span)
    assert asked.status_code == 201, asked.text
    assert (await decide(chain.desk, asked.json(), managers[1])).status_code == 201
    await take_to_tickets(chain.desk)
    assert await decisions(chain, ticket) == [link["id"], ended["id"]]
    assert await decisions(chain, beside) == []
    assert (await clocks_of(chain, ticket, link))["resolution"]["outcome_after_decisions"]["state"] == "running"
    assert await differences(chain.desk) == []


async def test_an_exclusion_of_one_link_is_asked_and_decided_by_its_departments(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    link, other = await chain.accepted(ticket, "NET"), await chain.accepted(ticket, "NET", wait=False)
    now = datetime.now(UTC)
    body: dict[str, Any] = {
        "customer_department_id": None,
        "provider_department_id": None,
        "ticket_id": ticket["id"],
        "link_id": link["id"],
        "from": (now - timedelta(hours=1)).isoformat(),
        "to": now.isoformat(),
    }
    it, net, hr = (
        chain.desk.people.one_of(chain.departments[code].id, "manager", uuid4()) for code in ("IT", "NET", "HR")
    )
    refused = await ask(chain.desk, hr, **body)
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_ask_exclusion")
    refused = await ask(chain.desk, it, **body | {"link_id": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_hand_off")
    refused = await ask(chain.desk, it, link_id=link["id"])
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("pair_or_ticket", "/link_id")
    asked = await ask(chain.desk, it, **body)
    assert (asked.status_code, asked.json()["link_id"], asked.json()["asked_for"]) == (201, link["id"], "customer")
    assert (await decide(chain.desk, asked.json(), net)).status_code == 201
    await take_to_tickets(chain.desk)
    assert await decisions(chain, ticket) == [link["id"]]
    assert other["id"] not in await decisions(chain, ticket)
    assert await differences(chain.desk) == []


async def test_what_a_link_misses_at_once_begins_a_dossier_that_its_departments_hold(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", form=FORM)
    await agreed(chain, "IT", "NET", cable, COMPLETENESS)
    ticket = await chain.desk.submit()
    link = await chain.offered(ticket, "NET", offering_id=cable, fields={"model": "B"})
    client, agent = chain.desk.client, chain.agent("NET")
    listed = (await client.get("/v1/breaches", headers=agent)).json()["items"]
    (breach,) = [each for each in listed if each["clock"] == "completeness"]
    assert (breach["link_id"], breach["side"], breach["state"]) == (link["id"], "customer", "open")
    assert (breach["customer_department_id"], breach["provider_department_id"]) == (
        str(chain.desk.it.id),
        str(chain.desk.network.id),
    )
    why = {"reason_code": "supplies", "note": "The colour was not known", "evidence": []}
    path = f"/v1/breaches/{breach['id']}/explanations"
    refused = await client.post(path, json=why, headers=chain.desk.requester)
    assert refused.json()["code"] == "not_your_breach"  # who asked for the ticket owes NET nothing
    told = await client.post(path, json=why, headers=chain.agent("IT"))
    assert (told.status_code, told.json()["state"]) == (201, "explained"), told.text
    offered = next(
        each for each in (await chain.desk.get(ticket, "/history"))["items"] if each["name"] == "hand_off_offered"
    )
    slip = {"event_id": offered["id"]}
    back = await client.post(f"/v1/tickets/{ticket['id']}/corrections", json=slip, headers=chain.agent("IT"))
    assert back.status_code == 201, back.text
    again = (await client.get(f"/v1/breaches/{breach['id']}", headers=chain.agent("IT"))).json()
    assert again["state"] == "refuted", again
    assert await differences(chain.desk) == []
