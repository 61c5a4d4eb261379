"""What other services hear of acts: fulfilled, reopened and closed once each, and what promises have come to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import Current
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Moved
from services.requests.timeline.vocabulary import Side, State, StepReason
from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.outbox import forget, left
from tests.requests.tickets.test_amending import CONNECTOR
from tests.requests.tickets.test_instants import at, submitted_ago

NOTHING = {"met": 0, "missed": 0}


async def test_a_fulfilment_is_told_with_all_that_a_survey_needs(desk: Desk) -> None:
    friend, other = desk.identity.add_person(), desk.identity.add_person()
    ticket = await desk.submit(beneficiary_id=str(friend.id), participants=[str(other.id)])
    path = f"/v1/tickets/{ticket['id']}/assignments"
    body = {"assignee_id": str(desk.agent_id)}
    assert (await desk.client.post(path, json=body, headers=desk.agent)).status_code == 201
    assert await left(desk, "ticket.fulfilled", ticket) == []
    done = (await desk.step(ticket, "fulfilled")).json()
    (told,) = await left(desk, "ticket.fulfilled", ticket)
    latest = (await desk.get(ticket, "/history"))["items"][-1]
    assert told == {
        "ticket_id": ticket["id"],
        "cycle": 1,
        "ticket_key": ticket["key"],
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "offering_id": str(desk.offering_id),
        "offering_name": "A computer",
        "agreement_version_id": None,
        "requester_id": str(desk.requester_id),
        "beneficiary_id": str(friend.id),
        "participants": [str(other.id)],
        "assignee_id": str(desk.agent_id),
        "is_confidential": False,
        "is_imported": False,
        "fulfilled_at": latest["occurred_at"],
        "version": done["version"],
    }


async def test_each_cycle_is_told_once(desk: Desk) -> None:
    ticket = await desk.submit()
    steps = (("fulfilled", desk.agent), ("closed", desk.requester), ("in_progress", desk.requester))
    for to, headers in (*steps, ("accepted", desk.agent), *steps[:1], ("fulfilled", desk.agent)):
        await desk.step(ticket, to, headers)
    assert [told["cycle"] for told in await left(desk, "ticket.fulfilled", ticket)] == [1, 2]
    (reopened,) = await left(desk, "ticket.reopened", ticket)
    (closed,) = await left(desk, "ticket.closed", ticket)
    history = {each["payload"].get("to"): each for each in (await desk.get(ticket, "/history"))["items"]}
    assert (reopened["cycle"], reopened["reopened_at"]) == (2, history["in_progress"]["occurred_at"])
    assert (closed["by"], closed["closed_at"]) == ("customer", history["closed"]["occurred_at"])
    assert closed["version"] < reopened["version"]


async def test_a_fulfilment_taken_back_is_reopened_in_its_own_cycle(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "fulfilled")
    slip = (await desk.get(ticket, "/history"))["items"][-1]
    path = f"/v1/tickets/{ticket['id']}/corrections"
    answer = await desk.client.post(path, json={"event_id": slip["id"]}, headers=desk.agent)
    assert answer.status_code == 201, answer.text
    (reopened,) = await left(desk, "ticket.reopened", ticket)
    assert (reopened["cycle"], reopened["version"]) == (1, answer.json()["version"])
    await desk.step(ticket, "fulfilled")
    assert [told["cycle"] for told in await left(desk, "ticket.fulfilled", ticket)] == [1, 1]


async def test_a_lapse_closes_for_nobody(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=60))
    await desk.step(ticket, "fulfilled")
    async with hot_transaction(desk.app.state.engine) as connection:
        current: Current = await desk.app.state.terms.current(connection.fetch)
        row = await hold_ticket(connection, UUID(ticket["id"]))
        assert row is not None
        held = await unfold(connection, current, row)
        now = datetime.now(UTC)
        lapse = Moved(State.CLOSED, reason=StepReason.LAPSED)
        event = Event(uuid7(), held.next_sequence, now, now, Actor(Side.SYSTEM, automatic=True), lapse)
        await append(connection, current, held, [event], now=now)
    (closed,) = await left(desk, "ticket.closed", ticket)
    assert closed["by"] == "lapse"


async def measured(desk: Desk, ticket: dict[str, Any]) -> list[tuple[dict[str, int], dict[str, int]]]:
    told = await left(desk, "ticket.measured", ticket)
    assert all(each["provider_department_id"] == str(desk.it.id) for each in told)
    assert all(each["customer_department_id"] == str(desk.hr.id) for each in told)
    return [(each["provider"], each["customer"]) for each in told]


async def test_what_promises_come_to_is_told_as_it_changes(desk: Desk) -> None:
    ticket = await desk.submit()
    assert await measured(desk, ticket) == []
    await desk.step(ticket, "accepted")
    await desk.step(ticket, "in_progress")
    await desk.step(ticket, "waiting_on_customer", comment="Which?")
    await desk.step(ticket, "fulfilled")
    assert await measured(desk, ticket) == [
        ({"met": met, "missed": 0}, NOTHING) for met in (1, 2, 3)
    ]  # acknowledged, answered, resolved
    await forget(desk)
    await desk.step(ticket, "in_progress", desk.requester)
    await desk.step(ticket, "cancelled", desk.requester)
    assert await measured(desk, ticket) == []


async def test_a_late_fact_takes_a_breach_back_and_says_so(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=60))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    connector = desk.people.account(CONNECTOR)
    assert (await desk.step(ticket, "in_progress")).status_code == 201
    assert await measured(desk, ticket) == []  # three were missed already, which the firing worker tells
    answer = await desk.step(ticket, "fulfilled", connector, occurred_at=at(created + timedelta(minutes=1)))
    assert answer.status_code == 201, answer.text
    assert await measured(desk, ticket) == [({"met": 3, "missed": 0}, NOTHING)]
