"""An agreed freeze is ruled on each open ticket that it covers, pinned by new ones, and taken back where withdrawn."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.requests.firing.service.worker import FiringWorker
from services.requests.freezes.service import worker
from services.shared.db import hot_connection
from tests.requests.freezes.freezing import (
    HOUR,
    agreed,
    instant,
    manager_of,
    post,
    resolution,
    take_to_tickets,
    work_always,
)
from tests.requests.rulings.test_worker import differences
from tests.requests.tickets.desk import Desk


async def urgent(desk: Desk) -> dict[str, Any]:
    """A ticket to be resolved within four hours."""
    return await desk.submit(priority="urgent")


async def test_open_tickets_are_due_later_from_the_ruling_on(desk: Desk) -> None:
    await work_always(desk)
    ticket = await urgent(desk)
    before = await resolution(desk, ticket)
    freeze = await agreed(desk)
    assert await take_to_tickets(desk) == 1
    after = await resolution(desk, ticket)
    assert instant(after["due_at"]) - instant(before["due_at"]) == 2 * HOUR
    assert [each["fires_at"] for each in after["thresholds"]][-1] == after["due_at"]
    explained = await desk.get(ticket, f"/clocks/{after['id']}/explanation")
    assert [(each["why"], each["new_due_at"]) for each in explained["recalculations"]] == [("freeze", after["due_at"])]
    (ruling,) = (await desk.get(ticket, "/rulings"))["items"]
    assert (ruling["kind"], ruling["state"], ruling["freeze_id"]) == ("freeze", "ruled", freeze["id"])
    assert (ruling["from"], ruling["to"]) == (freeze["from"], freeze["to"])
    assert await take_to_tickets(desk) == 0
    assert await differences(desk) == []
    seen = await desk.client.get(f"/v1/freezes/{freeze['id']}", headers=manager_of(desk, "IT"))
    assert seen.json()["tickets"] == 1


async def test_rows_know_it_in_advance(desk: Desk) -> None:
    """What fires and what reports read stands in rows: the due time moved on, the ledger up to the freeze's end."""
    await work_always(desk)
    ticket = await urgent(desk)
    freeze = await agreed(desk)
    await take_to_tickets(desk)
    due = (await resolution(desk, ticket))["due_at"]
    async with hot_connection(desk.app.state.engine) as connection:
        clock = await connection.fetchrow(
            "SELECT due_at, fires::text FROM ticket_clock WHERE ticket_id = $1 AND clock = 'resolution'", ticket["id"]
        )
        ledger = await connection.fetch(
            "SELECT party, starts_at, ends_at FROM ledger_interval WHERE ticket_id = $1 ORDER BY position", ticket["id"]
        )
    assert clock is not None
    assert clock["due_at"] == instant(due)
    begins, ends = instant(freeze["from"]), instant(freeze["to"])
    assert not [at for at in _fires(clock["fires"]) if begins < at < ends]
    assert [tuple(row) for row in ledger] == [
        ("provider", instant(ticket["created_at"]), begins),
        ("excluded", begins, ends),
        ("provider", ends, None),
    ]
    held = await desk.client.get("/v1/reports/time-held", headers=desk.people.admin())
    assert [each["party"] for each in held.json()["items"]] == ["provider"]  # nothing of it has passed yet
    assert held.json()["wall_seconds"] < 60


def _fires(text: str) -> list[datetime]:
    return [instant(part) for part in text.split('"') if "T" in part]


async def test_new_tickets_pin_it_and_those_about_something_else_do_not(desk: Desk) -> None:
    await work_always(desk)
    other = await desk.client.post(
        "/v1/offerings",
        json={"code": "other", "name": "Other", "provider_department_id": str(desk.it.id)},
        headers=desk.people.admin(),
    )
    freeze = await agreed(desk, offering_ids=[str(desk.offering_id)])
    previewed = await _preview(desk)
    ticket, beside = await urgent(desk), await desk.submit(offering_id=other.json()["id"])
    names = [each["name"] for each in (await desk.get(ticket, "/history"))["items"]]
    assert names == ["submitted", "freeze_ruled"]
    assert len((await desk.get(beside, "/history"))["items"]) == 1
    due = instant((await resolution(desk, ticket))["due_at"])
    assert due - instant(ticket["created_at"]) == 6 * HOUR
    shown = next(each for each in previewed.json()["clocks"] if each["clock"] == "resolution")
    assert instant(shown["due_at"]) - instant(previewed.json()["at"]) == 6 * HOUR
    await take_to_tickets(desk)
    await worker.look_back(desk.app.state.engine, now=datetime.now(UTC))
    await take_to_tickets(desk)
    assert [each["freeze_id"] for each in (await desk.get(ticket, "/rulings"))["items"]] == [freeze["id"]]
    assert (await desk.get(beside, "/rulings"))["items"] == []
    assert await differences(desk) == []


async def _preview(desk: Desk) -> httpx.Response:
    body = {"subject": "A computer", "offering_id": str(desk.offering_id), "priority": "urgent"}
    return await desk.client.post("/v1/tickets/preview", json=body, headers=desk.requester)


async def test_withdrawn_it_is_none(desk: Desk) -> None:
    await work_always(desk)
    ticket = await urgent(desk)
    before = (await resolution(desk, ticket))["due_at"]
    freeze = await agreed(desk)
    await take_to_tickets(desk)
    assert (await post(desk, freeze, "withdrawals", manager_of(desk, "IT"))).status_code == 201
    await take_to_tickets(desk)
    assert (await resolution(desk, ticket))["due_at"] == before
    assert [each["state"] for each in (await desk.get(ticket, "/rulings"))["items"]] == ["withdrawn"]
    later = await urgent(desk)
    assert len((await desk.get(later, "/history"))["items"]) == 1
    assert await differences(desk) == []


async def test_a_ticket_that_is_reopened_is_found_by_the_next_look(desk: Desk) -> None:
    await work_always(desk)
    ticket = await urgent(desk)
    await desk.step(ticket, "fulfilled")
    await desk.step(ticket, "closed", desk.requester)
    await agreed(desk)
    await take_to_tickets(desk)
    await desk.step(ticket, "in_progress", desk.requester)
    assert (await desk.get(ticket, "/rulings"))["items"] == []
    await worker.look_back(desk.app.state.engine, now=datetime.now(UTC))
    await take_to_tickets(desk)
    assert len((await desk.get(ticket, "/rulings"))["items"]) == 1
    assert await differences(desk) == []


async def test_workers_rule_on_each_ticket_once(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BATCH", 2)
    tickets = [await desk.submit() for _ in range(5)]
    await agreed(desk)
    await asyncio.gather(take_to_tickets(desk), take_to_tickets(desk), take_to_tickets(desk))
    await take_to_tickets(desk)
    for ticket in tickets:
        assert len((await desk.get(ticket, "/rulings"))["items"]) == 1
    assert await differences(desk) == []


async def test_nothing_fires_while_it_is_frozen(desk: Desk) -> None:
    """A target of six seconds, frozen before it is used up; a comment within the freeze changes nothing of that."""
    await work_always(desk)
    targets = [{"clock": "resolution", "priority": None, "duration": "PT6S"}]
    path = f"/v1/offerings/{desk.offering_id}"
    known = await desk.client.get(path, headers=desk.people.admin())
    headers = desk.people.admin() | {"If-Match": known.headers["etag"]}
    changed = await desk.client.patch(path, json={"default_targets": targets}, headers=headers)
    assert changed.status_code == 200, changed.text
    begins = datetime.now(UTC) + timedelta(seconds=4)
    ends = begins + timedelta(seconds=1.5)
    await agreed(desk, **{"from": begins.isoformat(), "to": ends.isoformat()})
    ticket = await desk.submit()
    await asyncio.sleep((begins - datetime.now(UTC)).total_seconds() + 0.1)
    frozen = await resolution(desk, ticket)
    assert (frozen["state"], frozen["breached_at"]) == ("paused", None)
    comment = await desk.client.post(
        f"/v1/tickets/{ticket['id']}/comments", json={"body": "Still here"}, headers=desk.requester
    )
    assert comment.status_code == 201
    await asyncio.sleep(max(0.0, (instant(ticket["created_at"]) - datetime.now(UTC)).total_seconds() + 6.1))
    async with hot_connection(desk.app.state.engine) as connection:
        firing = FiringWorker(desk.app.state.engine, desk.app.state.terms)
        await firing.turn(connection)
        assert (await resolution(desk, ticket))["thresholds"][-1]["fired_at"] is None
        due = instant((await resolution(desk, ticket))["due_at"])
        assert due - instant(ticket["created_at"]) == timedelta(seconds=7.5)
        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()) + 0.1)
        await firing.turn(connection)
    after = await resolution(desk, ticket)
    assert after["thresholds"][-1]["fired_at"] is not None
    assert instant(after["breached_at"]) == due
    assert await differences(desk) == []
