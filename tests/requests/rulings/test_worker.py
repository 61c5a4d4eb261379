"""A new calendar version, or an agreement for open tickets, reaches each of them once."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.requests.calendars.schemas import NextCalendarVersion
from services.requests.calendars.service import add_version
from services.requests.departments.service import Identity
from services.requests.rulings import queries
from services.requests.rulings.service import worker
from services.requests.tickets.service.verify import verify_tickets
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.requests.rulings.test_priority import resolution
from tests.requests.tickets.desk import Desk

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


async def rule_all(desk: Desk) -> int:
    """How many batches it took."""
    state, batches = desk.app.state, 0
    while await worker.rule_some(state.engine, state.terms, Identity(state.identity, ""), now=datetime.now(UTC)):
        batches += 1
    return batches


async def calendar_of(desk: Desk) -> str:
    answer = await desk.client.get(f"/v1/calendars/assignments/{desk.it.id}", headers=desk.people.admin())
    return str(answer.json()["calendar_id"])


async def shorten_days(desk: Desk, *, now: datetime | None = None, **changes: Any) -> None:
    """IT and HR work from nine to one from now on."""
    version = {
        "time_zone": "Europe/Madrid",
        "shifts": [{"weekday": day, "start": "09:00", "end": "13:00"} for day in WEEKDAYS],
        **changes,
    }
    calendar_id = await calendar_of(desk)
    if now is not None:
        async with desk.app.state.sessions() as session, session.begin():
            new = NextCalendarVersion.model_validate_json(orjson.dumps(version))
            await add_version(session, Actor(uuid4(), roles=frozenset({"admin"})), UUID(calendar_id), new, now=now)
        return
    path = f"/v1/calendars/{calendar_id}/versions"
    answer = await desk.client.post(path, json=version, headers=desk.people.admin())
    assert answer.status_code == 201, answer.text


async def differences(desk: Desk) -> list[Any]:
    found = verify_tickets(desk.app.state.engine, desk.app.state.terms)
    return [each async for each in found if each.differences]


async def test_open_tickets_follow_a_new_calendar_version_and_ended_ones_do_not(desk: Desk) -> None:
    ticket, done = await desk.submit(), await desk.submit()
    await desk.step(done, "fulfilled")
    before, kept = await resolution(desk, ticket), await resolution(desk, done)
    await shorten_days(desk)
    assert await rule_all(desk) >= 1
    after = await resolution(desk, ticket)
    assert after["target_seconds"] == before["target_seconds"]
    assert after["due_at"] > before["due_at"]
    assert await resolution(desk, done) == kept
    (ruling,) = (await desk.get(ticket, "/rulings"))["items"]
    assert (ruling["kind"], ruling["calendar_version"], ruling["side"]) == ("calendar", 2, "system")
    explained = await desk.get(ticket, f"/clocks/{after['id']}/explanation")
    assert [(each["why"], each["new_due_at"]) for each in explained["recalculations"]] == [
        ("calendar", after["due_at"])
    ]
    assert await rule_all(desk) == 0
    assert await differences(desk) == []


async def test_a_clock_that_begins_dated_back_follows_too(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "fulfilled")
    then = datetime.now(UTC)
    await shorten_days(desk)
    assert await rule_all(desk) >= 1
    reopened = await desk.step(ticket, "in_progress", desk.requester, occurred_at=then.isoformat())
    assert reopened.status_code == 201, reopened.text
    assert await versions(desk, ticket) == {1: 1, 2: 1}
    await worker.look_back(desk.app.state.engine)
    assert await rule_all(desk) >= 1
    assert await versions(desk, ticket) == {1: 1, 2: 2}
    await worker.look_back(desk.app.state.engine)
    assert await rule_all(desk) == 0
    assert await differences(desk) == []


async def test_a_ticket_written_while_a_version_was_saved_counts_in_that_version(desk: Desk) -> None:
    before = datetime.now(UTC)
    ticket = await desk.submit()
    await shorten_days(desk, now=before)  # saved before the ticket was submitted, committed after it
    assert await versions(desk, ticket) == {1: 2}
    assert len(await differences(desk)) == 1
    assert await rule_all(desk) >= 1
    assert (await desk.get(ticket, "/rulings"))["items"] == []
    assert await differences(desk) == []
    assert await rule_all(desk) == 0


async def versions(desk: Desk, ticket: dict[str, Any]) -> dict[int, int]:
    """The calendar version in which each cycle of resolution counts."""
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    return {each["cycle"]: each["calendar_version"] for each in clocks if each["clock"] == "resolution"}


async def test_two_workers_rule_on_each_ticket_once(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BATCH", 2)
    tickets = [await desk.submit() for _ in range(7)]
    await shorten_days(desk)
    await asyncio.gather(rule_all(desk), rule_all(desk), rule_all(desk))
    assert await rule_all(desk) == 0
    for ticket in tickets:
        assert len((await desk.get(ticket, "/rulings"))["items"]) == 1
    assert await differences(desk) == []


async def agree(desk: Desk, **changes: Any) -> str:
    """IT promises HR two working days, from today on; the version's id."""
    calendar_id = await calendar_of(desk)
    manager_of_it = desk.people.one_of(desk.it.id, "manager", uuid4())
    manager_of_hr = desk.people.one_of(desk.hr.id, "manager", uuid4())
    content = {
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [str(desk.offering_id)],
        "targets": [{"clock": "resolution", "duration": "P2D", "objective": 0.9}],
        "effective_from": datetime.now(UTC).date().isoformat(),
        **changes,
    }
    made = await desk.client.post("/v1/agreements", json=content, headers=manager_of_it)
    assert made.status_code == 201, made.text
    for headers in (manager_of_it, manager_of_hr):
        path = f"/v1/agreements/{made.json()['id']}/signatures"
        signed = await desk.client.post(path, json={"version": 1}, headers=headers)
        assert signed.status_code == 201, signed.text
    return str(made.json()["current_version"]["id"])


async def test_an_agreement_reaches_open_tickets_only_if_it_says_so(desk: Desk) -> None:
    ticket = await desk.submit()
    version_id = await agree(desk, applies_to_open=True)
    assert await rule_all(desk) >= 1
    assert (await desk.get(ticket))["agreement_version_id"] == version_id
    states = {clock["clock"]: clock["state"] for clock in (await desk.get(ticket, "/clocks"))["items"]}
    assert states == {"acknowledge": "void", "first_response": "void", "resolution": "running"}
    assert await rule_all(desk) == 0
    assert await differences(desk) == []


async def test_a_clock_that_ended_before_is_explained_by_what_held_then(desk: Desk) -> None:
    ticket = await desk.submit()
    assert (await desk.step(ticket, "accepted")).status_code == 201
    version_id = await agree(desk, applies_to_open=True)
    assert await rule_all(desk) >= 1
    explained = {
        clock["clock"]: (await desk.get(ticket, f"/clocks/{clock['id']}/explanation"))["agreement_version_id"]
        for clock in (await desk.get(ticket, "/clocks"))["items"]
    }
    assert (explained["acknowledge"], explained["resolution"]) == (None, version_id)


async def test_an_agreement_that_does_not_say_so_reaches_none(desk: Desk) -> None:
    ticket = await desk.submit()
    await agree(desk)
    assert await rule_all(desk) == 0
    assert (await desk.get(ticket))["agreement_version_id"] is None


async def test_an_agreement_reaches_no_ticket_that_was_imported(desk: Desk) -> None:
    imported, asked = await desk.submit(), await desk.submit()
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute(
            "UPDATE ticket SET source = 'RT', source_key = '1' WHERE id = $1", UUID(imported["id"])
        )
    version_id = await agree(desk, applies_to_open=True)
    assert await rule_all(desk) >= 1
    assert [(await desk.get(each))["agreement_version_id"] for each in (imported, asked)] == [None, version_id]


async def test_versions_that_concern_no_open_ticket_are_not_read_each_second(desk: Desk) -> None:
    await agree(desk)
    many = """
        INSERT INTO agreement_version
        SELECT gen_random_uuid(), agreement_id, n, content, effective_from, effective_until, proposed_by, proposed_for,
            proposed_at FROM agreement_version, generate_series(2, 3000) AS n
    """
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute(many)
        rows = await connection.fetch(f"EXPLAIN {queries._NOTICE}", UUID(int=0), datetime.now(UTC))
    plan = "\n".join(row[0] for row in rows)
    assert "ix_agreement_version_for_open" in plan, plan
    assert "Seq Scan on agreement_version" not in plan, plan


async def test_a_role_that_the_agreement_names_rules_alone(desk: Desk) -> None:
    await agree(
        desk,
        priority_role="provider:manager",
        targets=[
            {"clock": "resolution", "priority": None, "duration": "P2D"},
            {"clock": "resolution", "priority": "urgent", "duration": "PT2H"},
        ],
    )
    ticket = await desk.submit()
    path = f"/v1/tickets/{ticket['id']}/rulings"
    by_agent = await desk.client.post(path, json={"priority": "urgent"}, headers=desk.agent)
    assert by_agent.json()["state"] == "proposed"
    manager = desk.people.one_of(desk.it.id, "manager")
    ruled = await desk.client.post(path, json={"priority": "urgent"}, headers=manager)
    assert (ruled.status_code, ruled.json()["state"]) == (201, "ruled"), ruled.text
    assert (await resolution(desk, ticket))["target_seconds"] == 2 * 3600


async def test_a_ticket_that_cannot_be_folded_holds_up_no_others(desk: Desk) -> None:
    broken, sound = await desk.submit(), await desk.submit()
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute("UPDATE ticket SET terms = '{\"odd\": 1}' WHERE id = $1", UUID(broken["id"]))
    await shorten_days(desk)
    assert await rule_all(desk) == 1
    assert [each["kind"] for each in (await desk.get(sound, "/rulings"))["items"]] == ["calendar"]


async def test_the_window_of_reopening_is_the_one_that_was_ruled(desk: Desk) -> None:
    ticket = await desk.submit()
    await agree(desk, applies_to_open=True, reopening_window="PT1S", customer_calendar_id=await around_the_clock(desk))
    assert await rule_all(desk) >= 1
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    assert (await desk.step(ticket, "closed", desk.requester)).status_code == 201
    await asyncio.sleep(1.1)
    refused = await desk.step(ticket, "in_progress", desk.requester)
    assert (refused.status_code, refused.json()["code"]) == (409, "reopening_window_passed"), refused.text


async def around_the_clock(desk: Desk) -> str:
    days = (*WEEKDAYS, "sat", "sun")
    shifts = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in days]
    calendar = {"name": "Always", "time_zone": "UTC", "shifts": shifts}
    made = await desk.client.post("/v1/calendars", json=calendar, headers=desk.people.admin())
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def begin_and_end(desk: Desk) -> None:
    """A batch whose transaction never commits."""
    async with hot_transaction(desk.app.state.engine) as connection:
        identity = Identity(desk.app.state.identity, "")
        assert await worker.rule_batch(connection, desk.app.state.terms, identity, now=datetime.now(UTC))
        raise KeyboardInterrupt


async def test_a_worker_that_is_ended_leaves_what_it_began(desk: Desk) -> None:
    ticket = await desk.submit()
    await shorten_days(desk)
    with pytest.raises(KeyboardInterrupt):
        await begin_and_end(desk)
    assert (await desk.get(ticket, "/rulings"))["items"] == []
    assert await rule_all(desk) >= 1
    assert len((await desk.get(ticket, "/rulings"))["items"]) == 1
