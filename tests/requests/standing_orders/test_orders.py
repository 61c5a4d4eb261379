"""Standing orders: set up, carried out once an instant, refused with a reason, paused, changed, ended."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.requests.departments.service import Identity
from services.requests.people.queries import store_people
from services.requests.standing_orders import queries
from services.requests.standing_orders.service.worker import Fault, carry_out_next
from services.shared.db import Connection, hot_transaction
from tests.requests.approvals.asking import Approver, a_manager, code, known, told
from tests.requests.people import a_person
from tests.requests.tickets.agreeing import FORM, ask_by_form
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_reading import confidential

PATH = "/v1/standing-orders"
MONDAYS = {"every": "week", "weekdays": ["mon"], "at": "08:00", "starts_on": "2026-01-01"}


async def nurse(desk: Desk) -> Approver:
    return await known(desk, {desk.hr.id: "member"})


async def order(desk: Desk, person: Approver, **changes: Any) -> httpx.Response:
    request = {"subject": "The weekly refill", "offering_id": str(desk.offering_id)} | changes.pop("request", {})
    body = {"name": "Refills", "schedule": MONDAYS, "request": request} | changes
    return await desk.client.post(PATH, json=body, headers=person.headers)


async def ordered(desk: Desk, person: Approver, **changes: Any) -> dict[str, Any]:
    answer = await order(desk, person, **changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def due(made: dict[str, Any], **later: float) -> datetime:
    """When it is due next, or so much later."""
    return datetime.fromisoformat(made["next_at"]) + timedelta(**later)


async def carry_out(desk: Desk, now: datetime) -> int:
    """What one worker does then; how many orders it carried out."""
    done = 0
    while await carry_out_next(
        desk.app.state.engine, desk.app.state.terms, Identity(desk.app.state.identity, ""), (), now=now
    ):
        done += 1
    return done


async def runs(desk: Desk, made: dict[str, Any], person: Approver) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"{PATH}/{made['id']}/runs", headers=person.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def tickets(desk: Desk, person: Approver) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.client.get("/v1/tickets", headers=person.headers)).json()["items"]
    return items


async def test_each_instant_submits_one_ticket_in_the_name_of_whom_set_it_up(desk: Desk) -> None:
    person = await nurse(desk)
    made = await ordered(desk, person, request={"needed_within_days": 2, "fields": {"sets": 60}})
    at = due(made)
    assert (at.astimezone().isoweekday() in (1, 7), at > datetime.now(UTC)) == (True, True)
    assert await carry_out(desk, at - timedelta(seconds=1)) == 0
    assert sum(await asyncio.gather(*(carry_out(desk, at + timedelta(seconds=1)) for _ in range(4)))) == 1
    (ticket,) = await tickets(desk, person)
    assert (ticket["subject"], ticket["requester_id"]) == ("The weekly refill", str(person.id))
    assert (ticket["customer_department_id"], ticket["fields"]) == (str(desk.hr.id), {"sets": 60})
    assert ticket["needed_by"] == f"{at + timedelta(days=2):%Y-%m-%d}"
    (run,) = await runs(desk, made, person)
    assert (run["outcome"], run["ticket_id"], run["number"]) == ("submitted", ticket["id"], 1)
    now = (await desk.client.get(f"{PATH}/{made['id']}", headers=person.headers)).json()
    assert timedelta(days=6.9) < due(now) - at < timedelta(days=7.1)  # a week by the wall clock


@pytest.mark.parametrize(("catch_up", "submitted"), [("none", 0), ("last", 1)])
async def test_what_was_missed_follows_the_order(desk: Desk, catch_up: str, submitted: int) -> None:
    person = await nurse(desk)
    made = await ordered(desk, person, catch_up=catch_up)
    await carry_out(desk, due(made, days=15))
    outcomes = [run["outcome"] for run in await runs(desk, made, person)]
    assert outcomes == (["submitted"] * submitted + ["missed"] * 3)[:3]
    assert len(await tickets(desk, person)) == submitted


async def test_a_refused_submission_is_kept_and_told(desk: Desk) -> None:
    person = await nurse(desk)
    made = await ordered(desk, person)
    await ask_by_form(desk, FORM)
    await carry_out(desk, due(made))
    (run,) = await runs(desk, made, person)
    assert (run["outcome"], run["ticket_id"], run["problem"]["code"]) == ("refused", None, "form_refused")
    assert run["problem"]["errors"][0]["pointer"] == "/fields/model"
    assert set(run["problem"]["detail"]) == {"en", "es"}
    assert (await told(desk, person), await tickets(desk, person)) == (["standing_order_refused"], [])
    shown = await desk.client.get(f"{PATH}/{made['id']}", headers=person.headers)
    assert due(shown.json()) > due(made)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"departments": {}}])
async def test_whoever_set_it_up_must_still_be_allowed(desk: Desk, gone: dict[str, Any]) -> None:
    person, manager = await nurse(desk), await a_manager(desk, desk.hr)
    made = await ordered(desk, person)
    now_is = {"departments": {desk.hr.id: "member"}} | gone
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [a_person(id=person.id, version=2, **now_is)])
    await carry_out(desk, due(made))
    (run,) = await runs(desk, made, manager)
    assert run["problem"]["code"] == "owner_gone"
    # Its manager takes it over by changing what it says.
    path, headers = f"{PATH}/{made['id']}", manager.headers | {"If-Match": "*"}
    taken = await desk.client.patch(path, json={"name": "Refills, mine"}, headers=headers)
    assert (taken.json()["owner_id"], taken.json()["number"]) == (str(manager.id), 2)
    await carry_out(desk, due(taken.json()))
    assert (await runs(desk, made, manager))[0]["outcome"] == "submitted"
    versions = (await desk.client.get(f"{path}/versions", headers=manager.headers)).json()["items"]
    assert [(each["number"], each["created_by"]) for each in versions] == [(2, str(manager.id)), (1, str(person.id))]


async def test_a_paused_order_waits_and_an_ended_one_is_over(desk: Desk) -> None:
    person = await nurse(desk)
    made = await ordered(desk, person)
    path, at = f"{PATH}/{made['id']}", due(made)
    stale = await desk.client.patch(path, json={"is_paused": True}, headers=person.headers | {"If-Match": '"9"'})
    assert stale.status_code == 412
    paused = await desk.client.patch(path, json={"is_paused": True}, headers=person.headers | {"If-Match": '"1"'})
    assert (paused.json()["next_at"], paused.json()["number"]) == (None, 1)
    assert await carry_out(desk, at) == 0
    on = await desk.client.patch(path, json={"is_paused": False}, headers=person.headers | {"If-Match": '"2"'})
    assert due(on.json()) == at
    assert (await desk.client.delete(path, headers=person.headers | {"If-Match": '"3"'})).status_code == 204
    assert await carry_out(desk, at) == 0
    assert code(await desk.client.delete(path, headers=person.headers | {"If-Match": "*"})) == (
        409,
        "standing_order_has_ended",
    )
    assert (await desk.client.get(path, headers=person.headers)).json()["ended_at"] is not None


async def test_a_worker_that_dies_leaves_the_instant_to_the_next_and_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the ticket was written and before it is committed, then after the run was."""
    person = await nurse(desk)
    made = await ordered(desk, person)
    note_runs = queries.note_runs

    async def dies_before(connection: Connection, *rest: Any) -> None:
        connection.terminate()
        await connection.execute("SELECT 1")

    async def dies_after(connection: Connection, *rest: Any) -> None:
        await note_runs(connection, *rest)
        connection.terminate()
        await connection.execute("SELECT 1")

    for deadly in (dies_before, dies_after):
        monkeypatch.setattr(queries, "note_runs", deadly)
        with pytest.raises(Exception, match="closed"):
            await carry_out(desk, due(made))
        assert (await tickets(desk, person), await runs(desk, made, person)) == ([], [])
    monkeypatch.setattr(queries, "note_runs", note_runs)
    assert await carry_out(desk, due(made)) == 1
    assert len(await tickets(desk, person)) == 1


async def test_an_order_that_we_cannot_carry_out_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await nurse(desk)
    broken, sound = await ordered(desk, person), await ordered(desk, person)
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute(
            "UPDATE standing_order SET content = content - 'request' WHERE id = $1", UUID(broken["id"])
        )
    with pytest.raises(Fault) as fault:
        await carry_out(desk, due(sound))
    assert fault.value.order_id == UUID(broken["id"])
    state, identity = desk.app.state, Identity(desk.app.state.identity, "")
    assert await carry_out_next(state.engine, state.terms, identity, [UUID(broken["id"])], now=due(sound))
    assert len(await tickets(desk, person)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "refusal", "pointer"),
    [
        ({"schedule": MONDAYS | {"weekdays": None}}, 409, "schedule_incomplete", "/schedule/weekdays"),
        ({"schedule": MONDAYS | {"n": 2}}, 409, "schedule_incomplete", "/schedule/n"),
        ({"schedule": MONDAYS | {"ends_on": "2026-01-31"}}, 409, "schedule_over", "/schedule"),
        ({"schedule": MONDAYS | {"starts_on": "9999-12-31"}}, 409, "instant_outside", "/schedule/starts_on"),
        ({"schedule": MONDAYS | {"at": "24:00"}}, 422, "invalid_input", "/schedule/at"),
        ({"request": {"offering_id": str(UUID(int=1))}}, 404, "unknown_offering", "/request/offering_id"),
        ({"request": {"beneficiary_id": str(UUID(int=1))}}, 404, "unknown_person", "/request/beneficiary_id"),
        ({"customer_department_id": str(UUID(int=1))}, 403, "may_not_order", "/customer_department_id"),
    ],
)
async def test_what_cannot_be_ordered_is_refused_when_it_is_set_up(
    desk: Desk, changes: dict[str, Any], status: int, refusal: str, pointer: str
) -> None:
    answer = await order(desk, await nurse(desk), **changes)
    assert code(answer) == (status, refusal)
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_form_is_held_to_when_it_is_set_up(desk: Desk) -> None:
    await ask_by_form(desk, FORM)
    answer = await order(desk, await nurse(desk))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/request/fields/model")


async def test_two_who_change_it_at_once_do_not_both(desk: Desk) -> None:
    person = await nurse(desk)
    path = f"{PATH}/{(await ordered(desk, person))['id']}"
    headers = person.headers | {"If-Match": '"1"'}
    answers = await asyncio.gather(
        *(desk.client.patch(path, json={"name": str(number)}, headers=headers) for number in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 3}


async def test_what_is_asked_in_confidence_is_hidden_from_the_departments_managers(desk: Desk) -> None:
    person, manager = await nurse(desk), await a_manager(desk, desk.hr)
    secret = await confidential(desk)
    made, other = await ordered(desk, person, request={"offering_id": secret}), await ordered(desk, person)
    path = f"{PATH}/{made['id']}"
    admin = Approver(manager.id, desk.people.admin())
    for who, seen in ((manager, [other]), (person, [other, made]), (admin, [other, made])):
        listed = (await desk.client.get(PATH, headers=who.headers)).json()["items"]
        assert [each["id"] for each in listed] == [each["id"] for each in seen]
        for what in ("", "/runs", "/versions"):
            answer = await desk.client.get(path + what, headers=who.headers)
            assert answer.status_code == (200 if made in seen else 404), what
    refused = await desk.client.patch(path, json={"is_paused": True}, headers=manager.headers | {"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_standing_order")
    # What it asked before stays hidden once it asks something else.
    changes = {"request": {"subject": "Another", "offering_id": str(desk.offering_id)}}
    assert (await desk.client.patch(path, json=changes, headers=person.headers | {"If-Match": "*"})).status_code == 200
    assert (await desk.client.get(f"{path}/versions", headers=manager.headers)).status_code == 404
