"""If I ask now, when do I get it? A preview says what submitting would bring about, and writes nothing."""

from datetime import datetime
from typing import Any

import pytest

from tests.requests.tickets.agreeing import COMPLETENESS, NOTICE, ONE_A_WEEK, REPLY, agree, ask_by_form, later
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_submit import BAD, count, submitted

PREVIEW = "/v1/tickets/preview"


async def preview(desk: Desk, **changes: Any) -> dict[str, Any]:
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)} | changes
    answer = await desk.client.post(PREVIEW, json=body, headers=desk.requester)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def obligations(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["clock"]: each for each in told["obligations"]}


async def written(desk: Desk) -> list[int]:
    return [await count(desk, table) for table in ("ticket", "ticket_event", "ticket_clock", "outbox")]


async def test_it_promises_what_submitting_pins(desk: Desk) -> None:
    version = await agree(desk, NOTICE, REPLY, COMPLETENESS)
    before = await written(desk)
    told = await preview(desk, needed_by=later(1))
    assert await written(desk) == before
    assert (told["promise"], told["approvals"]) == ("agreement", [])
    assert told["agreement"] == {"id": version["agreement_id"], "version_id": version["id"], "number": 1}
    ticket = await desk.submit(needed_by=later(1))
    clocks = {each["clock"]: each for each in (await desk.get(ticket, "/clocks"))["items"]}
    (resolution,) = told["clocks"]
    assert (resolution["clock"], resolution["duration"], resolution["objective"]) == ("resolution", "P5D", 0.95)
    due, foreseen = (datetime.fromisoformat(each["due_at"]) for each in (clocks["resolution"], resolution))
    assert abs((due - foreseen).total_seconds()) < 60
    owed = obligations(told)
    assert set(owed) == {"notice", "reply", "completeness"}
    notice = owed["notice"]
    assert (notice["outcome"], notice["effect"], notice["promised"]) == ("missed", "extend", 10 * 8 * 3600)
    assert notice["shortfall_seconds"] == pytest.approx(notice["promised"] - notice["observed"])
    assert abs(notice["shortfall_seconds"] - clocks["notice"]["shortfall_seconds"]) < 60
    assert (owed["reply"]["outcome"], owed["reply"]["duration"]) == (None, "PT4H")
    assert (owed["completeness"]["outcome"], owed["completeness"]["observed"]) == ("met", [])


async def test_it_says_where_one_stands_with_the_quota(desk: Desk) -> None:
    await agree(desk, ONE_A_WEEK | {"effect": "best_effort"})
    for expected, outcome in ((1, "met"), (2, "missed")):
        told = await preview(desk)
        quota = obligations(told)["quota"]
        assert (quota["promised"], quota["observed"], quota["outcome"]) == (1, expected, outcome)
        assert quota["counted"]["from"] <= told["at"] < quota["counted"]["to"]
        assert told["clocks"][0]["is_best_effort"] is (outcome == "missed")
        await desk.submit()


async def test_without_an_agreement_the_defaults_are_told(desk: Desk) -> None:
    told = await preview(desk, priority="urgent")
    assert (told["promise"], told["agreement"], told["obligations"]) == ("defaults", None, [])
    assert {each["clock"]: each["duration"] for each in told["clocks"]} == {
        "acknowledge": "PT4H",
        "first_response": "PT4H",
        "resolution": "PT4H",
    }
    assert all(each["due_at"] > told["at"] for each in told["clocks"])


async def test_no_promise_is_told_as_none(desk: Desk) -> None:
    path, admin = f"/v1/offerings/{desk.offering_id}", desk.people.admin()
    headers = admin | {"If-Match": '"1"'}
    assert (await desk.client.patch(path, json={"default_targets": []}, headers=headers)).status_code == 200
    told = await preview(desk)
    assert (told["promise"], told["clocks"], told["obligations"]) == ("none", [], [])


async def test_what_the_form_expects_and_is_lacking_is_told(desk: Desk) -> None:
    await ask_by_form(desk)
    await agree(desk, COMPLETENESS)
    completeness = obligations(await preview(desk, fields={"model": "A"}))["completeness"]
    assert (completeness["outcome"], completeness["observed"]) == ("missed", ["/colour"])


async def test_an_update_has_no_due_time_before_a_first_answer(desk: Desk) -> None:
    await agree(desk, targets=[{"clock": "update", "duration": "P1D"}])
    (update,) = (await preview(desk))["clocks"]
    assert (update["clock"], update["due_at"], update["target_seconds"]) == ("update", None, None)


async def test_what_cannot_be_submitted_cannot_be_previewed(desk: Desk) -> None:
    for body, _ in BAD:
        assert (await submitted(desk, body, path=PREVIEW))[0] == 422
    outsider = desk.people.one_of(desk.it.id, "manager")
    for body in (
        {"customer_department_id": str(desk.hr.id)},
        {"needed_by": "1969-12-31"},
        {"offering_id": str(desk.it.id)},
    ):
        assert await submitted(desk, body, outsider, path=PREVIEW) == await submitted(desk, body, outsider)
    assert await count(desk, "ticket") == 0
