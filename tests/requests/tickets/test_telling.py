"""Late facts are told: what they pass in one message without escalation, and which announced breach was none."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.requests.firing.service.worker import FiringWorker
from services.requests.people.queries import store_people
from services.shared.db import hot_connection, hot_transaction
from tests.requests.people import a_person
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_agreed import same_as_folded
from tests.requests.tickets.test_amending import CONNECTOR
from tests.requests.tickets.test_instants import at, submitted_ago

TOLD = "SELECT m.person_id, i.kind, i.about::text AS about FROM message m JOIN message_item i ON i.message_id = m.id"


async def told(desk: Desk, kind: str) -> dict[str, list[dict[str, Any]]]:
    """What people were told of that kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with hot_connection(desk.app.state.engine) as connection:
        for row in await connection.fetch(f"{TOLD} WHERE i.kind = $1 ORDER BY i.created_at", kind):
            found.setdefault(str(row["person_id"]), []).append(orjson.loads(row["about"]))
    return found


async def assigned_long_ago(desk: Desk) -> tuple[dict[str, Any], datetime]:
    ticket = await submitted_ago(desk, timedelta(days=60))
    path = f"/v1/tickets/{ticket['id']}/assignments"
    answer = await desk.client.post(path, json={"assignee_id": str(desk.agent_id)}, headers=desk.agent)
    assert answer.status_code == 201, answer.text
    return ticket, datetime.fromisoformat((await desk.get(ticket))["created_at"])


async def clock(desk: Desk, ticket: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in (await desk.get(ticket, "/clocks"))["items"] if each["clock"] == name]
    return dict(found)


async def test_a_breach_that_was_none_is_told_to_both_sides(desk: Desk) -> None:
    ticket, created = await assigned_long_ago(desk)
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    assert (await clock(desk, ticket, "resolution"))["thresholds"][-1]["fired_at"] is not None
    late = at(created + timedelta(seconds=1))
    answer = await desk.step(ticket, "fulfilled", desk.people.account(CONNECTOR), occurred_at=late)
    assert answer.status_code == 201, answer.text
    refuted = await clock(desk, ticket, "resolution")
    fact = next(each for each in (await desk.get(ticket, "/history"))["items"] if each["name"] == "moved")
    assert (refuted["state"], refuted["breached_at"], refuted["refuted_by"]) == ("met", None, fact["id"])
    messages = await told(desk, "breach_refuted")
    assert set(messages) == {str(desk.requester_id), str(desk.agent_id)}
    for items in messages.values():
        assert {each["clock"] for each in items} >= {"resolution"}
        assert {each["ticket_id"] for each in items} == {ticket["id"]}
    assert await same_as_folded(desk)


async def managing(desk: Desk, department_id: UUID) -> UUID:
    """A manager of that department whom the service knows."""
    person = a_person(departments={department_id: "manager"})
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [person])
    return person.id


async def test_who_was_told_of_a_breach_hears_that_it_was_none(desk: Desk) -> None:
    manager = await managing(desk, desk.it.id)
    ticket, created = await assigned_long_ago(desk)
    path = f"/v1/tickets/{ticket['id']}/assignments"
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    assert set(await told(desk, "clock_breached")) == {str(manager), str(desk.agent_id)}
    assert (await desk.client.post(path, json={"assignee_id": None}, headers=desk.agent)).status_code == 201
    other = await managing(desk, desk.it.id)
    late = at(created + timedelta(seconds=1))
    answer = await desk.step(ticket, "fulfilled", desk.people.account(CONNECTOR), occurred_at=late)
    assert answer.status_code == 201, answer.text
    messages = await told(desk, "breach_refuted")
    before = {str(manager), str(desk.agent_id)}
    assert set(messages) == {*before, str(desk.requester_id), str(other)}
    breached = ["acknowledge", "first_response", "resolution"]
    assert [sorted(each["clock"] for each in items) for items in messages.values()] == [breached] * 4


@pytest.mark.parametrize("is_confidential", [False, True])
async def test_a_side_where_nobody_is_named_hears_by_its_managers(desk: Desk, is_confidential: bool) -> None:
    of_it, of_hr = await managing(desk, desk.it.id), await managing(desk, desk.hr.id)
    ticket = await submitted_ago(desk, timedelta(days=60))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    async with hot_transaction(desk.app.state.engine) as connection:
        sql = "UPDATE ticket SET requester_id = NULL, is_confidential = $1"
        await connection.execute(sql, is_confidential)
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    late = at(created + timedelta(seconds=1))
    answer = await desk.step(ticket, "fulfilled", desk.people.account(CONNECTOR), occurred_at=late)
    assert answer.status_code == 201, answer.text
    assert set(await told(desk, "breach_refuted")) == {str(of_it), *([] if is_confidential else [str(of_hr)])}


async def test_what_a_late_fact_passes_is_told_once_and_escalates_nothing(desk: Desk) -> None:
    ticket, created = await assigned_long_ago(desk)
    connector = desk.people.account(CONNECTOR)
    waits = at(created + timedelta(seconds=1))
    asked = await desk.step(ticket, "waiting_on_customer", connector, comment="Which?", occurred_at=waits)
    assert asked.status_code == 201, asked.text
    assert (await clock(desk, ticket, "resolution"))["breached_at"] is None
    late = at(created + timedelta(seconds=2))
    answered = await desk.step(ticket, "in_progress", connector, occurred_at=late)
    assert answered.status_code == 201, answered.text
    resolution = await clock(desk, ticket, "resolution")
    assert resolution["breached_at"] is not None
    assert [each["passed"] for each in resolution["thresholds"]] == [True, True, True]
    messages = await told(desk, "clock_passed")
    assert set(messages) == {str(desk.requester_id), str(desk.agent_id)}
    passed = [each["percent"] for each in messages[str(desk.agent_id)] if each["clock"] == "resolution"]
    assert sorted(passed) == [50, 75, 100]
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    fired = [each for items in (await told(desk, "clock_breached")).values() for each in items]
    assert "resolution" not in {each["clock"] for each in fired}
