"""What nobody approves in time is declined, once, at the instant at which the level expired."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.firing.service.lapse import lapse_next
from services.shared.db import hot_connection
from tests.requests.approvals.asking import BY_CUSTOMER, a_manager, answer, ask_approval, code, known, told
from tests.requests.calendars.shapes import a_saved_calendar
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_races import differences

EXPIRES = BY_CUSTOMER | {"expires_after": "PT1H"}
DUE = "SELECT lapses_at FROM ticket WHERE id = $1"


async def round_the_clock(desk: Desk) -> None:
    """Both departments work at all hours."""
    shifts = [
        {"weekday": day, "start": "00:00", "end": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    ]
    admin = desk.people.admin()
    calendar_id = await a_saved_calendar(desk.client, admin, time_zone="UTC", shifts=shifts)
    for department in (desk.it, desk.hr):
        path, body = f"/v1/calendars/assignments/{department.id}", {"calendar_id": calendar_id}
        assert (await desk.client.put(path, json=body, headers=admin | {"If-Match": "*"})).status_code == 200


async def lapse(desk: Desk, *, later: timedelta = timedelta(0)) -> int:
    """What one worker does so much later; how many tickets it let lapse."""
    done = 0
    async with hot_connection(desk.app.state.engine) as connection:
        while await lapse_next(connection, desk.app.state.terms, (), now=datetime.now(UTC) + later):
            done += 1
    return done


async def expiring(desk: Desk) -> dict[str, Any]:
    await round_the_clock(desk)
    assert (await ask_approval(desk, EXPIRES)).status_code == 200
    return await desk.submit()


async def test_an_approval_that_nobody_gives_is_declined_when_it_expires(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    requester = await known(desk, {desk.hr.id: "member"})
    await round_the_clock(desk)
    await ask_approval(desk, EXPIRES, BY_CUSTOMER)
    ticket = await desk.submit(requester.headers)
    async with hot_connection(desk.app.state.engine) as connection:
        due = await connection.fetchval(DUE, UUID(ticket["id"]))
    assert due - datetime.fromisoformat(ticket["created_at"]) == timedelta(hours=1)
    assert await lapse(desk, later=timedelta(minutes=59)) == 0
    workers = await asyncio.gather(*(lapse(desk, later=timedelta(minutes=61)) for _ in range(3)))
    assert sum(workers) == 1
    shown = await desk.get(ticket, headers=requester.headers)
    assert (shown["state"], shown["submitted_at"]) == ("declined", None)
    history = (await desk.get(ticket, "/history", requester.headers))["items"]
    expired = [each for each in history if each["payload"].get("reason") == "expired"]
    assert [(each["side"], datetime.fromisoformat(each["occurred_at"])) for each in expired] == [("system", due)]
    items = (await desk.get(ticket, "/approvals", requester.headers))["items"]
    assert [each["state"] for each in items] == ["expired", "dropped"]
    assert await told(desk, requester) == ["ticket_lapsed"]
    assert code(await answer(desk, ticket, manager.headers)) == (409, "nothing_to_approve")
    assert await differences(desk) == 0


async def test_an_answer_in_time_keeps_it(desk: Desk) -> None:
    manager, ticket = await a_manager(desk, desk.hr), await expiring(desk)
    assert (await answer(desk, ticket, manager.headers)).status_code == 201
    assert await lapse(desk, later=timedelta(hours=2)) == 0
    assert (await desk.get(ticket))["state"] == "submitted"


async def test_an_answer_after_it_expired_is_none_though_no_worker_has_looked(desk: Desk) -> None:
    manager = await a_manager(desk, desk.hr)
    await round_the_clock(desk)
    await ask_approval(desk, BY_CUSTOMER | {"expires_after": "PT1S"})
    ticket = await desk.submit()
    await asyncio.sleep(1.1)
    assert code(await answer(desk, ticket, manager.headers)) == (409, "approval_expired")
    assert await lapse(desk) == 1
    assert (await desk.get(ticket))["state"] == "declined"
