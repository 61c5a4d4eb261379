"""Each threshold fires once a cycle, in order, not before its instant, whoever else is at work."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.requests.firing.queries.fire import statement_for
from services.requests.timeline.facts import Commented, Moved
from services.requests.timeline.vocabulary import ClockName, Side, State
from services.shared.db import hot_connection, hot_transaction
from tests.requests.firing.bell import Bell, ago

HOUR = timedelta(hours=1)
ALL = [("resolution", 1, percent) for percent in (50, 75, 100)]


async def test_what_is_due_fires_once_and_in_order(bell: Bell) -> None:
    late = await bell.open(ago(hours=2), bell.target("PT1H", ClockName.FIRST_RESPONSE), bell.target("PT1H30M"))
    before = {row["id"]: row["version"] for row in await bell.fetch("SELECT id, version FROM ticket")}
    for _ in range(2):
        await bell.turn()
    (marks,) = (await bell.marks()).values()
    for clock in ("first_response", "resolution"):
        assert [each for each in marks if each[0] == clock] == [(clock, 1, percent) for percent in (50, 75, 100)]
    assert len(marks) == 6
    assert [(told["clock"], told["cycle"], told["percent"]) for told in await bell.told()] == marks
    assert {told["ticket_id"] for told in await bell.told()} == {str(late)}
    assert {told["subject"] for told in await bell.told() if told["percent"] == 100} == {"breached"}
    assert {told["subject"] for told in await bell.told() if told["percent"] < 100} == {"warned"}
    assert await bell.differences() == []
    assert {row["id"]: row["version"] for row in await bell.fetch("SELECT id, version FROM ticket")} == before


async def test_what_is_not_due_waits_for_its_instant(bell: Bell) -> None:
    opened_at = ago(minutes=40)
    ticket = await bell.open(opened_at, bell.target("PT1H"))
    await bell.turn()
    assert await bell.marks() == {ticket: ALL[:1]}
    (clock,) = await bell.fetch("SELECT next_fire_at, breached_at FROM ticket_clock")
    assert tuple(clock) == (opened_at + timedelta(minutes=45), None)
    assert await bell.differences() == []


async def test_a_mark_says_when_its_share_was_used_up_and_when_it_was_written(bell: Bell) -> None:
    opened_at = ago(minutes=61)
    await bell.open(opened_at, bell.target("PT1H"))
    await bell.turn()
    told = await bell.told()
    fires_at = [datetime.fromisoformat(each["fires_at"]) for each in told]
    assert fires_at == [opened_at + HOUR * share for share in (0.5, 0.75, 1)]
    rows = await bell.fetch("SELECT occurred_at, recorded_at FROM ticket_event WHERE kind = 'mark' ORDER BY sequence")
    assert [row["occurred_at"] for row in rows] == fires_at
    assert [row["recorded_at"] for row in rows] == [datetime.fromisoformat(each["fired_at"]) for each in told]


async def test_the_whole_fires_only_after_the_due_time(bell: Bell) -> None:
    ticket = await bell.due_in(0.4)
    while not await bell.marks():
        await bell.turn()
    assert (await bell.marks())[ticket] == ALL[2:]
    ((fired_at, due_at),) = await bell.fetch(
        "SELECT e.recorded_at, c.due_at FROM ticket_event e JOIN ticket_clock c USING (ticket_id) WHERE e.kind = 'mark'"
    )
    assert timedelta() < fired_at - due_at < timedelta(seconds=1)


async def test_the_next_cycle_fires_again(bell: Bell) -> None:
    ticket = await bell.open(ago(hours=9), bell.target("PT1H"))
    await bell.act(ticket, Moved(State.FULFILLED), at=ago(hours=8, minutes=30), now=ago(hours=8, minutes=30))
    await bell.act(ticket, Moved(State.IN_PROGRESS), side=Side.CUSTOMER, at=ago(hours=4), now=ago(hours=4))
    await bell.turn()
    second = [("resolution", 2, percent) for percent in (50, 75, 100)]
    assert await bell.marks() == {ticket: [ALL[0], *second]}
    assert await bell.differences() == []


async def test_met_exactly_at_the_due_time_is_met(bell: Bell) -> None:
    opened_at = ago(hours=2)
    ticket = await bell.open(opened_at, bell.target("PT1H"))
    await bell.act(ticket, Moved(State.FULFILLED), at=opened_at + HOUR)
    await bell.turn()
    assert await bell.marks() == {ticket: ALL[:2]}
    (state,) = await bell.fetch("SELECT state FROM ticket_clock")
    assert (state[0], await bell.differences()) == ("met", [])


async def test_a_late_fact_refutes_what_was_fired(bell: Bell) -> None:
    opened_at = ago(hours=2)
    ticket = await bell.open(opened_at, bell.target("PT1H"))
    await bell.turn()
    await bell.act(ticket, Moved(State.FULFILLED), at=opened_at + HOUR)
    await bell.turn()
    assert await bell.marks() == {ticket: ALL}
    (clock,) = await bell.fetch("SELECT state, refuted_by IS NOT NULL FROM ticket_clock")
    assert (tuple(clock), await bell.differences()) == (("met", True), [])


async def test_what_a_late_fact_has_passed_is_not_fired_again(bell: Bell) -> None:
    """A question that was answered, as it turns out: the time did count."""
    opened_at = ago(hours=2)
    ticket = await bell.open(opened_at, bell.target("PT1H", warnings=()))
    asked = Moved(State.WAITING_ON_CUSTOMER, comment="Which?")
    await bell.act(ticket, asked, at=opened_at + HOUR / 2, now=opened_at + HOUR / 2)
    await bell.turn()
    assert await bell.marks() == {}
    await bell.act(ticket, Commented("This one"), side=Side.CUSTOMER, at=opened_at + HOUR * 0.75)
    assert await bell.marks() == {ticket: ALL[2:]}
    await bell.turn()
    assert (await bell.marks(), await bell.told(), await bell.differences()) == ({ticket: ALL[2:]}, [], [])


async def test_several_workers_fire_each_threshold_once(bell: Bell) -> None:
    tickets = [await bell.open(ago(hours=2), bell.target("PT1H")) for _ in range(60)]
    await asyncio.gather(*(bell.turn() for _ in range(4)))
    assert await bell.marks() == dict.fromkeys(tickets, ALL)
    assert len(await bell.told()) == len(tickets) * 3
    assert await bell.differences() == []


async def test_a_held_ticket_is_passed_over_and_fires_later(bell: Bell) -> None:
    held, other = [await bell.open(ago(hours=2), bell.target("PT1H")) for _ in range(2)]
    async with hot_transaction(bell.engine) as somebody:
        await somebody.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", held)
        await asyncio.wait_for(bell.turn(), 5)
        assert await bell.marks() == {other: ALL}
    await bell.turn()
    assert (await bell.marks())[held] == ALL


async def test_a_clock_that_stops_as_it_is_due(bell: Bell) -> None:
    """Whoever comes first: the marks and the fold say the same in the end, and nothing is said twice."""
    due_at = datetime.now(UTC) + timedelta(seconds=1.5)
    tickets = [await bell.open(due_at - timedelta(seconds=5), bell.target("PT5S")) for _ in range(40)]
    workers = [asyncio.create_task(bell.worker().run()) for _ in range(2)]

    async def fulfil(ticket: UUID, place: int) -> None:
        await asyncio.sleep((due_at - datetime.now(UTC)).total_seconds() + (place - 20) * 0.002)
        await bell.act(ticket, Moved(State.FULFILLED))

    await asyncio.gather(*(fulfil(ticket, place) for place, ticket in enumerate(tickets)))
    await asyncio.sleep(0.2)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await bell.turn()
    marks = await bell.marks()
    clocks = {row[0]: row for row in await bell.fetch("SELECT ticket_id, state, refuted_by FROM ticket_clock")}
    for ticket in tickets:
        announced = marks[ticket] == ALL
        assert announced or marks[ticket] == ALL[:2]
        assert (clocks[ticket]["state"] == "missed") is (announced and clocks[ticket]["refuted_by"] is None)
    assert {row["state"] for row in clocks.values()} == {"met", "missed"}
    assert await bell.differences() == []


@pytest.mark.parametrize("limit", [1, 7])
async def test_batches_of_any_size(bell: Bell, limit: int) -> None:
    clocks = (ClockName.ACKNOWLEDGE, ClockName.FIRST_RESPONSE, ClockName.RESOLUTION)
    tickets = [await bell.open(ago(hours=2), *(bell.target("PT1H", clock) for clock in clocks)) for _ in range(4)]
    await bell.turn(bell.worker(batch=limit))
    assert {ticket: sorted(fired) for ticket, fired in (await bell.marks()).items()} == {
        ticket: sorted((clock.value, 1, percent) for clock in clocks for percent in (50, 75, 100)) for ticket in tickets
    }
    assert await bell.differences() == []


async def test_the_statement_finds_what_is_due_by_its_index(bell: Bell) -> None:
    for _ in range(3):
        await bell.open(ago(minutes=1), bell.target("PT1H"))
    async with hot_connection(bell.engine) as connection:
        await connection.execute("SET enable_seqscan = off")
        rows = await connection.fetch(f"EXPLAIN {statement_for(9)}", [], [], None)
    plan = "\n".join(row[0] for row in rows)
    assert "Index Scan using ix_ticket_clock_due on ticket_clock" in plan
    assert "Seq Scan" not in plan, plan
