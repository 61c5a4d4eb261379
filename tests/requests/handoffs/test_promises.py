"""What is promised for a part that is offered: by an agreement of the two departments, or by an offering."""

import asyncio
from typing import Any

import pytest

from tests.requests.handoffs.chain import Chain, Told
from tests.requests.tickets.agreeing import COMPLETENESS, FORM, NOTICE, ONE_A_WEEK, later, madrid
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_agreed import same_as_folded


@pytest.fixture
def chain(desk: Desk) -> Chain:
    return Chain(desk)


async def offering_of(chain: Chain, code: str, **more: Any) -> str:
    """One more offering of that department."""
    body = {"code": "part", "name": "A part", "provider_department_id": str(chain.departments[code].id), **more}
    made = await chain.desk.client.post("/v1/offerings", json=body, headers=chain.desk.people.admin())
    assert made.status_code == 201, made.text
    offering_id: str = made.json()["id"]
    return offering_id


async def agreed(chain: Chain, customer: str, provider: str, offering_id: str, *obligations: Any, **more: Any) -> str:
    """An agreement between two departments of the chain; its version's id."""
    desk, sides = chain.desk, (chain.departments[customer].id, chain.departments[provider].id)
    calendar_id = await madrid(desk)
    managers = [desk.people.one_of(each, "manager") for each in sides]
    text = {
        "customer_department_id": str(sides[0]),
        "provider_department_id": str(sides[1]),
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [offering_id],
        "targets": [{"clock": "resolution", "duration": "P2D"}, {"clock": "acknowledge", "duration": "PT2H"}],
        "obligations": list(obligations),
        "effective_from": later(-1),
    }
    made = await desk.client.post("/v1/agreements", json=text | more, headers=managers[0])
    assert made.status_code == 201, made.text
    path = f"/v1/agreements/{made.json()['id']}"
    for headers in managers:
        signed = await desk.client.post(f"{path}/signatures", json={"version": 1}, headers=headers)
        assert signed.status_code == 201, signed.text
    version_id: str = (await desk.client.get(f"{path}/versions/1", headers=managers[0])).json()["id"]
    return version_id


async def clocks_of(chain: Chain, ticket: Told, link: Told) -> dict[str, Told]:
    items = (await chain.desk.get(ticket, f"/clocks?link_id={link['id']}"))["items"]
    return {clock["clock"]: clock for clock in items}


async def test_without_an_offering_the_nearest_agreement_promises_what_holds_for_all_its_offerings(
    chain: Chain,
) -> None:
    cable = await offering_of(chain, "NET")
    of_cable = {"clock": "first_response", "duration": "PT1H", "offering_id": cable}
    targets = [{"clock": "resolution", "duration": "P2D"}, of_cable]
    version = await agreed(chain, "IT", "NET", cable, ONE_A_WEEK, targets=targets)
    ticket = await chain.desk.submit()
    link = await chain.accepted(ticket, "NET")
    assert link["agreement_version_id"] == version
    assert (await clocks_of(chain, ticket, link)).keys() == {"resolution"}
    unpromised = await chain.accepted(ticket, "LAW")
    assert (unpromised["agreement_version_id"], await clocks_of(chain, ticket, unpromised)) == (None, {})
    assert await same_as_folded(chain.desk)


async def test_a_nested_part_is_under_the_agreement_of_who_hands_it_on(chain: Chain) -> None:
    advice = await offering_of(chain, "LAW")
    version = await agreed(chain, "NET", "LAW", advice)
    ticket = await chain.desk.submit()
    direct = await chain.offered(ticket, "LAW", offering_id=advice)
    assert direct["agreement_version_id"] is None  # IT has agreed nothing with LAW, which publishes nothing
    net = await chain.accepted(ticket, "NET")
    nested = await chain.offered(ticket, "LAW", by="NET", parent_id=net["id"], offering_id=advice)
    assert nested["agreement_version_id"] == version
    acknowledge = (await clocks_of(chain, ticket, nested))["acknowledge"]
    assert nested["lapses_at"] == acknowledge["due_at"]
    offers = [
        event["payload"] for event in (await chain.desk.get(ticket, "/history"))["items"] if "offered" in event["name"]
    ]
    assert len(offers) == 3
    assert all("terms" not in offer for offer in offers), "what two departments agreed is not the requester's to read"


async def test_what_is_decided_at_once_is_decided_with_the_offer(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", form=FORM)
    await agreed(chain, "IT", "NET", cable, NOTICE, COMPLETENESS, ONE_A_WEEK)
    ticket = await chain.desk.submit()
    refused = await chain.offer(ticket, "NET", offering_id=cable, needed_by=later(90))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/fields/model")
    refused = await chain.offer(ticket, "NET", offering_id=cable, fields={"model": "B"})
    assert (refused.status_code, refused.json()["code"]) == (409, "needed_by_missing")
    fields = {"model": "B", "colour": "red"}
    link = await chain.offered(ticket, "NET", offering_id=cable, fields=fields, needed_by=later(90))
    clocks = await clocks_of(chain, ticket, link)
    assert {name: clock["state"] for name, clock in clocks.items()} == {
        "acknowledge": "running",
        "notice": "met",
        "completeness": "met",
        "quota": "met",
    }
    assert link["customer"] == {"met": 3, "missed": 0}
    late = await chain.offered(ticket, "NET", offering_id=cable, fields={"model": "B"}, needed_by=later(1), wait=False)
    assert {name: clock["state"] for name, clock in (await clocks_of(chain, ticket, late)).items()} == {
        "acknowledge": "running",
        "notice": "missed",
        "completeness": "missed",
        "quota": "missed",
    }
    assert await same_as_folded(chain.desk)


async def test_a_quota_counts_parts_and_tickets_alike_each_once(chain: Chain) -> None:
    cable = await offering_of(chain, "NET")
    await agreed(chain, "IT", "NET", cable, ONE_A_WEEK | {"limit": 3})
    tickets = [await chain.desk.submit() for _ in range(4)]
    own = {"offering_id": cable, "customer_department_id": str(chain.desk.it.id)}
    (first, *links) = await asyncio.gather(
        chain.desk.submit(chain.agent("IT"), **own),
        *(chain.offered(ticket, "NET", offering_id=cable) for ticket in tickets),
    )
    (quota,) = [
        each
        for each in (await chain.desk.get(first, "/clocks", chain.agent("IT")))["items"]
        if each["clock"] == "quota"
    ]
    counted = [
        quota,
        *[(await clocks_of(chain, ticket, link))["quota"] for ticket, link in zip(tickets, links, strict=True)],
    ]
    assert sorted((each["observed"], each["state"]) for each in counted) == [
        (1, "met"),
        (2, "met"),
        (3, "met"),
        (4, "missed"),
        (5, "missed"),
    ]


async def test_a_slip_taken_back_takes_what_followed_from_it(chain: Chain) -> None:
    cable = await offering_of(chain, "NET")
    await agreed(chain, "IT", "NET", cable)
    ticket = await chain.desk.submit()
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    assert (await clocks_of(chain, ticket, link)).keys() == {"acknowledge", "resolution"}
    events = (await chain.desk.get(ticket, "/history"))["items"]
    by_name = {event["name"]: event["id"] for event in events}
    path = f"/v1/tickets/{ticket['id']}/corrections"
    undone = {"event_id": by_name["hand_off_accepted"]}
    back = await chain.desk.client.post(path, json=undone, headers=chain.agent("NET"))
    assert back.status_code == 201, back.text
    (told,) = (await chain.desk.get(ticket, "/hand-offs"))["items"]
    assert (told["state"], told["accepted_at"]) == ("offered", None)
    assert {name: each["state"] for name, each in (await clocks_of(chain, ticket, link)).items()} == {
        "acknowledge": "running"
    }
    undone = {"event_id": by_name["hand_off_offered"]}
    back = await chain.desk.client.post(path, json=undone, headers=chain.agent("IT"))
    assert back.status_code == 201, back.text
    assert (await chain.desk.get(ticket, "/hand-offs"))["items"] == []
    gone = await chain.desk.client.get(
        f"/v1/tickets/{ticket['id']}/ledger?link_id={link['id']}", headers=chain.agent("IT")
    )
    assert (gone.status_code, gone.json()["errors"][0]["pointer"]) == (404, "?link_id")
    assert await same_as_folded(chain.desk)
