"""A freeze is agreed by both sides before it begins, or does nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.requests.freezes.freezing import HOUR, agreed, manager_of, post, propose
from tests.requests.tickets.desk import Desk


async def test_proposing_is_no_signature_and_both_sides_sign(desk: Desk) -> None:
    proposed = (await propose(desk)).json()
    assert (proposed["state"], proposed["signatures"], proposed["proposed_for"]) == ("proposed", [], "provider")
    it, hr = manager_of(desk, "IT"), manager_of(desk, "HR")
    signed = (await post(desk, proposed, "signatures", it)).json()
    assert (signed["state"], [each["side"] for each in signed["signatures"]]) == ("proposed", ["provider"])
    again = await post(desk, proposed, "signatures", manager_of(desk, "IT"))
    assert (again.status_code, again.json()["code"]) == (409, "freeze_signed")
    whole = (await post(desk, proposed, "signatures", hr)).json()
    assert (whole["state"], whole["agreed_at"] is not None, whole["version"]) == ("agreed", True, 3)
    listed = (await desk.client.get("/v1/freezes", headers=it)).json()["items"]
    assert listed == [whole]
    assert (await desk.client.get(f"/v1/freezes/{whole['id']}", headers=it)).json() == whole


async def test_one_person_does_not_sign_for_both(desk: Desk) -> None:
    proposed = (await propose(desk)).json()
    both = desk.people.headers(
        scope="agreements:read agreements:write",
        subject=uuid4(),
        departments={str(desk.it.id): "manager", str(desk.hr.id): "manager"},
    )
    assert (await post(desk, proposed, "signatures", both)).status_code == 201
    refused = await post(desk, proposed, "signatures", both)
    assert (refused.status_code, refused.json()["code"]) == (409, "signs_for_both")


async def test_a_deputy_signs_for_the_manager(desk: Desk) -> None:
    proposed = (await propose(desk)).json()
    deputy = desk.people.headers(
        scope="agreements:read agreements:write",
        departments={str(desk.it.id): "member"},
        deputy_of=[str(desk.hr.id)],
    )
    signed = (await post(desk, proposed, "signatures", deputy)).json()
    assert [(each["side"], each["is_deputy"]) for each in signed["signatures"]] == [("customer", True)]


async def test_what_is_not_agreed_when_it_begins_does_nothing(desk: Desk) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=4)
    proposed = (await propose(desk, None, **{"from": soon.isoformat()})).json()
    assert (await post(desk, proposed, "signatures", manager_of(desk, "IT"))).status_code == 201
    await asyncio.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.01)
    for what in ("signatures", "withdrawals"):
        refused = await post(desk, proposed, what, manager_of(desk, "HR"))
        assert (refused.status_code, refused.json()["code"]) == (409, "freeze_begun")
    seen = await desk.client.get(f"/v1/freezes/{proposed['id']}", headers=manager_of(desk, "HR"))
    assert seen.json()["state"] == "lapsed"


@pytest.mark.parametrize(
    ("from_", "to", "code", "pointer"),
    [
        (-HOUR, HOUR, "freeze_begun", "/from"),
        (HOUR, HOUR, "freeze_is_empty", "/to"),
        (HOUR, timedelta(days=400), "freeze_too_long", "/to"),
        (HOUR, timedelta(days=100_000), "instant_outside", "/to"),
    ],
)
async def test_what_no_freeze_is(desk: Desk, from_: timedelta, to: timedelta, code: str, pointer: str) -> None:
    now = datetime.now(UTC)
    refused = await propose(desk, None, **{"from": (now + from_).isoformat(), "to": (now + to).isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_a_department_agrees_on_no_freeze_with_itself(desk: Desk) -> None:
    refused = await propose(desk, None, customer_department_id=str(desk.it.id))
    assert (refused.status_code, refused.json()["code"]) == (409, "own_provider"), refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/provider_department_id"]


async def test_who_may(desk: Desk) -> None:
    stranger = desk.people.one_of(desk.network.id, "manager")
    assert (await propose(desk, stranger)).json()["code"] == "may_not_freeze"
    assert (await propose(desk, desk.people.admin())).json()["code"] == "may_not_freeze"
    proposed = (await propose(desk)).json()
    assert (await post(desk, proposed, "signatures", stranger)).json()["code"] == "unknown_freeze"
    assert (await post(desk, proposed, "signatures", desk.people.admin())).json()["code"] == "may_not_sign"
    refused = await propose(desk, offering_ids=[str(uuid4())])
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_offering")


async def test_either_side_withdraws_once(desk: Desk) -> None:
    freeze = await agreed(desk)
    withdrawn = await post(desk, freeze, "withdrawals", manager_of(desk, "HR"))
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (201, "withdrawn")
    assert withdrawn.json()["withdrawn_for"] == "customer"
    again = await post(desk, freeze, "withdrawals", manager_of(desk, "IT"))
    assert (again.status_code, again.json()["code"]) == (409, "freeze_withdrawn")
