"""What interactions count: promises by the last news of each ticket, answers by the latest per ticket."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.feedback.asked import DAY, Asked, invited, somebody_asked
from tests.feedback.told import (
    a_fulfilled_ticket,
    a_submitted_ticket,
    fulfilled_again,
    measured,
    part_measured,
    reopened,
)
from tests.feedback.world import World

HR, IT, LEGAL = uuid4(), uuid4(), uuid4()
COUNTS = "provider_met, provider_missed, customer_met, customer_missed"


async def kept(world: World, pair: tuple[UUID, UUID]) -> tuple[Any, ...]:
    """Met and missed of the provider, then of the customer."""
    (row,) = await world.rows(
        f"SELECT {COUNTS} FROM interaction"
        f" WHERE customer_department_id = '{pair[0]}' AND provider_department_id = '{pair[1]}'"
    )
    return row


async def interaction(world: World) -> dict[str, Any]:
    """The one interaction, as the API tells it."""
    async with world.client(roles=["viewer"]) as viewer:
        (found,) = (await viewer.get("/v1/interactions")).json()["items"]
    return dict(found)


async def answer(world: World, asked: Asked, score: int) -> None:
    """The person asked answers."""
    async with world.person(asked.person) as client:
        body = {"invitation_id": str(asked.invitation), "score": score}
        (await client.post("/v1/responses", json=body)).raise_for_status()


@pytest.mark.parametrize("seed", range(5))
async def test_the_last_news_of_each_ticket_counts_in_whatever_order_it_comes(world: World, seed: int) -> None:
    chance = random.Random(seed)
    tickets = [uuid4() for _ in range(4)]
    events, last = [], {}
    for ticket in tickets:
        for version in range(1, 6):
            sides = [(chance.randrange(4), chance.randrange(4)) for _ in "pc"]
            events.append(measured(ticket, (HR, IT), version, *sides))
            last[ticket] = (*sides[0], *sides[1])
    chance.shuffle(events)
    await world.take_in(*events, *chance.sample(events, 6))
    assert await kept(world, (HR, IT)) == tuple(map(sum, zip(*last.values(), strict=True)))


async def test_a_ticket_that_goes_to_another_provider_takes_its_counts_along(world: World) -> None:
    ticket = uuid4()
    await world.take_in(measured(ticket, (HR, IT), 1, (1, 2), (0, 1)), measured(ticket, (HR, LEGAL), 2, (3, 0), (0, 0)))
    assert await kept(world, (HR, IT)) == (0, 0, 0, 0)
    assert await kept(world, (HR, LEGAL)) == (3, 0, 0, 0)


async def test_of_equal_versions_the_later_counts(world: World) -> None:
    ticket = uuid4()
    await world.take_in(measured(ticket, (HR, IT), 3, (0, 0), (0, 0)), measured(ticket, (HR, IT), 3, (0, 1), (0, 0)))
    assert await kept(world, (HR, IT)) == (0, 1, 0, 0)


async def test_hand_offs_count_between_their_own_departments_beside_tickets(world: World) -> None:
    """Two links of one ticket: each by its last news, one of them taken back after all."""
    one, other, ticket = uuid4(), uuid4(), uuid4()
    await world.take_in(
        measured(ticket, (IT, LEGAL), 1, (1, 0), (0, 0)),
        part_measured(one, (IT, LEGAL), 2, (2, 1), (1, 0)),
        part_measured(one, (IT, LEGAL), 1, (1, 0), (0, 0)),
        part_measured(other, (IT, LEGAL), 2, (3, 0), (0, 1)),
        part_measured(other, (IT, LEGAL), 3, (0, 0), (0, 0)),
        part_measured(uuid4(), (LEGAL, HR), 2, (1, 1), (0, 0)),
    )
    assert await kept(world, (IT, LEGAL)) == (3, 1, 1, 0)
    assert await kept(world, (LEGAL, HR)) == (1, 1, 0, 0)


async def test_an_interaction_is_shown_from_its_first_ticket_on(world: World) -> None:
    await world.take_in(measured(uuid4(), (HR, IT), 3, (9, 1), (3, 1)))
    async with world.client(roles=["viewer"]) as viewer:
        assert (await viewer.get("/v1/interactions")).json()["items"] == []
        await world.take_in(a_submitted_ticket(HR, IT))
    found = await interaction(world)
    assert found["attainment"]["provider"] == {
        "met": 9,
        "missed": 1,
        "share": 0.9,
        "low": pytest.approx(0.5958, abs=1e-4),
        "high": pytest.approx(0.9821, abs=1e-4),
    }
    assert found["attainment"]["customer"]["share"] == 0.75
    assert found["first_ticket_at"] == "2026-03-02T09:00:00Z"


async def test_the_score_is_of_the_latest_answer_per_ticket(world: World) -> None:
    await world.take_in(a_submitted_ticket(HR, IT))
    first = await somebody_asked(world, pair=(HR, IT), ago=2 * DAY)
    second = await somebody_asked(world, pair=(HR, IT), ago=2 * DAY)
    await world.take_in(a_fulfilled_ticket(HR, IT))  # about which nobody can be asked
    await answer(world, first, 1)
    await answer(world, second, 4)
    found = await interaction(world)
    assert (found["served"], found["asked"], found["answered"]) == (3, 2, 2)
    assert found["score"] == {
        "n": 2,
        "mean": 2.5,
        "satisfied": 0.5,
        "low": pytest.approx(0.0945, abs=1e-4),
        "high": pytest.approx(0.9055, abs=1e-4),
    }
    await answer(world, first, 3)  # changed
    assert (await interaction(world))["score"]["mean"] == 3.5
    again = fulfilled_again(first.fulfilled, datetime.now(UTC), cycle=2, requester_id=None, participants=[uuid4()])
    await world.take_in(reopened(first.fulfilled, datetime.now(UTC)), again)
    await answer(world, await invited(world, UUID(again["data"]["participants"][0]), again), 5)
    await answer(world, first, 1)  # about the earlier cycle, changed within its twelve hours
    found = await interaction(world)
    assert (found["served"], found["asked"], found["answered"]) == (4, 3, 3)
    assert (found["score"]["n"], found["score"]["mean"], found["score"]["satisfied"]) == (2, 4.5, 1.0)


async def test_two_people_of_one_ticket_are_one_answered_fulfilment(world: World) -> None:
    participant = uuid4()
    await world.take_in(a_submitted_ticket(HR, IT))
    asked = await somebody_asked(world, pair=(HR, IT), participants=[participant])
    await answer(world, asked, 2)
    await answer(world, await invited(world, participant, asked.fulfilled), 5)
    found = await interaction(world)
    assert (found["asked"], found["answered"], found["score"]["n"], found["score"]["mean"]) == (1, 1, 1, 5.0)


async def test_an_answer_before_a_slip_was_noticed_stays(world: World) -> None:
    await world.take_in(a_submitted_ticket(HR, IT))
    asked = await somebody_asked(world, pair=(HR, IT))
    await answer(world, asked, 2)
    await world.take_in(reopened(asked.fulfilled, datetime.now(UTC), slip=True))
    await world.take_in(fulfilled_again(asked.fulfilled, datetime.now(UTC)))
    found = await interaction(world)
    assert (found["served"], found["asked"], found["answered"], found["score"]["n"]) == (1, 1, 1, 1)
