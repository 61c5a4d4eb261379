"""What if: past tickets under another version or calendar, by the one fold; nothing of them changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.requests.departments.queries import find_departments, store_departments
from services.requests.simulations.queries import next_simulation
from services.requests.simulations.service import worker
from services.requests.simulations.service.worker import run_next_simulation
from services.requests.tickets.service.verify import verify_tickets
from services.shared.db import hot_transaction
from tests.requests.agreements.shapes import refused
from tests.requests.calendars.shapes import a_saved_calendar
from tests.requests.tickets.agreeing import NOTICE, ONE_A_WEEK, agree, later, madrid
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_time import MONDAY, Story

HOUR = timedelta(hours=1)
PERIOD = {"starts_on": "2026-03-01", "ends_on": "2026-04-01", "time_zone": "Europe/Madrid"}
RESOLUTION = {"clock": "resolution", "duration": "PT8H"}


def manager(desk: Desk) -> Headers:
    return desk.people.one_of(desk.it.id, "manager")


async def version(desk: Desk, **changes: Any) -> dict[str, Any]:
    calendar_id = await madrid(desk)
    return {
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [str(desk.offering_id)],
        "targets": [RESOLUTION],
        "effective_from": later(0),
    } | changes


async def ask(desk: Desk, headers: Headers | None = None, **supposed: Any) -> httpx.Response:
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    path = "/v1/agreements/simulations"
    return await desk.client.post(path, json=pair | PERIOD | supposed, headers=headers or manager(desk))


async def run(desk: Desk) -> bool:
    state = desk.app.state
    return await run_next_simulation(state.engine, state.sessions, state.terms)


async def simulated(desk: Desk, headers: Headers | None = None, **supposed: Any) -> dict[str, Any]:
    """The result of a simulation, when it has run."""
    headers = headers or manager(desk)
    answer = await ask(desk, headers, **supposed)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["state"], answer.json()["result"]) == ("queued", None)
    assert await run(desk)
    told = (await desk.client.get(answer.headers["location"], headers=headers)).json()
    assert (told["state"], told["progress"], told["errors"]) == ("done", 1.0, [])
    result: dict[str, Any] = told["result"]
    return result


async def a_ticket_done_after(desk: Desk, hours: float, priority: str = "normal") -> str:
    """Asked on a Monday at nine and fulfilled so many hours later."""
    story = Story(desk)
    await story.submit(MONDAY, priority)
    await story.step("fulfilled", MONDAY + hours * HOUR)
    return str(story.ticket_id)


def outcomes(result: dict[str, Any], clock: str = "resolution") -> list[tuple[int, int]]:
    """(met, missed) as it was, and as it would be."""
    (row,) = [row for row in result["rows"] if row["clock"] == clock]
    return [(row[side]["met"], row[side]["missed"]) for side in ("was", "would_be")]


async def test_a_shorter_promise_would_be_missed(desk: Desk) -> None:
    quick, slow = await a_ticket_done_after(desk, 6), await a_ticket_done_after(desk, 3 * 24)
    result = await simulated(desk, version=await version(desk))
    assert outcomes(result) == [(2, 0), (1, 1)]
    assert (result["tickets"], result["changed"], result["left_out"], result["not_covered"]) == (2, 2, 0, 0)
    assert result["assumption"]["en"].startswith("Facts stay as they were")
    assert [row["would_be"]["share"] for row in result["rows"] if row["clock"] == "resolution"] == [0.5]
    changes = {(each["ticket_id"], each["clock"]): each for each in result["changes"]}
    missed = changes[slow, "resolution"]
    assert (missed["was"], missed["would_be"]) == ("met", "missed")
    assert missed["would_be_due_at"] == "2026-03-02T16:00:00Z"  # the end of that Monday in Madrid
    assert (quick, "resolution") not in changes
    assert changes[quick, "first_response"] | {"was_due_at": None} == {
        "ticket_id": quick,
        "clock": "first_response",
        "side": "provider",
        "cycle": 1,
        "was": "met",
        "was_due_at": None,
        "would_be": None,
        "would_be_due_at": None,
    }


async def test_obligations_are_measured_from_the_facts(desk: Desk) -> None:
    await a_ticket_done_after(desk, 6)
    obligations = [{"clock": "acceptance", "duration": "PT8H"}, ONE_A_WEEK]
    result = await simulated(desk, version=await version(desk, obligations=obligations))
    assert outcomes(result, "acceptance") == [(0, 0), (0, 1)]
    assert "quota" not in {row["clock"] for row in result["rows"]}


async def test_the_same_terms_change_nothing_and_nothing_of_the_tickets_changes(desk: Desk) -> None:
    agreed = await agree(desk, NOTICE, ONE_A_WEEK)
    made = await desk.submit(needed_by=later(20))
    await desk.step(made, "fulfilled")
    before = [await desk.get(made, what) for what in ("", "/clocks", "/history")]
    period: dict[str, Any] = {"starts_on": later(-1), "ends_on": later(1)}
    result = await simulated(desk, **period, agreement={"agreement_id": agreed["agreement_id"]})
    assert (result["tickets"], result["changed"], result["changes"]) == (1, 0, [])
    assert [row["was"] for row in result["rows"]] == [row["would_be"] for row in result["rows"]]
    assert {row["clock"] for row in result["rows"]} == {"resolution", "notice"}
    assert [await desk.get(made, what) for what in ("", "/clocks", "/history")] == before
    verified = [each async for each in verify_tickets(desk.app.state.engine, desk.app.state.terms)]
    assert [each.differences for each in verified] == [()]


async def test_another_calendar_is_tried_on_the_same_promise(desk: Desk) -> None:
    slow = await a_ticket_done_after(desk, 8 * 24)  # the sixth working day
    whole_week = [
        {"weekday": day, "start": "09:00", "end": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    ]
    closed = [{"from": "2026-03-02", "to": "2026-03-06", "name": "stocktaking", "shifts": []}]
    shifts = {"time_zone": "Europe/Madrid", "shifts": whole_week}
    replaced = await madrid(desk)
    tried = {"calendar_id": replaced, "calendar": shifts | {"overrides": closed}}
    result = await simulated(desk, replacing=tried)
    assert outcomes(result) == [(0, 1), (1, 0)]
    assert [each["ticket_id"] for each in result["changes"] if each["clock"] == "resolution"] == [slow]
    other = await a_saved_calendar(desk.client, desk.people.admin(), **shifts)
    saved = await simulated(desk, replacing={"calendar_id": replaced, "by_calendar_id": other})
    assert outcomes(saved) == [(0, 1), (0, 1)]


async def test_what_the_version_does_not_cover_is_counted_beside(desk: Desk) -> None:
    await a_ticket_done_after(desk, 6, "urgent")
    result = await simulated(desk, version=await version(desk, targets=[RESOLUTION | {"priority": "high"}]))
    assert (result["tickets"], result["not_covered"], result["rows"]) == (0, 1, [])


async def test_tickets_that_the_caller_may_not_read_are_only_counted(desk: Desk) -> None:
    await a_ticket_done_after(desk, 3 * 24)
    deputy = desk.people.headers(scope="agreements:read", subject=uuid4(), deputy_of=[str(desk.hr.id)])
    result = await simulated(desk, deputy, version=await version(desk))
    assert (result["changed"], result["changes"]) == (1, [])
    assert result["changes_hidden"] > 0


async def test_what_is_confidential_is_counted_for_who_serves_its_provider(desk: Desk) -> None:
    above = desk.identity.add(code="OPERATIONS")
    async with hot_transaction(desk.app.state.engine) as connection:
        known = (await find_departments(connection.fetch, [desk.it.id]))[desk.it.id]
        await store_departments(connection.fetch, [replace(known, parent_id=above.id, version=known.version + 1)])
    path = f"/v1/offerings/{desk.offering_id}"
    await desk.client.patch(path, json={"confidential": True}, headers=desk.people.admin() | {"If-Match": "*"})
    await a_ticket_done_after(desk, 6)
    supposed: dict[str, Any] = {"version": await version(desk)}
    over = supposed | {"provider_department_id": str(above.id)}
    for headers, asked, counted in (
        (manager(desk), supposed, 1),
        (desk.people.one_of(desk.hr.id, "manager"), supposed, 0),
        (desk.people.one_of(above.id, "manager"), over, 0),
        (desk.people.admin(), over, 1),
    ):
        assert (await simulated(desk, headers, **asked))["tickets"] == counted


async def test_who_may_ask_and_read(desk: Desk) -> None:
    supposed = {"version": await version(desk)}
    for headers in (desk.requester, desk.agent, desk.people.one_of(desk.network.id, "manager")):
        assert refused(await ask(desk, headers, **supposed))[:2] == (403, "may_not_simulate")
    made = await ask(desk, desk.people.one_of(desk.hr.id, "manager"), **supposed)
    path = made.headers["location"]
    for headers, status in ((manager(desk), 404), (desk.agent, 404), (desk.people.admin(), 200)):
        assert (await desk.client.get(path, headers=headers)).status_code == status
    assert refused(await desk.client.post(f"{path}/cancellations", headers=manager(desk)))[0] == 404


async def test_a_simulation_is_cancelled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await a_ticket_done_after(desk, 6)
    headers = manager(desk)
    path = (await ask(desk, headers, version=await version(desk))).headers["location"]
    monkeypatch.setattr(worker, "BATCH", 1)
    look_at = worker._look_at
    looked = 0

    async def cancelled_meanwhile(*arguments: Any) -> None:
        nonlocal looked
        looked += 1
        await look_at(*arguments)
        answer = await desk.client.post(f"{path}/cancellations", headers=headers)
        assert answer.status_code == (201 if looked == 1 else 409)

    monkeypatch.setattr(worker, "_look_at", cancelled_meanwhile)
    assert await run(desk)
    assert looked == 1
    told = (await desk.client.get(path, headers=headers)).json()
    assert (told["state"], told["result"]) == ("cancelled", None)
    assert not await run(desk)


async def test_one_worker_takes_a_simulation_and_another_goes_on_after_a_restart(desk: Desk) -> None:
    await a_ticket_done_after(desk, 6)
    headers = manager(desk)
    answer = await ask(desk, headers, version=await version(desk))
    state = desk.app.state
    async with state.sessions() as session, session.begin():
        job = await next_simulation(session)  # held: another worker is taking it
        assert job is not None
        assert not await run(desk)
        job.state = "running"  # and dies
    assert await run(desk)
    told = (await desk.client.get(answer.headers["location"], headers=headers)).json()
    assert (told["state"], told["result"]["tickets"]) == ("done", 1)


@pytest.mark.parametrize(
    ("supposed", "status", "code", "pointer"),
    [
        ({}, 422, "invalid_input", ""),
        ({"agreement": {"agreement_id": str(uuid4())}}, 404, "unknown_agreement", "/agreement/agreement_id"),
        ({"replacing": {"calendar_id": str(uuid4())}}, 422, "invalid_input", "/replacing"),
        (
            {"replacing": {"calendar_id": str(uuid4()), "by_calendar_id": str(uuid4())}},
            404,
            "unknown_calendar",
            "/replacing/calendar_id",
        ),
    ],
)
async def test_what_cannot_be_supposed_is_refused(
    desk: Desk, supposed: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    assert refused(await ask(desk, **supposed)) == (status, code, [pointer])


async def test_a_version_that_contradicts_itself_is_refused_with_its_place(desk: Desk) -> None:
    twice = await ask(desk, version=await version(desk, targets=[RESOLUTION, RESOLUTION]))
    assert refused(twice) == (409, "duplicate_target", ["/version/targets/1"])
    unknown = await ask(desk, version=await version(desk, customer_calendar_id=str(uuid4())))
    assert refused(unknown) == (404, "unknown_calendar", ["/version/customer_calendar_id"])
    nowhere = await ask(desk, version=await version(desk, offering_ids=[str(uuid4())]))
    assert refused(nowhere) == (404, "unknown_offering", ["/version/offering_ids/0"])
    rests = await ask(desk, version=await version(desk, stages=[{"agreement": str(uuid4())}]))
    assert refused(rests) == (404, "unknown_agreement", ["/version/stages/0/agreement"])
    shut = {"time_zone": "Europe/Madrid", "shifts": [{"weekday": "mon", "start": "09:00", "end": "08:00"}]}
    closed = await ask(desk, replacing={"calendar_id": await madrid(desk), "calendar": shut})
    assert refused(closed) == (409, "empty_shift", ["/replacing/calendar/shifts/0/end"])


async def test_the_period_is_a_period(desk: Desk) -> None:
    supposed = {"version": await version(desk)}
    assert refused(await ask(desk, **supposed, ends_on="2026-03-01")) == (409, "empty_period", ["/ends_on"])
    assert refused(await ask(desk, **supposed, time_zone="Mars")) == (409, "unknown_time_zone", ["/time_zone"])
    other = await agree(desk)
    swapped: dict[str, Any] = {"customer_department_id": str(desk.it.id), "provider_department_id": str(desk.hr.id)}
    answer = await ask(desk, **swapped, agreement={"agreement_id": other["agreement_id"]})
    assert refused(answer) == (409, "version_of_other_pair", ["/agreement/agreement_id"])
    assert datetime.now(UTC).date().isoformat() == later(0)
    for zone in ("Asia/Tokyo", "America/New_York"):
        early = await ask(desk, **supposed, starts_on="0001-01-01", time_zone=zone)
        assert refused(early) == (409, "instant_outside", ["/starts_on"])
        late = await ask(desk, **supposed, ends_on="9999-12-31", time_zone=zone)
        assert refused(late) == (409, "instant_outside", ["/ends_on"])
