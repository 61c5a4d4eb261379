"""Each hand-off is a small ticket: clocks and a ledger of its own, by what was pinned at the offer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.firing.service.escalate import Escalations
from services.requests.firing.service.fire import fire_due
from services.requests.handoffs.refusals import ForAsked
from services.requests.handoffs.schemas import NewHandOff, NewQuestion
from services.requests.handoffs.service import answer, asking, offer
from services.requests.handoffs.service.lapse import lapse_next_offer
from services.requests.handoffs.service.showing import show_hand_offs
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.attainment import report_attainment
from services.requests.rulings.service.worker import rule_some
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.clocks import explain_ticket_clock, show_clocks
from services.requests.tickets.service.show import show_comments, show_ledger
from services.requests.tickets.service.submit import submit_ticket
from services.requests.timeline.vocabulary import Asks, State
from services.shared.auth import Actor
from services.shared.db import Connection, hot_connection
from tests.requests.handoffs.chain import Chain
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_agreed import same_as_folded

CABLES: list[dict[str, Any]] = [
    {"clock": "acknowledge", "priority": None, "duration": "PT4H"},
    {"clock": "first_response", "priority": None, "duration": "PT2H"},
    {"clock": "resolution", "priority": None, "duration": "PT8H", "objective": 0.9},
]


def at(text: str) -> datetime:
    """`"2 10:00"` of March 2026, UTC; Monday is the 2nd, and Madrid an hour ahead: IT and NET work 8 to 16."""
    day, _, time = text.partition(" ")
    hours, minutes = time.split(":")
    return datetime(2026, 3, int(day), int(hours), int(minutes), tzinfo=UTC)


class Weeks:
    """Hand-offs in March 2026, one act after the other, through the use cases."""

    def __init__(self, chain: Chain, connection: Connection) -> None:
        self.chain, self.connection = chain, connection
        desk = chain.desk
        self.terms: TermsCache = desk.app.state.terms
        self.requester = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
        self.identity = Identity(desk.app.state.identity, "token")
        self.ticket_id = UUID(int=0)
        self.offering_id: UUID | None = None

    def agent(self, code: str) -> Actor:
        return Actor(self.chain.agents[code], department_roles={self.chain.departments[code].id: "agent"})

    async def begin(self, when: str) -> None:
        desk = self.chain.desk
        new = NewTicket(subject="A desk with a cable", offering_id=desk.offering_id)
        row = await submit_ticket(self.connection, self.terms, self.identity, self.requester, new, now=at(when))
        self.ticket_id = row["id"]

    async def offer(self, when: str, to: str, by: str = "IT", **more: Any) -> UUID:
        new = NewHandOff(department_id=self.chain.departments[to].id, **more)
        agent = self.agent(by)
        told = await offer.offer_hand_off(
            self.connection, self.terms, self.identity, agent, self.ticket_id, new, now=at(when)
        )
        link: UUID = told["id"]
        return link

    async def accept(self, when: str, link: UUID, by: str) -> None:
        await answer.accept_hand_off(self.connection, self.terms, self.agent(by), self.ticket_id, link, now=at(when))

    async def give_back(self, when: str, link: UUID, by: str) -> None:
        agent = self.agent(by)
        await answer.return_hand_off(
            self.connection, self.terms, agent, self.ticket_id, link, reason=None, now=at(when)
        )

    async def ask(self, when: str, link: UUID, by: str, asks: Asks) -> None:
        new, agent = NewQuestion(comment="Which room?", asks=asks), self.agent(by)
        await asking.ask_on_hand_off(self.connection, self.terms, agent, self.ticket_id, link, new, now=at(when))

    async def answered(self, when: str, link: UUID, actor: Actor) -> None:
        await asking.answer_on_hand_off(
            self.connection, self.terms, actor, self.ticket_id, link, comment="Room 9", now=at(when)
        )

    async def links(self, when: str) -> dict[UUID, dict[str, Any]]:
        actor = self.agent("IT")
        told = await show_hand_offs(self.connection, self.terms, actor, self.ticket_id, now=at(when))
        return {link["id"]: link for link in told["items"]}

    async def clocks(self, when: str, link: UUID | None = None) -> dict[str, dict[str, Any]]:
        actor = self.agent("IT")
        told = await show_clocks(self.connection, self.terms, actor, self.ticket_id, at(when), link_id=link)
        return {clock["clock"]: clock for clock in told}

    async def ledger(self, when: str, link: UUID | None = None) -> list[tuple[str, str, str]]:
        actor = self.agent("IT")
        lines = await show_ledger(self.connection, self.terms, actor, self.ticket_id, at(when), link_id=link)
        assert all(before["to"] == after["from"] for before, after in pairwise(lines))
        return [(f"{line['from']:%d %H:%M}", line["party"], line["reason"]) for line in lines]

    async def state(self) -> State:
        return State(await self.connection.fetchval("SELECT state FROM ticket WHERE id = $1", self.ticket_id))

    async def fire(self, when: str) -> int:
        fired = 0
        while count := await fire_due(self.connection, self.terms, Escalations(), now=at(when)):
            fired += count
        return fired


@pytest.fixture
async def weeks(desk: Desk) -> AsyncIterator[Weeks]:
    chain = Chain(desk)
    client, admin = desk.client, desk.people.admin()
    calendars = (await client.get("/v1/calendars", headers=admin)).json()["items"]
    madrid = next(each["id"] for each in calendars if each["name"] == "Madrid")
    path = f"/v1/calendars/assignments/{desk.network.id}"
    etag = (await client.get(path, headers=admin)).headers["etag"]
    assigned = await client.put(path, json={"calendar_id": madrid}, headers=admin | {"If-Match": etag})
    assert assigned.status_code == 200, assigned.text
    cables = {"code": "cable", "name": "A cable", "provider_department_id": str(desk.network.id)}
    made = await client.post("/v1/offerings", json={**cables, "default_targets": CABLES}, headers=admin)
    assert made.status_code == 201, made.text
    async with hot_connection(desk.app.state.engine) as connection:
        told = Weeks(chain, connection)
        told.offering_id = UUID(made.json()["id"])
        yield told


async def test_a_link_is_timed_from_the_offer_and_from_the_acceptance(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    clocks = await weeks.clocks("2 11:00", link)
    assert clocks.keys() == {"acknowledge"}
    assert (clocks["acknowledge"]["due_at"], clocks["acknowledge"]["state"]) == (at("2 14:00"), "running")
    assert (await weeks.links("2 11:00"))[link]["lapses_at"] == at("2 14:00")
    await weeks.accept("2 12:00", link, "NET")
    clocks = await weeks.clocks("2 13:00", link)
    assert (clocks["acknowledge"]["state"], clocks["acknowledge"]["elapsed_seconds"].total_seconds()) == ("met", 7200)
    assert clocks["first_response"]["due_at"] == at("2 14:00")
    assert (clocks["resolution"]["started_at"], clocks["resolution"]["due_at"]) == (at("2 12:00"), at("3 12:00"))
    outer = await weeks.clocks("2 13:00")
    assert outer["resolution"]["due_at"] == at("9 09:00")  # the outer provider promised the whole
    await weeks.give_back("3 12:30", link, "NET")
    told = (await weeks.links("3 13:00"))[link]
    assert (told["provider"], told["due_at"]) == ({"met": 1, "missed": 2}, None)
    assert await weeks.ledger("3 13:00", link) == [
        ("02 10:00", "provider", "submitted"),
        ("02 12:00", "provider", "accepted"),
    ]
    assert await weeks.ledger("3 13:00") == [
        ("02 09:00", "provider", "submitted"),
        ("02 10:00", "provider", "offered:NET"),
        ("02 12:00", "department:NET", "handed_off"),
        ("03 12:30", "provider", "in_progress"),
    ]
    assert await same_as_folded(weeks.chain.desk)


async def test_a_question_waits_on_the_links_customer_and_the_ticket_goes_on(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    await weeks.accept("2 11:00", link, "NET")
    await weeks.ask("2 12:00", link, "NET", Asks.PROVIDER)
    clocks = await weeks.clocks("2 13:00", link)
    assert (clocks["first_response"]["state"], clocks["resolution"]["state"]) == ("met", "paused")
    assert (await weeks.clocks("2 13:00"))["resolution"]["state"] == "running"
    assert (await weeks.ledger("2 13:00"))[-1] == ("02 11:00", "department:NET", "handed_off")
    await weeks.answered("2 14:00", link, weeks.agent("IT"))
    assert (await weeks.clocks("2 14:30", link))["resolution"]["due_at"] == at("3 13:00")
    await weeks.ask("2 15:00", link, "NET", Asks.REQUESTER)
    assert (await weeks.links("2 15:00"))[link]["asks"] == Asks.REQUESTER
    with pytest.raises(ForAsked):
        await weeks.answered("2 15:10", link, weeks.agent("NET"))
    await weeks.answered("2 15:30", link, weeks.requester)
    assert await weeks.ledger("2 16:00", link) == [
        ("02 10:00", "provider", "submitted"),
        ("02 11:00", "provider", "accepted"),
        ("02 12:00", "customer", "asked:provider"),
        ("02 14:00", "provider", "accepted"),
        ("02 15:00", "customer", "asked:requester"),
        ("02 15:30", "provider", "accepted"),
    ]
    seen = [
        [each["body"] for each in await show_comments(weeks.connection, weeks.terms, who, weeks.ticket_id)]
        for who in (weeks.agent("IT"), weeks.requester)
    ]
    assert seen == [["Which room?", "Room 9"] * 2, ["Which room?", "Room 9"]]
    assert await same_as_folded(weeks.chain.desk)


async def test_an_offer_that_nobody_answers_lapses_at_its_acknowledge(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    due, beside = at("2 14:00"), Escalations()
    assert await lapse_next_offer(weeks.connection, weeks.terms, [], now=due) is None
    lapse = await lapse_next_offer(weeks.connection, weeks.terms, [], now=at("2 15:00"))
    assert (lapse, beside) == ((link, True), beside)
    told = (await weeks.links("2 15:00"))[link]
    assert (told["state"], told["ended_at"], told["lapses_at"]) == ("lapsed", due, None)
    assert told["provider"] == {"met": 0, "missed": 1}
    assert await weeks.state() is State.IN_PROGRESS
    assert (await weeks.chain.told("hand_off_ended"))[weeks.chain.desk.agent_id]["outcome"] == "lapsed"
    assert await lapse_next_offer(weeks.connection, weeks.terms, [], now=at("5 10:00")) is None
    assert await same_as_folded(weeks.chain.desk)


async def test_without_a_promise_an_offer_lapses_after_a_working_day_of_the_receiver(weeks: Weeks) -> None:
    await weeks.begin("6 09:00")
    link = await weeks.offer("6 10:00", "NET", wait=False)
    assert await weeks.clocks("6 11:00", link) == {}
    assert (await weeks.links("6 11:00"))[link]["lapses_at"] == at("9 10:00")  # Friday to Monday
    await weeks.accept("9 09:59", link, "NET")
    assert await lapse_next_offer(weeks.connection, weeks.terms, [], now=at("20 10:00")) is None


async def test_thresholds_of_links_fire_and_are_told_under_the_two_departments(weeks: Weeks) -> None:
    manager = await weeks.chain.staff("NET", "manager")
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    await weeks.accept("2 11:00", link, "NET")
    await weeks.fire("3 12:00")
    told = await weeks.chain.told("clock_breached")
    assert {told[manager]["link_id"]} == {str(link)}
    resolution = (await weeks.clocks("3 12:00", link))["resolution"]
    assert [each["fired_at"] is not None for each in resolution["thresholds"]] == [True, True, True]
    outer = (await weeks.clocks("3 12:00"))["resolution"]
    assert [each["fired_at"] for each in outer["thresholds"]] == [None] * 3
    explained = await explain_ticket_clock(
        weeks.connection, weeks.terms, weeks.agent("NET"), weeks.ticket_id, resolution["id"], at("3 12:00")
    )
    assert (explained["link_id"], explained["offering_id"]) == (link, weeks.offering_id)
    counted = sum((each["seconds"].total_seconds() for each in explained["intervals"] if each["counted"]), 0.0)
    assert counted == resolution["elapsed_seconds"].total_seconds() == 9 * 3600
    await weeks.give_back("3 13:00", link, "NET")
    assert await same_as_folded(weeks.chain.desk)


async def test_attainment_counts_a_links_clocks_between_its_two_departments(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    await weeks.accept("2 11:00", link, "NET")
    await weeks.give_back("2 13:00", link, "NET")
    desk = weeks.chain.desk

    async def met(**filters: Any) -> dict[str, int]:
        admin = Actor(desk.agent_id, roles=frozenset({"admin"}))
        wanted = ReportFilters(**filters)
        told = await report_attainment(weeks.connection, admin, wanted, now=at("4 09:00"))
        return {row["clock"]: row["met"] for row in told["items"] if row["met"] + row["missed"] + row["open"]}

    assert await met(provider_department_id=desk.network.id) == {"acknowledge": 1, "first_response": 1, "resolution": 1}
    assert await met(customer_department_id=desk.it.id, offering_id=weeks.offering_id) == {
        "acknowledge": 1,
        "first_response": 1,
        "resolution": 1,
    }
    assert (await met(provider_department_id=desk.it.id))["resolution"] == 0
    assert (await met())["resolution"] == 1


async def test_a_calendars_new_version_reaches_the_open_clocks_of_links(weeks: Weeks) -> None:
    now = datetime.now(UTC)
    desk = weeks.chain.desk
    ticket = await desk.submit()
    link = await weeks.chain.accepted(ticket, "NET", offering_id=str(weeks.offering_id))
    calendar = (await desk.get(ticket, f"/clocks?link_id={link['id']}"))["items"][-1]["calendar_id"]
    shifts = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat")]
    version = {"time_zone": "Europe/Madrid", "shifts": shifts}
    path = f"/v1/calendars/{calendar}/versions"
    previewed = await desk.client.post(f"{path}/preview", json=version, headers=desk.people.admin())
    foreseen = {each["clock"]: each for each in previewed.json()["items"] if each["link_id"] == link["id"]}
    made = await desk.client.post(path, json=version, headers=desk.people.admin())
    assert made.status_code == 201, made.text
    while await rule_some(desk.app.state.engine, weeks.terms, weeks.identity, now=max(now, datetime.now(UTC))):
        pass
    clocks = (await desk.get(ticket, f"/clocks?link_id={link['id']}"))["items"]
    assert {clock["calendar_version"] for clock in clocks if clock["state"] == "running"} == {2}
    assert "resolution" in foreseen
    then = {clock["clock"]: clock["due_at"] for clock in clocks}
    assert {name: each["due_at_then"] for name, each in foreseen.items()} == {name: then[name] for name in foreseen}
    assert await same_as_folded(desk)
