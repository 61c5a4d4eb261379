"""What is ruled on hand-offs: what their own two departments freeze or agree anew, and nothing of anybody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.requests.freezes.service.worker import look_back
from tests.requests.freezes.freezing import HOUR, instant, post, take_to_tickets, work_always
from tests.requests.handoffs.chain import Chain, Told
from tests.requests.handoffs.test_promises import agreed, clocks_of, offering_of
from tests.requests.rulings.test_worker import around_the_clock, differences, rule_all
from tests.requests.tickets.desk import Desk, Headers

CABLES = [{"clock": "acknowledge", "priority": None, "duration": "PT4H"}, {"clock": "resolution", "duration": "PT8H"}]


@pytest.fixture
async def chain(desk: Desk) -> Chain:
    """IT and NET work round the clock."""
    await work_always(desk)
    chain, admin = Chain(desk), desk.people.admin()
    path = f"/v1/calendars/assignments/{desk.network.id}"
    known = (await desk.client.get(path, headers=admin)).headers
    etag = {"If-Match": known["etag"]} if "etag" in known else {}
    made = await desk.client.put(path, json={"calendar_id": await around_the_clock(desk)}, headers=admin | etag)
    assert made.status_code in (200, 201), made.text
    return chain


def manager(chain: Chain, code: str) -> Headers:
    return chain.desk.people.one_of(chain.departments[code].id, "manager")


async def frozen(chain: Chain, customer: str, provider: str, **changes: Any) -> Told:
    """From an hour ahead for two hours, as both managers have signed."""
    now = datetime.now(UTC)
    body = {
        "customer_department_id": str(chain.departments[customer].id),
        "provider_department_id": str(chain.departments[provider].id),
        "from": (now + HOUR).isoformat(),
        "to": (now + 3 * HOUR).isoformat(),
        "reason": "The line is being moved",
    }
    managers = [manager(chain, code) for code in (customer, provider)]
    made = await chain.desk.client.post("/v1/freezes", json=body | changes, headers=managers[0])
    assert made.status_code == 201, made.text
    for headers in managers:
        answer = await post(chain.desk, made.json(), "signatures", headers)
        assert answer.status_code == 201, answer.text
    told: Told = answer.json()
    return told


async def rulings(chain: Chain, ticket: Told) -> list[tuple[str, str | None]]:
    return [(each["state"], each["link_id"]) for each in (await chain.desk.get(ticket, "/rulings"))["items"]]


async def test_a_freeze_of_its_two_departments_reaches_the_open_link_and_not_the_ticket(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", default_targets=CABLES)
    ticket = await chain.desk.submit(priority="urgent")
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    before, outer = await clocks_of(chain, ticket, link), await chain.desk.get(ticket, "/clocks")
    freeze = await frozen(chain, "IT", "NET")
    assert await take_to_tickets(chain.desk) == 1
    after = await clocks_of(chain, ticket, link)
    assert instant(after["resolution"]["due_at"]) - instant(before["resolution"]["due_at"]) == 2 * HOUR
    told = await chain.desk.get(ticket, "/clocks")
    assert [each["due_at"] for each in told["items"]] == [each["due_at"] for each in outer["items"]]
    explained = await chain.desk.get(ticket, f"/clocks/{after['resolution']['id']}/explanation")
    assert [(each["why"], each["new_due_at"]) for each in explained["recalculations"]] == [
        ("freeze", after["resolution"]["due_at"])
    ]
    assert await rulings(chain, ticket) == [("ruled", link["id"])]
    assert await take_to_tickets(chain.desk) == 0
    await look_back(chain.desk.app.state.engine, now=datetime.now(UTC))
    await take_to_tickets(chain.desk)
    assert await rulings(chain, ticket) == [("ruled", link["id"])]
    assert await differences(chain.desk) == []
    assert (await post(chain.desk, freeze, "withdrawals", manager(chain, "NET"))).status_code == 201
    await take_to_tickets(chain.desk)
    assert await rulings(chain, ticket) == [("withdrawn", link["id"])]
    assert (await clocks_of(chain, ticket, link))["resolution"]["due_at"] == before["resolution"]["due_at"]
    assert await differences(chain.desk) == []


async def test_a_freeze_of_the_ticket_is_none_of_its_links(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", default_targets=CABLES)
    ticket = await chain.desk.submit(priority="urgent")
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    before = await clocks_of(chain, ticket, link)
    await frozen(chain, "HR", "IT")
    await take_to_tickets(chain.desk)
    assert await rulings(chain, ticket) == [("ruled", None)]
    assert (await clocks_of(chain, ticket, link))["resolution"]["due_at"] == before["resolution"]["due_at"]
    assert await differences(chain.desk) == []


async def test_a_new_offer_pins_it_and_lapses_later(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", default_targets=CABLES)
    await frozen(chain, "IT", "NET", offering_ids=[cable])
    ticket = await chain.desk.submit()
    link = await chain.offered(ticket, "NET", offering_id=cable)
    assert instant(link["lapses_at"]) - instant(link["offered_at"]) == 6 * HOUR
    other = await chain.offered(ticket, "NET", wait=False)  # about nothing that was named
    assert await rulings(chain, ticket) == [("ruled", link["id"])]
    assert instant(other["lapses_at"]) - instant(other["offered_at"]) <= timedelta(days=1)
    await take_to_tickets(chain.desk)
    assert await rulings(chain, ticket) == [("ruled", link["id"])]
    assert await differences(chain.desk) == []


async def test_what_is_not_promised_lapses_a_working_day_later_without_what_is_frozen(chain: Chain) -> None:
    ticket = await chain.desk.submit()
    link = await chain.offered(ticket, "NET")
    await frozen(chain, "IT", "NET")
    await take_to_tickets(chain.desk)
    (told,) = (await chain.desk.get(ticket, "/hand-offs"))["items"]
    assert instant(told["lapses_at"]) - instant(link["lapses_at"]) == 2 * HOUR
    assert await differences(chain.desk) == []


async def test_an_agreement_of_its_two_departments_that_applies_to_what_is_open_reaches_the_link(chain: Chain) -> None:
    cable = await offering_of(chain, "NET", default_targets=CABLES)
    ticket = await chain.desk.submit()
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    unnamed = await chain.accepted(ticket, "NET", wait=False)
    ended = await chain.accepted(ticket, "NET", wait=False, offering_id=cable)
    await chain.act(ticket, ended, "returns", by="NET")
    assert link["agreement_version_id"] is None
    today = datetime.now(UTC).date().isoformat()
    version = await agreed(chain, "IT", "NET", cable, applies_to_open=True, effective_from=today)
    assert await rule_all(chain.desk) >= 1
    told = {each["id"]: each for each in (await chain.desk.get(ticket, "/hand-offs"))["items"]}
    assert [told[each["id"]]["agreement_version_id"] for each in (link, unnamed, ended)] == [version, version, None]
    assert (await chain.desk.get(ticket))["agreement_version_id"] is None
    assert {each["clock"] for each in await _running(chain, ticket, unnamed)} == {"resolution"}
    explained = await chain.desk.get(
        ticket, f"/clocks/{(await clocks_of(chain, ticket, link))['resolution']['id']}/explanation"
    )
    assert (explained["agreement_version_id"], explained["recalculations"][0]["why"]) == (version, "agreement")
    assert await rule_all(chain.desk) == 0
    assert await differences(chain.desk) == []


async def _running(chain: Chain, ticket: Told, link: Told) -> list[Told]:
    return [each for each in (await clocks_of(chain, ticket, link)).values() if each["state"] == "running"]


async def test_another_priority_of_the_ticket_leaves_its_links_as_they_were_promised(chain: Chain) -> None:
    targets = [
        {"clock": "resolution", "priority": "normal", "duration": "PT8H"},
        {"clock": "resolution", "priority": "high", "duration": "PT1H"},
    ]
    cable = await offering_of(chain, "NET", default_targets=targets)
    ticket = await chain.desk.submit()
    link = await chain.accepted(ticket, "NET", offering_id=cable)
    before = await clocks_of(chain, ticket, link)
    path = f"/v1/tickets/{ticket['id']}/rulings"
    proposed = await chain.desk.client.post(path, json={"priority": "high"}, headers=chain.desk.requester)
    assert proposed.status_code == 201, proposed.text
    ruled = await chain.desk.client.post(path, json={"confirms": proposed.json()["id"]}, headers=chain.desk.agent)
    assert ruled.status_code == 201, ruled.text
    assert (await chain.desk.get(ticket))["promised_priority"] == "high"
    after = await clocks_of(chain, ticket, link)
    promised = ("target_seconds", "due_at", "calendar_version")
    assert [after["resolution"][each] for each in promised] == [before["resolution"][each] for each in promised]
    later = await chain.accepted(ticket, "NET", offering_id=cable, wait=False)  # what is offered now is offered as high
    assert (await clocks_of(chain, ticket, later))["resolution"]["target_seconds"] == 3600
    assert await differences(chain.desk) == []
