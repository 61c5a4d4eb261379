"""Two managers who agree on a freeze, and the worker that takes it to tickets."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.requests.freezes.service.worker import freeze_some
from tests.requests.rulings.test_worker import around_the_clock
from tests.requests.tickets.desk import Desk, Headers

HOUR = timedelta(hours=1)


def manager_of(desk: Desk, code: str) -> Headers:
    department = {"IT": desk.it, "HR": desk.hr}[code]
    return desk.people.one_of(department.id, "manager", uuid4())


async def propose(desk: Desk, headers: Headers | None = None, **changes: Any) -> httpx.Response:
    """From an hour ahead for two hours, unless otherwise told."""
    now = datetime.now(UTC)
    body = {
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "from": (now + HOUR).isoformat(),
        "to": (now + 3 * HOUR).isoformat(),
        "reason": "The town is on holiday",
    }
    path = "/v1/freezes"
    return await desk.client.post(path, json=body | changes, headers=headers or manager_of(desk, "IT"))


async def post(desk: Desk, freeze: dict[str, Any], what: str, headers: Headers) -> httpx.Response:
    body: dict[str, Any] | None = {} if what == "signatures" else None
    return await desk.client.post(f"/v1/freezes/{freeze['id']}/{what}", json=body, headers=headers)


async def agreed(desk: Desk, **changes: Any) -> dict[str, Any]:
    """A freeze that both managers have signed."""
    proposed = await propose(desk, **changes)
    assert proposed.status_code == 201, proposed.text
    for code in ("IT", "HR"):
        answer = await post(desk, proposed.json(), "signatures", manager_of(desk, code))
        assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["state"] == "agreed"
    return made


async def take_to_tickets(desk: Desk) -> int:
    """How many batches it took."""
    batches = 0
    while await freeze_some(desk.app.state.engine, desk.app.state.terms, now=datetime.now(UTC)):
        batches += 1
    return batches


async def work_always(desk: Desk) -> None:
    """IT works round the clock from now on, so that hours are hours."""
    calendar_id = await around_the_clock(desk)
    path = f"/v1/calendars/assignments/{desk.it.id}"
    known = await desk.client.get(path, headers=desk.people.admin())
    headers = desk.people.admin() | {"If-Match": known.headers["etag"]}
    answer = await desk.client.put(path, json={"calendar_id": calendar_id}, headers=headers)
    assert answer.status_code == 200, answer.text


async def resolution(desk: Desk, ticket: dict[str, Any]) -> dict[str, Any]:
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    found: dict[str, Any] = next(clock for clock in clocks if clock["clock"] == "resolution")
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
