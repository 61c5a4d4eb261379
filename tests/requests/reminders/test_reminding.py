"""Reminders: both sides' managers hear of a date some days before, once, however many workers look and restart."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.requests.people.queries import store_people
from services.requests.people.rules import Person
from services.requests.reminders.service import remind
from services.shared.db import hot_transaction
from tests.requests.people import a_person
from tests.requests.tickets.agreeing import RESOLUTION, agree, later, madrid
from tests.requests.tickets.desk import Desk


async def two_managers(desk: Desk) -> tuple[Person, Person]:
    """One of each side, of whom the service has heard; and somebody who manages nothing."""
    hr = a_person(departments={desk.hr.id: "manager"})
    it = a_person(departments={desk.it.id: "manager"})
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [hr, it, a_person(departments={desk.it.id: "agent"})])
    return hr, it


async def look(desk: Desk, days: int = 0) -> int:
    async with hot_transaction(desk.app.state.engine) as connection:
        return await remind(connection, now=datetime.now(UTC) + timedelta(days=days))


async def told(desk: Desk) -> list[tuple[Any, ...]]:
    """(person, kind, link, date) of everything that was told."""
    async with hot_transaction(desk.app.state.engine) as connection:
        rows = await connection.fetch(
            "SELECT m.person_id, i.kind, i.link, i.about->>'falls_on' FROM message_item i"
            " JOIN message m ON m.id = i.message_id ORDER BY i.created_at, i.kind, m.person_id"
        )
    return [tuple(row) for row in rows]


async def test_both_managers_hear_of_a_review_two_weeks_before(desk: Desk) -> None:
    hr, it = await two_managers(desk)
    agreed = await agree(desk, review_on=later(40))
    assert [await look(desk, days) for days in (0, 25)] == [0, 0]
    assert await told(desk) == []
    assert [await look(desk, days) for days in (26, 26, 30, 41)] == [1, 0, 0, 0]
    link = f"/v1/agreements/{agreed['agreement_id']}"
    assert await told(desk) == [(person, "agreement_review_due", link, later(40)) for person in sorted((hr.id, it.id))]


async def test_both_managers_hear_of_an_end_thirty_days_before(desk: Desk) -> None:
    await two_managers(desk)
    await agree(desk, effective_until=later(60))
    assert [await look(desk, days) for days in (0, 29, 30, 31)] == [0, 0, 1, 0]
    assert [(kind, day) for _, kind, _, day in await told(desk)] == [("agreement_ends", later(60))] * 2


async def test_an_end_that_one_side_set_is_told(desk: Desk) -> None:
    await two_managers(desk)
    agreed = await agree(desk)
    assert await look(desk, 5) == 0
    path = f"/v1/agreements/{agreed['agreement_id']}/terminations"
    ended = await desk.client.post(
        path, json={"reason": "Enough", "ends_on": later(20)}, headers=desk.people.one_of(desk.it.id, "manager")
    )
    assert ended.status_code == 201, ended.text
    assert [await look(desk), await look(desk)] == [1, 0]
    assert [(kind, day) for _, kind, _, day in await told(desk)] == [("agreement_ends", later(20))] * 2


async def test_an_agreement_that_goes_on_is_not_told_to_end(desk: Desk) -> None:
    await two_managers(desk)
    agreed = await agree(desk, effective_until=later(20))
    calendar_id = await madrid(desk)
    renewed = {
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [str(desk.offering_id)],
        "targets": [RESOLUTION],
        "effective_from": later(20),
    }
    managers = [desk.people.one_of(each.id, "manager") for each in (desk.hr, desk.it)]
    path = f"/v1/agreements/{agreed['agreement_id']}"
    assert (await desk.client.post(f"{path}/versions", json=renewed, headers=managers[0])).status_code == 201
    for headers in managers:
        assert (await desk.client.post(f"{path}/signatures", json={"version": 2}, headers=headers)).status_code == 201
    assert [await look(desk, days) for days in (0, 10, 25)] == [0, 0, 0]


async def test_what_is_only_proposed_reminds_nobody(desk: Desk) -> None:
    await two_managers(desk)
    calendar_id = await madrid(desk)
    proposal = {
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [str(desk.offering_id)],
        "targets": [RESOLUTION],
        "effective_from": later(-1),
        "review_on": later(2),
    }
    made = await desk.client.post("/v1/agreements", json=proposal, headers=desk.people.one_of(desk.hr.id, "manager"))
    assert made.status_code == 201, made.text
    assert await look(desk) == 0


async def test_several_workers_at_once_tell_it_once(desk: Desk) -> None:
    await two_managers(desk)
    await agree(desk, review_on=later(5), effective_until=later(10))
    assert sorted(await asyncio.gather(*(look(desk) for _ in range(6)))) == [0, 0, 0, 0, 0, 2]
    assert len(await told(desk)) == 4


async def test_a_worker_that_dies_has_told_nothing_and_the_next_one_does(desk: Desk) -> None:
    await two_managers(desk)
    await agree(desk, review_on=later(5))

    async def dying() -> None:
        async with hot_transaction(desk.app.state.engine) as connection:
            assert await remind(connection, now=datetime.now(UTC)) == 1
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await dying()
    assert await told(desk) == []
    assert await look(desk) == 1
    assert len(await told(desk)) == 2


async def test_what_was_told_stays(desk: Desk) -> None:
    async with desk.app.state.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("DELETE FROM agreement_reminder"))
