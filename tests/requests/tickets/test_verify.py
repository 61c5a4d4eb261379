"""What is kept of a ticket equals its refold, and a row that was tampered with is found."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.requests.tickets.service.verify import Difference, verify_tickets
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk
from tests.requests.tickets.stories import hand_over, live_through


async def differences(desk: Desk) -> list[Difference]:
    found = verify_tickets(desk.app.state.engine, desk.app.state.terms)
    return [difference async for verified in found for difference in verified.differences]


@pytest.fixture
async def owned(databases: Databases, issuer: Issuer) -> AsyncIterator[tuple[Desk, str]]:
    """A desk and its database's address for the owner."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        yield desk, urls.owner


TAMPERED = [
    ("UPDATE ticket SET state = 'accepted'", "ticket.state"),
    ("UPDATE ticket SET ended_at = now()", "ticket.ended_at"),
    ("UPDATE ticket SET priority = 'low'", "ticket.priority"),
    ("UPDATE ticket SET events = events + 1", "ticket.events"),
    ("UPDATE ledger_interval SET wall = wall + interval '1 microsecond' WHERE position = 0", "ledger 0.wall"),
    ("UPDATE ledger_interval SET party = 'customer' WHERE position = 0", "ledger 0.party"),
    ("DELETE FROM ledger_interval WHERE position = 0", "ledger 0"),
    ("UPDATE ticket_clock SET due_at = due_at + interval '1 second' WHERE clock = 'resolution'", "due_at"),
    ("DELETE FROM ticket_clock WHERE clock = 'acknowledge'", "clock acknowledge 1"),
    ("UPDATE ticket_link SET ended_at = NULL, outcome = NULL", "ended_at"),
    ("UPDATE ticket_round SET fulfilled_at = fulfilled_at + interval '1 second'", "round 1.fulfilled_at"),
    ("DELETE FROM ticket_round", "round 1"),
    ("UPDATE ticket_event SET payload = '{\"to\": \"elsewhere\"}' WHERE name = 'moved'", "events"),
    ("DELETE FROM ticket_event", "events"),
]


async def test_each_tampered_row_is_found(owned: tuple[Desk, str]) -> None:
    desk, owner = owned
    ticket = await desk.submit()
    assert (await desk.step(ticket, "in_progress")).status_code == 201
    await hand_over(desk, ticket, back=True)
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    assert await differences(desk) == []
    connection = await asyncpg.connect(owner)
    for tampering, where in TAMPERED:
        await connection.execute("BEGIN")
        await connection.execute(tampering)
        await connection.execute("COMMIT")
        found = await differences(desk)
        assert any(where in each.where for each in found), (tampering, found)
    await connection.close()


@pytest.mark.parametrize("seed", range(6))
async def test_after_any_acts_the_cache_is_the_fold(desk: Desk, seed: int) -> None:
    done = await live_through(desk, seed, acts=40)
    assert done > 10
    assert await differences(desk) == []


async def test_tickets_are_verified_in_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.requests.tickets.service.verify.BATCH", 2)
    tickets = [await desk.submit() for _ in range(5)]
    found = verify_tickets(desk.app.state.engine, desk.app.state.terms)
    assert [str(each.ticket_id) async for each in found] == [ticket["id"] for ticket in tickets]
