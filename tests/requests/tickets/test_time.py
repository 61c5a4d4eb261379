"""Who held the time, and how the clocks stand: ledgers partition, explanations sum, calendars are followed."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.requests.departments.service import Identity
from services.requests.tickets.schemas import NewComment, NewTicket, NewTransition, Priority
from services.requests.tickets.service import act, show
from services.requests.tickets.service.clocks import show_clocks
from services.requests.tickets.service.submit import submit_ticket
from services.requests.timeline.vocabulary import State
from services.shared.auth import Actor
from services.shared.db import hot_connection, hot_transaction
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.stories import live_through

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # nine o'clock in Madrid


class Story:
    """A ticket through the use cases, at the instants that a test says."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.terms = desk, desk.app.state.terms
        self.requester = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
        self.agent = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
        self.ticket_id = UUID(int=0)

    async def submit(self, now: datetime, priority: str = "normal") -> None:
        identity = Identity(self.desk.app.state.identity, "")
        new = NewTicket(subject="A computer", offering_id=self.desk.offering_id, priority=Priority(priority))
        async with hot_transaction(self.desk.app.state.engine) as connection:
            row = await submit_ticket(connection, self.terms, identity, self.requester, new, now=now)
        self.ticket_id = row["id"]

    async def step(self, to: str, now: datetime, **more: Any) -> None:
        new = NewTransition(to=State(to), **more)
        actor = self.requester if to in ("closed", "cancelled") else self.agent
        async with hot_transaction(self.desk.app.state.engine) as connection:
            await act.move_ticket(connection, self.terms, actor, self.ticket_id, new, now=now)

    async def comment(self, actor: Actor, now: datetime) -> None:
        async with hot_transaction(self.desk.app.state.engine) as connection:
            new = NewComment(body="Words.")
            await act.comment_on_ticket(connection, self.terms, actor, self.ticket_id, new, now=now)

    async def ledger(self, now: datetime) -> list[tuple[str, timedelta, timedelta]]:
        """(party, wall, working)."""
        async with hot_connection(self.desk.app.state.engine) as connection:
            lines = await show.show_ledger(connection, self.terms, self.agent, self.ticket_id, now)
        return [(line["party"], line["wall_seconds"], line["working_seconds"]) for line in lines]

    async def clocks(self, now: datetime) -> dict[str, dict[str, Any]]:
        async with hot_connection(self.desk.app.state.engine) as connection:
            clocks = await show_clocks(connection, self.terms, self.agent, self.ticket_id, now)
        return {f"{clock['clock']} {clock['cycle']}": clock for clock in clocks}


@pytest.fixture
def story(desk: Desk) -> Story:
    return Story(desk)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


async def test_each_party_is_charged_its_own_time(story: Story) -> None:
    await story.submit(MONDAY)
    await story.step("in_progress", MONDAY + hours(1))
    await story.step("waiting_on_customer", MONDAY + hours(2), comment="Which?")
    await story.comment(story.requester, MONDAY + hours(26))
    await story.step("waiting_on_third_party", MONDAY + hours(27), third_party="Acme")
    await story.step("in_progress", MONDAY + hours(51))
    await story.step("fulfilled", MONDAY + hours(52))
    await story.step("closed", MONDAY + hours(54))
    assert await story.ledger(MONDAY + hours(1000)) == [
        ("provider", hours(1), hours(1)),
        ("provider", hours(1), hours(1)),
        ("customer", hours(24), hours(8)),
        ("provider", hours(1), hours(1)),
        ("third_party:Acme", hours(24), hours(8)),
        ("provider", hours(1), hours(1)),
        ("customer", hours(2), hours(2)),
    ]


async def test_clocks_count_in_the_providers_calendar_and_pause(story: Story) -> None:
    await story.submit(MONDAY)
    clocks = await story.clocks(MONDAY + hours(1))
    assert clocks["acknowledge 1"]["due_at"] == MONDAY + hours(4)
    assert clocks["first_response 1"]["due_at"] == MONDAY + hours(8)
    assert clocks["resolution 1"]["target_seconds"] == hours(5 * 8)
    assert clocks["resolution 1"]["elapsed_seconds"] == hours(1)
    await story.step("waiting_on_customer", MONDAY + hours(2), comment="Which?")
    paused = (await story.clocks(MONDAY + hours(20)))["resolution 1"]
    assert (paused["state"], paused["due_at"], paused["remaining_seconds"]) == ("paused", None, hours(38))
    await story.comment(story.requester, MONDAY + hours(26))
    clocks = await story.clocks(MONDAY + hours(26))
    assert clocks["resolution 1"]["due_at"] == MONDAY + timedelta(days=7, hours=8)
    assert {clocks["acknowledge 1"]["state"], clocks["first_response 1"]["state"]} == {"met"}


async def test_a_breached_clock_is_missed_whatever_follows(story: Story) -> None:
    await story.submit(MONDAY, "urgent")
    clock = (await story.clocks(MONDAY + hours(5)))["resolution 1"]
    assert (clock["state"], clock["breached_at"], clock["remaining_seconds"]) == (
        "running",
        MONDAY + hours(4),
        hours(0),
    )
    fires = [(each["percent"], each["fires_at"] <= MONDAY + hours(5), each["passed"]) for each in clock["thresholds"]]
    assert fires == [(50, True, False), (75, True, False), (100, True, False)], "they fire: nothing was recorded late"
    await story.step("cancelled", MONDAY + hours(6))
    assert (await story.clocks(MONDAY + hours(6)))["resolution 1"]["state"] == "missed"


async def test_a_third_party_pauses_where_the_target_says_so(story: Story) -> None:
    await story.submit(MONDAY, "urgent")
    await story.step("waiting_on_third_party", MONDAY + hours(1))
    assert (await story.clocks(MONDAY + hours(2)))["resolution 1"]["state"] == "paused"
    await story.submit(MONDAY, "normal")
    await story.step("waiting_on_third_party", MONDAY + hours(1))
    assert (await story.clocks(MONDAY + hours(2)))["resolution 1"]["state"] == "running"


async def test_a_reopening_starts_the_next_cycle(story: Story) -> None:
    await story.submit(MONDAY)
    await story.step("fulfilled", MONDAY + hours(1))
    await story.step("closed", MONDAY + hours(2))
    await story.step("in_progress", MONDAY + hours(24))
    clocks = await story.clocks(MONDAY + hours(25))
    assert (clocks["resolution 1"]["state"], clocks["resolution 2"]["state"]) == ("met", "running")
    assert clocks["resolution 2"]["elapsed_seconds"] == hours(1)
    ledger = await story.ledger(MONDAY + hours(25))
    assert ("none", hours(22), hours(0)) in ledger
    assert sum((wall for _, wall, _ in ledger), timedelta()) == hours(25)


@pytest.mark.parametrize("seed", range(10, 14))
async def test_ledgers_partition_and_explanations_sum(desk: Desk, seed: int) -> None:
    await live_through(desk, seed, acts=30)
    admin = desk.people.admin()
    for ticket in (await desk.client.get("/v1/tickets", headers=admin)).json()["items"]:
        ledger = (await desk.get(ticket, "/ledger", admin))["items"]
        assert ledger[0]["from"] == ticket["created_at"]
        assert all(before["to"] == after["from"] for before, after in itertools.pairwise(ledger))
        first, last = (datetime.fromisoformat(ledger[place][edge]) for place, edge in ((0, "from"), (-1, "to")))
        assert timedelta(seconds=sum(line["wall_seconds"] for line in ledger)) == last - first
        assert all(0 <= line["working_seconds"] <= line["wall_seconds"] for line in ledger)
        for clock in (await desk.get(ticket, "/clocks", admin))["items"]:
            told = await desk.get(ticket, f"/clocks/{clock['id']}/explanation", admin)
            counted = sum(each["seconds"] for each in told["intervals"] if each["counted"])
            assert counted == pytest.approx(told["clock"]["elapsed_seconds"], abs=1e-5)
            assert all(b["to"] == a["from"] for b, a in itertools.pairwise(told["intervals"]))


async def test_seconds_are_json_numbers(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "in_progress")
    text = (await desk.client.get(f"/v1/tickets/{ticket['id']}/ledger", headers=desk.requester)).json()
    assert {type(line["wall_seconds"]) for line in text["items"]} <= {int, float}
    (clock, *_) = (await desk.get(ticket, "/clocks"))["items"]
    assert (clock["target_seconds"], type(clock["target_seconds"])) == (4 * 3600, int)
    assert clock["thresholds"][-1]["percent"] == 100


async def test_an_explanation_names_what_was_promised_by_which_version(desk: Desk) -> None:
    ticket = await desk.submit()
    by_name = {clock["clock"]: clock for clock in (await desk.get(ticket, "/clocks"))["items"]}
    told = await desk.get(ticket, f"/clocks/{by_name['resolution']['id']}/explanation")
    assert (told["duration"], told["due"], told["calendar_version"], told["offering_version"]) == (
        "P5D",
        "same_time",
        1,
        1,
    )
    assert told["first_due_at"] == told["clock"]["due_at"] == by_name["resolution"]["due_at"]
    assert told["recalculations"] == []
    for path, code in (
        (f"/v1/tickets/{ticket['id']}/clocks/{uuid4()}/explanation", "unknown_clock"),
        (f"/v1/tickets/{uuid4()}/clocks/{told['clock']['id']}/explanation", "unknown_ticket"),
    ):
        answer = await desk.client.get(path, headers=desk.requester)
        assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_a_new_calendar_version_reaches_clocks_that_start_after_it(desk: Desk) -> None:
    before = await desk.submit()
    clock = (await desk.get(before, "/clocks"))["items"][0]
    calendar_id = (await desk.get(before, f"/clocks/{clock['id']}/explanation"))["calendar_id"]
    round_the_clock = {
        "time_zone": "UTC",
        "shifts": [
            {"weekday": day, "start": "00:00", "end": "24:00"}
            for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        ],
    }
    admin = desk.people.admin()
    path = f"/v1/calendars/{calendar_id}/versions"
    saved = await desk.client.post(path, json=round_the_clock, headers=admin)
    assert saved.status_code == 201, saved.text
    after = await desk.submit()
    numbers = []
    for ticket in (before, after):
        clocks = {each["clock"]: each for each in (await desk.get(ticket, "/clocks"))["items"]}
        told = await desk.get(ticket, f"/clocks/{clocks['acknowledge']['id']}/explanation")
        numbers.append(told["calendar_version"])
        if ticket is after:
            due = datetime.fromisoformat(clocks["acknowledge"]["due_at"])
            assert due - datetime.fromisoformat(ticket["submitted_at"]) == hours(4)
        else:
            assert clocks["acknowledge"]["due_at"] == clock["due_at"]
    assert numbers == [1, 2]
