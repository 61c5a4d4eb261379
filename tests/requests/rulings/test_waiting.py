"""A ruling that had to wait for its ticket comes after what was announced meanwhile: it undoes no breach."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.departments.service import Identity
from services.requests.firing.service.worker import FiringWorker
from services.requests.rulings.schemas import NewRuling
from services.requests.rulings.service import worker
from services.requests.rulings.service.priority import rule_priority
from services.shared.auth import Actor
from services.shared.db import hot_connection, hot_transaction
from tests.requests.rulings.test_priority import resolution, rule
from tests.requests.rulings.test_worker import differences, shorten_days
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_instants import submitted_ago


async def announced(desk: Desk) -> tuple[dict[str, Any], datetime]:
    """A ticket whose breach was announced, and an instant before its due time: when a ruling was asked for."""
    ticket = await submitted_ago(desk, timedelta(days=60))
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    found = await resolution(desk, ticket)
    assert found["thresholds"][-1]["fired_at"] is not None
    return ticket, datetime.fromisoformat(found["due_at"]) - timedelta(seconds=1)


async def test_a_priority_that_is_confirmed_meanwhile(desk: Desk) -> None:
    ticket, asked_at = await announced(desk)
    before = await resolution(desk, ticket)
    proposed = (await rule(desk, ticket, desk.agent, priority="low", elapsed="restart")).json()
    customer = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
    confirms = NewRuling(confirms=UUID(proposed["id"]))
    async with hot_transaction(desk.app.state.engine) as connection:
        terms = desk.app.state.terms
        await rule_priority(connection, terms, customer, UUID(ticket["id"]), confirms, now=asked_at)
    after = await resolution(desk, ticket)
    assert (after["breached_at"], after["refuted_by"]) == (before["breached_at"], None)
    assert await differences(desk) == []


async def test_a_calendar_that_is_ruled_meanwhile(desk: Desk) -> None:
    ticket, asked_at = await announced(desk)
    before = await resolution(desk, ticket)
    await shorten_days(desk)
    identity = Identity(desk.app.state.identity, "")
    while await worker.rule_some(desk.app.state.engine, desk.app.state.terms, identity, now=asked_at):
        pass
    after = await resolution(desk, ticket)
    assert (after["calendar_version"], after["breached_at"]) == (2, before["breached_at"])
    assert after["refuted_by"] is None
    assert await differences(desk) == []
