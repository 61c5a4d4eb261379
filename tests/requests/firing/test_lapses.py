"""What nobody answers: fulfilled is closed, a wait is cancelled, once, at the instant at which the window ended."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.requests.timeline.facts import Commented, Moved
from services.requests.timeline.vocabulary import ClockName, Side, State
from tests.requests.firing.bell import Bell, ago

ASKED = Moved(State.WAITING_ON_CUSTOMER, comment="Which?")
MOVES = """
SELECT payload->>'to', payload->>'reason', side, occurred_at FROM ticket_event
WHERE ticket_id = $1 AND name = 'moved' AND side = 'system'
"""


async def fulfilled(bell: Bell, at: datetime, **more: Any) -> UUID:
    ticket = await bell.open(at - timedelta(hours=1), bell.target("PT8H"), **more)
    await bell.act(ticket, Moved(State.FULFILLED), at=at, now=at)
    return ticket


async def states(bell: Bell) -> dict[UUID, tuple[str, bool]]:
    """Each ticket's state, and whether it is going to lapse."""
    rows = await bell.fetch("SELECT id, state, lapses_at IS NOT NULL AS lapses FROM ticket")
    return {row["id"]: (row["state"], row["lapses"]) for row in rows}


async def test_what_was_fulfilled_is_closed_at_the_end_of_the_window(bell: Bell) -> None:
    requester = uuid4()
    old, new = await fulfilled(bell, ago(days=11), requester_id=requester), await fulfilled(bell, ago(days=9))
    ((lapses_at,),) = await bell.fetch("SELECT lapses_at FROM ticket WHERE id = $1", old)
    await bell.turn()
    assert await states(bell) == {old: ("closed", False), new: ("fulfilled", True)}
    assert [tuple(row) for row in await bell.fetch(MOVES, old)] == [("closed", "lapsed", "system", lapses_at)]
    assert [tuple(row) for row in await bell.fetch("SELECT person_id, kind FROM message")] == [
        (requester, "ticket_lapsed")
    ]
    assert await bell.differences() == []


async def test_an_acceptance_that_was_not_said_is_missed(bell: Bell) -> None:
    acceptance = bell.obligation(ClockName.ACCEPTANCE, "PT2H")
    ticket = await fulfilled(bell, ago(hours=3), obligations=[acceptance])
    await bell.turn()
    assert await states(bell) == {ticket: ("closed", False)}
    assert (await bell.marks())[ticket] == [("acceptance", 1, percent) for percent in (50, 75, 100)]
    (clock,) = await bell.fetch("SELECT state, breached_at = due_at FROM ticket_clock WHERE clock = 'acceptance'")
    assert (tuple(clock), await bell.differences()) == (("missed", True), [])


async def test_a_question_without_an_answer_cancels(bell: Bell) -> None:
    ticket = await bell.open(ago(days=4), bell.target("PT8H"), no_answer_window="P2D")
    patient = await bell.open(ago(days=4), bell.target("PT8H"))
    for each in (ticket, patient):
        await bell.act(each, ASKED, at=ago(days=3), now=ago(days=3))
    await bell.turn()
    assert await states(bell) == {ticket: ("cancelled", False), patient: ("waiting_on_customer", False)}
    assert [tuple(row)[:3] for row in await bell.fetch(MOVES, ticket)] == [("cancelled", "no_answer", "system")]


async def test_a_window_that_is_ruled_shorter_ends_no_earlier_than_the_ruling(bell: Bell) -> None:
    """What was measured before the ruling stays measured: the ticket lapses then, not in the days before."""
    waiting = await bell.open(ago(days=4), bell.target("PT8H"))
    await bell.act(waiting, ASKED, at=ago(days=3), now=ago(days=3))
    done, ruled_at = await fulfilled(bell, ago(days=3)), ago(hours=1)
    for ticket in (waiting, done):
        await bell.rule(ticket, at=ruled_at, no_answer_window="P1D", reopening_window="P1D")
    await bell.turn()
    assert await states(bell) == {waiting: ("cancelled", False), done: ("closed", False)}
    for ticket in (waiting, done):
        assert [row["occurred_at"] for row in await bell.fetch(MOVES, ticket)] == [ruled_at]
    assert await bell.differences() == []


async def test_an_answer_keeps_it_open(bell: Bell) -> None:
    ticket = await bell.open(ago(days=4), bell.target("PT8H"), no_answer_window="P2D")
    await bell.act(ticket, ASKED, at=ago(days=3), now=ago(days=3))
    await bell.act(ticket, Commented("This one"), side=Side.CUSTOMER, at=ago(days=2), now=ago(days=2))
    await bell.turn()
    assert await states(bell) == {ticket: ("accepted", False)}


async def test_several_workers_close_each_once(bell: Bell) -> None:
    tickets = [await fulfilled(bell, ago(days=11)) for _ in range(12)]
    await asyncio.gather(*(bell.turn() for _ in range(3)))
    assert set((await states(bell)).values()) == {("closed", False)}
    assert {len(await bell.fetch(MOVES, ticket)) for ticket in tickets} == {1}
    assert await bell.differences() == []


async def test_one_that_cannot_lapse_is_laid_aside_for_a_while(bell: Bell) -> None:
    broken = await fulfilled(bell, ago(days=12))
    await bell.fetch("UPDATE ticket SET terms = '{\"odd\": 1}' WHERE id = $1", broken)
    sound = await fulfilled(bell, ago(days=11))
    worker = bell.worker()
    await asyncio.wait_for(bell.turn(worker), 10)
    assert await states(bell) == {broken: ("fulfilled", True), sound: ("closed", False)}
    late = await bell.open(ago(hours=2), bell.target("PT1H"))
    await asyncio.wait_for(bell.turn(worker), 10)
    assert len((await bell.marks())[late]) == 3


async def test_imported_tickets_lapse_where_they_came_from(bell: Bell) -> None:
    ticket = await fulfilled(bell, ago(days=11), source="another", source_key="1")
    await bell.turn()
    assert await states(bell) == {ticket: ("fulfilled", False)}
