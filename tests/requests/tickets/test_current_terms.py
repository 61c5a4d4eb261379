"""A ticket is made of what is in memory, in one statement that holds only while that is current."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.requests.tickets.queries.acts import update_tickets
from services.requests.tickets.schemas import NewTransition
from services.requests.tickets.service import act, appending
from services.requests.tickets.service.verify import verify_tickets
from services.requests.timeline.vocabulary import State
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk

KEYS = pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}], ids=["alone", "kept"])


async def change_offering(desk: Desk, version: int, **changes: Any) -> None:
    headers = desk.people.admin() | {"If-Match": f'"{version}"'}
    answer = await desk.client.patch(f"/v1/offerings/{desk.offering_id}", json=changes, headers=headers)
    assert answer.status_code == 200, answer.text


@KEYS
async def test_a_changed_offering_holds_for_the_very_next_ticket(desk: Desk, key: dict[str, str]) -> None:
    assert (await desk.submit())["offering_version"] == 1
    await change_offering(desk, 1, name="A better computer")
    assert (await desk.submit(desk.requester | key))["offering_version"] == 2


@KEYS
async def test_what_is_offered_again_is_not_refused_out_of_memory(desk: Desk, key: dict[str, str]) -> None:
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)}
    await desk.submit()
    await change_offering(desk, 1, is_offered=False)
    refused = await desk.client.post("/v1/tickets", json=body, headers=desk.requester)
    assert (refused.status_code, refused.json()["code"]) == (409, "offering_not_offered")
    await change_offering(desk, 2, is_offered=True)
    assert (await desk.submit(desk.requester | key))["offering_version"] == 3


async def test_a_superseded_promise_is_read_again_once(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.get(ticket)
    await change_offering(desk, 1, name="A better computer")
    async with statements(desk) as sent:
        await desk.submit()
    assert len(sent) > 2
    async with statements(desk) as sent:
        await desk.submit()
    assert len(sent) == 1


async def test_a_change_holds_at_once_while_others_submit(desk: Desk) -> None:
    await desk.submit()

    async def submit_on() -> None:
        for _ in range(10):
            await desk.submit()

    async def change_on() -> None:
        for version in range(1, 6):
            await change_offering(desk, version, name=f"A computer, edition {version}")
            assert (await desk.submit())["offering_version"] == version + 1

    await asyncio.gather(change_on(), *(submit_on() for _ in range(3)))


async def test_an_act_that_meets_a_new_calendar_version_counts_in_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await desk.submit()
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    met = 0

    async def after_a_new_version(*given: Any, **named: Any) -> None:
        nonlocal met
        met += 1
        if met == 1:
            await work_round_the_clock(desk)
        await update_tickets(*given, **named)

    monkeypatch.setattr(appending, "update_tickets", after_a_new_version)
    reopener = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
    async with hot_transaction(desk.app.state.engine) as connection:
        now = datetime.now(UTC) + timedelta(minutes=1)
        step = NewTransition(to=State.IN_PROGRESS)
        await act.move_ticket(connection, desk.app.state.terms, reopener, UUID(ticket["id"]), step, now=now)
    assert met == 2
    found = verify_tickets(desk.app.state.engine, desk.app.state.terms)
    assert [each.differences async for each in found] == [()]


async def work_round_the_clock(desk: Desk) -> None:
    """A new version of the calendar by which IT works."""
    admin = desk.people.admin()
    known = await desk.client.get(f"/v1/calendars/assignments/{desk.it.id}", headers=admin)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    version = {"time_zone": "UTC", "shifts": [{"weekday": day, "start": "00:00", "end": "24:00"} for day in days]}
    path = f"/v1/calendars/{known.json()['calendar_id']}/versions"
    saved = await desk.client.post(path, json=version, headers=admin)
    assert saved.status_code == 201, saved.text
