"""Many tickets are ruled on in one statement, to the same as one by one; what cannot be is left alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.requests.departments.service import Identity
from services.requests.rulings import queries
from services.requests.rulings.service import worker
from services.requests.tickets.queries.acts import update_tickets
from services.requests.tickets.service import appending, touring
from services.requests.tickets.service.appending import tell_of_acts
from services.shared.db import Connection, hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.freezes.freezing import agreed, take_to_tickets
from tests.requests.rulings.test_worker import differences, rule_all, shorten_days
from tests.requests.tickets.desk import Desk, opened_desk
from tests.requests.tickets.stories import hand_over, live_through

TABLES = {
    "ticket": "id",
    "ticket_event": "ticket_id, sequence",
    "ledger_interval": "ticket_id, position",
    "ticket_clock": "ticket_id, link_id, clock, cycle",
    "ticket_link": "id",
    "ticket_round": "ticket_id, number",
    "link_interval": "link_id, position",
    "breach": "ticket_id, clock, cycle",
    "outbox": "aggregate, subject, body->'data'",
    "message": "person_id",
    "message_item": "link, kind, about",
}


@pytest.fixture
async def owned(databases: Databases, issuer: Issuer) -> AsyncIterator[tuple[Desk, str]]:
    """A desk and its database's address for the owner."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        yield desk, urls.owner


async def kinds_of(desk: Desk, ticket: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in (await desk.get(ticket, "/rulings"))["items"]]


async def rows_ruled_by(desk: Desk, size: int, now: datetime, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is in the tables after that ruling in batches of this size, which is taken back; without ids made on it."""
    monkeypatch.setattr(worker, "BATCH", size)
    state = desk.app.state
    async with hot_transaction(state.engine) as connection:
        outermost = connection.transaction()
        await outermost.start()
        while await worker.rule_batch(connection, state.terms, Identity(state.identity, ""), now=now):
            pass
        found = {table: await _rows(connection, table, order, now) for table, order in TABLES.items()}
        await outermost.rollback()
    return found


async def _rows(connection: Connection, table: str, order: str, now: datetime) -> list[dict[str, Any]]:
    made_now = {"outbox": {"id", "body"}, "breach": {"id"}, "message": {"id"}, "message_item": {"id", "message_id"}}
    rows = [dict(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")]
    for row in rows:
        for name in made_now.get(table, ()):
            row.pop(name, None)
        if table == "ticket_event" and row["recorded_at"] == now:
            row.pop("id")
    return rows


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_batch_comes_to_the_same_as_one_by_one(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await live_through(desk, 10 * seed + number, acts=8)
    handed, done = await desk.submit(), await desk.submit()
    await hand_over(desk, handed)
    assert (await desk.step(done, "fulfilled")).status_code == 201
    assert (await desk.step(done, "in_progress", desk.requester)).status_code == 201
    await shorten_days(desk, elapsed="restart" if seed == 1 else "keep")
    now = datetime.now(UTC) + timedelta(days=400 if seed == 2 else 0, minutes=10)  # later, it passes due times
    one_by_one, together = [await rows_ruled_by(desk, size, now, monkeypatch) for size in (1, 30)]
    rulings = [row for row in together["ticket_event"] if row["name"] == "calendar_ruled"]
    assert len(rulings) >= 4
    for table in TABLES:
        assert together[table] == one_by_one[table], table


async def test_what_is_held_by_others_is_ruled_on_afterwards_and_holds_up_nobody(desk: Desk) -> None:
    tickets = sorted([await desk.submit() for _ in range(4)], key=lambda each: str(each["id"]))
    await shorten_days(desk)
    state = desk.app.state
    async with hot_transaction(state.engine) as other:
        await other.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", UUID(tickets[2]["id"]))
        identity = Identity(state.identity, "")
        ruling = worker.rule_some(state.engine, state.terms, identity, now=datetime.now(UTC))
        assert await asyncio.wait_for(ruling, 4)
        assert [await kinds_of(desk, each) for each in tickets] == [["calendar"], ["calendar"], [], ["calendar"]]
    assert await rule_all(desk) >= 1
    assert [await kinds_of(desk, each) for each in tickets] == [["calendar"]] * 4
    assert await differences(desk) == []


async def test_a_ticket_that_cannot_be_written_holds_up_no_others(owned: tuple[Desk, str]) -> None:
    desk, owner = owned
    tickets = [await desk.submit() for _ in range(5)]
    broken = UUID(tickets[3]["id"])
    connection = await asyncpg.connect(owner)
    await connection.execute(
        f"ALTER TABLE ticket_event ADD CHECK (name <> 'calendar_ruled' OR ticket_id <> '{broken}')"
    )
    await connection.close()
    await shorten_days(desk)
    assert await rule_all(desk) == 1
    for ticket in tickets:
        assert await kinds_of(desk, ticket) == ([] if ticket["id"] == str(broken) else ["calendar"])
    assert await differences(desk) == []  # it stays as it was, in the version before


async def test_a_ticket_that_is_gone_holds_up_no_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await desk.submit()
    found = queries.tickets_following

    async def with_strangers(*given: Any) -> list[UUID]:
        return [UUID(int=1), *await found(*given), uuid4()]

    monkeypatch.setattr(queries, "tickets_following", with_strangers)
    await shorten_days(desk)
    assert await rule_all(desk) == 1
    assert await kinds_of(desk, ticket) == ["calendar"]


async def test_a_batch_that_meets_a_new_version_is_folded_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = [await desk.submit() for _ in range(3)]
    await shorten_days(desk)
    met: list[int] = []

    async def after_a_new_version(connection: Connection, acts: Any, **named: Any) -> None:
        met.append(len(acts))
        if len(met) == 1:
            week = [{"weekday": "mon", "start": "08:00", "end": "10:00"}]
            await shorten_days(desk, shifts=week)
        await update_tickets(connection, acts, **named)

    monkeypatch.setattr(appending, "update_tickets", after_a_new_version)
    await rule_all(desk)
    assert met == [3, 3, 3]
    assert [len(await kinds_of(desk, each)) for each in tickets] == [2, 2, 2]
    assert await differences(desk) == []


async def test_rulings_and_freezes_reach_the_same_tickets_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 3)
    tickets = [await desk.submit() for _ in range(7)]
    await shorten_days(desk)
    await agreed(desk)
    await asyncio.gather(rule_all(desk), take_to_tickets(desk), rule_all(desk), take_to_tickets(desk))
    await rule_all(desk)
    await take_to_tickets(desk)
    for ticket in tickets:
        assert sorted(await kinds_of(desk, ticket)) == ["calendar", "freeze"]
    assert await differences(desk) == []


async def test_a_worker_that_is_ended_between_batches_has_ruled_on_each_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BATCH", 3)
    tickets = [await desk.submit() for _ in range(7)]
    await shorten_days(desk)
    state, identity = desk.app.state, Identity(desk.app.state.identity, "")
    assert await worker.rule_some(state.engine, state.terms, identity, now=datetime.now(UTC))

    async def ended(*given: Any) -> None:
        await tell_of_acts(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(touring, "tell_of_acts", ended)
    with pytest.raises(KeyboardInterrupt):
        await worker.rule_some(state.engine, state.terms, identity, now=datetime.now(UTC))
    assert sum([len(await kinds_of(desk, each)) for each in tickets]) == 3
    monkeypatch.setattr(touring, "tell_of_acts", tell_of_acts)
    await rule_all(desk)
    assert [await kinds_of(desk, each) for each in tickets] == [["calendar"]] * 7
    assert await differences(desk) == []
