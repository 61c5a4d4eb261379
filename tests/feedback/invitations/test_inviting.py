"""Who is asked about a fulfilment, once, and who is not, and why; what a reopening changes."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from tests.feedback.told import (
    A_MONDAY,
    Event,
    a_fulfilled_ticket,
    a_person,
    fulfilled_again,
    reopened,
)
from tests.feedback.world import World

HR, IT = uuid4(), uuid4()
DAY = timedelta(days=1)


async def asked(world: World) -> list[tuple[Any, ...]]:
    """Person, cycle, when, and whether withdrawn, of each invitation."""
    return await world.rows(
        "SELECT person_id, cycle, issued_at, withdrawn_at IS NOT NULL FROM invitation ORDER BY issued_at, person_id"
    )


async def sendings(world: World) -> list[datetime]:
    """When requests were sent."""
    return [at for (at,) in await world.rows("SELECT sent_at FROM request_sent ORDER BY sent_at")]


async def not_asked(world: World) -> dict[UUID, str]:
    found: dict[UUID, str] = dict(await world.rows("SELECT person_id, reason FROM not_asked"))
    return found


async def three_counts(world: World) -> tuple[Any, ...]:
    """Served, asked, answered of the one interaction."""
    (row,) = await world.rows("SELECT served, asked, answered FROM interaction")
    return row


async def told(world: World) -> list[str]:
    """Whom the outbox says to have been invited, in order."""
    rows = await world.rows("SELECT body->'data'->>'person_id' FROM outbox ORDER BY position")
    return [person for (person,) in rows]


def for_one(requester: UUID, at: datetime = A_MONDAY, **changes: Any) -> Event:
    """A fulfilled ticket of this person."""
    return a_fulfilled_ticket(HR, IT, at, requester_id=requester, **changes)


async def test_requester_and_participants_are_asked_each_once(world: World) -> None:
    ana, ben, eva = sorted((uuid4(), uuid4(), uuid4()))
    await world.take_in(*(a_person(each, HR) for each in (ana, ben, eva)))
    ticket = for_one(ana, participants=[ben, ana], beneficiary_id=eva)
    await world.take_in(ticket, ticket, fulfilled_again(ticket, A_MONDAY + DAY))
    assert await asked(world) == [(ana, 1, A_MONDAY, False), (ben, 1, A_MONDAY, False)]
    assert sorted(await told(world)) == [str(ana), str(ben)]
    assert await three_counts(world) == (1, 1, 0)
    rows = await world.rows("SELECT DISTINCT survey, survey_version, expires_at FROM invitation")
    assert rows == [("csat", 1, A_MONDAY + 14 * DAY)]


async def test_members_of_the_provider_and_the_inactive_are_not_asked(world: World) -> None:
    colleague, gone, stranger = uuid4(), uuid4(), uuid4()
    await world.take_in(a_person(colleague, HR, IT), a_person(gone, HR, is_active=False))
    await world.take_in(for_one(colleague, participants=[gone, stranger]))
    assert await not_asked(world) == {colleague: "belongs_to_provider", gone: "inactive"}
    assert [row[0] for row in await asked(world)] == [stranger]


async def test_a_person_is_known_as_the_highest_version_says(world: World) -> None:
    ana = uuid4()
    await world.take_in(a_person(ana, HR, version=2), a_person(ana, IT, version=1), for_one(ana))
    assert [row[0] for row in await asked(world)] == [ana]


async def test_imported_history_asks_nobody_and_counts_nowhere(world: World) -> None:
    await world.take_in(for_one(uuid4(), is_imported=True))
    assert await asked(world) == []
    assert await world.rows("SELECT count(*) FROM fulfilment UNION ALL SELECT count(*) FROM interaction") == [
        (0,),
        (0,),
    ]


async def test_where_nobody_can_be_asked_the_fulfilment_was_served(world: World) -> None:
    await world.take_in(a_fulfilled_ticket(HR, IT))
    assert await three_counts(world) == (1, 0, 0)


async def test_the_budget_holds_over_all_departments_and_says_so(world: World) -> None:
    ana, legal = uuid4(), uuid4()
    days = (0, 3, 7, 14, 21, 28, 90)
    for day in days:
        await world.take_in(a_fulfilled_ticket(HR, IT if day % 2 else legal, A_MONDAY + day * DAY, requester_id=ana))
    assert [at for _, _, at, _ in await asked(world)] == [A_MONDAY + day * DAY for day in (0, 7, 14, 21, 90)]
    rows = await world.rows("SELECT at, reason FROM not_asked ORDER BY at")
    assert rows == [(A_MONDAY + day * DAY, "budget_used_up") for day in (3, 28)]


async def test_tickets_fulfilled_at_once_use_the_budget_once(world: World) -> None:
    ana = uuid4()
    await asyncio.gather(*(world.take_in(for_one(ana)) for _ in range(6)))
    assert len(await asked(world)) == 1
    assert list((await not_asked(world)).values()) == ["budget_used_up"]
    assert await world.rows("SELECT count(*) FROM not_asked") == [(5,)]


async def test_a_reopening_withdraws_what_is_unanswered_and_the_next_fulfilment_asks_again(world: World) -> None:
    ana = uuid4()
    first = for_one(ana)
    await world.take_in(first, reopened(first, A_MONDAY + DAY))
    assert await asked(world) == [(ana, 1, A_MONDAY, True)]
    await world.take_in(fulfilled_again(first, A_MONDAY + 7 * DAY, cycle=2))
    assert await asked(world) == [(ana, 1, A_MONDAY, True), (ana, 2, A_MONDAY + 7 * DAY, False)]
    assert await three_counts(world) == (2, 2, 0)


async def test_a_withdrawn_request_was_sent_and_counts(world: World) -> None:
    ana = uuid4()
    first = for_one(ana)
    soon = A_MONDAY + 7 * DAY - timedelta(microseconds=1)
    await world.take_in(first, reopened(first, A_MONDAY + DAY), fulfilled_again(first, soon, cycle=2))
    assert await asked(world) == [(ana, 1, A_MONDAY, True)]
    assert await not_asked(world) == {ana: "budget_used_up"}
    assert await three_counts(world) == (2, 1, 0)


async def test_an_invitation_issued_again_counts_each_time(world: World) -> None:
    ana = uuid4()
    told = for_one(ana)
    for week in range(4):
        await world.take_in(told, reopened(told, A_MONDAY + week * 7 * DAY, slip=True))
        told = fulfilled_again(told, A_MONDAY + (week + 1) * 7 * DAY)
    await world.take_in(told)
    assert await not_asked(world) == {ana: "budget_used_up"}
    assert await sendings(world) == [A_MONDAY + week * 7 * DAY for week in range(4)]
    assert [row[3] for row in await asked(world)] == [True]
    await world.take_in(fulfilled_again(told, A_MONDAY + 90 * DAY))
    assert len(await sendings(world)) == 5


async def test_who_was_asked_about_a_slip_is_not_asked_about_what_took_its_place(world: World) -> None:
    ana = uuid4()
    first = for_one(ana)
    done = fulfilled_again(first, A_MONDAY + DAY)
    await world.take_in(first, reopened(first, A_MONDAY, slip=True), done)
    assert await three_counts(world) == (1, 0, 0)
    async with world.client(scope="responses:read", roles=["admin"]) as client:
        (score,) = (await client.get("/v1/scores")).json()["items"]
    assert (score["asked"], score["not_asked"]) == (0, [{"reason": "budget_used_up", "people": 1}])
    await world.take_in(reopened(done, A_MONDAY + DAY, slip=True))
    assert await three_counts(world) == (0, 0, 0)


async def test_what_was_sent_is_only_added_to(world: World) -> None:
    await world.take_in(for_one(uuid4()))
    for statement in ("DELETE FROM request_sent", "UPDATE request_sent SET sent_at = now()"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await world.rows(statement)


async def test_an_expired_invitation_is_not_withdrawn(world: World) -> None:
    first = for_one(uuid4())
    await world.take_in(first, reopened(first, A_MONDAY + 15 * DAY))
    assert [row[3] for row in await asked(world)] == [False]


async def test_news_of_a_reopening_may_come_first(world: World) -> None:
    ana = uuid4()
    first = for_one(ana)
    await world.take_in(reopened(first, A_MONDAY + DAY), first)
    assert await asked(world) == []
    assert await not_asked(world) == {ana: "reopened"}
    await world.take_in(fulfilled_again(first, A_MONDAY + 2 * DAY, cycle=2))
    assert [row[:2] for row in await asked(world)] == [(ana, 2)]


async def test_a_slip_does_not_count_and_its_cycle_is_asked_about_when_it_is_done(world: World) -> None:
    ana, agent = uuid4(), uuid4()
    first = for_one(ana)
    await world.take_in(first, reopened(first, A_MONDAY, slip=True))
    assert await three_counts(world) == (0, 0, 0)
    done = fulfilled_again(first, A_MONDAY + 20 * DAY, assignee_id=agent)
    await world.take_in(done, first)
    assert await asked(world) == [(ana, 1, A_MONDAY + 20 * DAY, False)]
    assert await three_counts(world) == (1, 1, 0)
    assert await world.rows("SELECT agent_id, fulfilled_at FROM fulfilment") == [(agent, A_MONDAY + 20 * DAY)]
    assert await told(world) == [str(ana)] * 2


async def test_the_snapshot_stays_whatever_is_told_later(world: World) -> None:
    agreement, agent = uuid4(), uuid4()
    first = for_one(uuid4(), agreement_version_id=agreement, assignee_id=agent)
    await world.take_in(first)
    snapshot = await world.rows("SELECT * FROM fulfilment")
    moved = {"provider_department_id": uuid4(), "assignee_id": uuid4(), "agreement_version_id": None}
    await world.take_in(fulfilled_again(first, A_MONDAY + DAY, **moved))
    assert await world.rows("SELECT * FROM fulfilment") == snapshot
    (kept,) = await world.rows("SELECT provider_department_id, agent_id, agreement_version_id FROM fulfilment")
    assert kept == (IT, agent, agreement)
