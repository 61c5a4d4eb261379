"""A contest of the ledger is decided by the other side; upheld, it counts in the outcome after decisions alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.requests.freezes.freezing import instant, manager_of, resolution, work_always
from tests.requests.rulings.test_worker import differences
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_instants import submitted_ago


async def contest(desk: Desk, ticket: dict[str, Any], headers: Headers, **body: Any) -> httpx.Response:
    return await desk.client.post(f"/v1/tickets/{ticket['id']}/contests", json=body, headers=headers)


async def decide(
    desk: Desk, ticket: dict[str, Any], contest_id: str, headers: Headers, *, upheld: bool = True
) -> httpx.Response:
    path = f"/v1/tickets/{ticket['id']}/contests/{contest_id}/decisions"
    return await desk.client.post(path, json={"upheld": upheld, "reason": "It was so"}, headers=headers)


async def missed(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ticket fulfilled long after its due time, and what the customer had of all that by the provider's word."""
    await work_always(desk)
    ticket = await submitted_ago(desk, timedelta(days=30))
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    created = instant((await desk.get(ticket))["created_at"])
    span = {"from": _text(created), "to": _text(created + timedelta(days=28))}
    return ticket, {**span, "party": "customer", "reason": "They were away"}


def _text(at: datetime) -> str:
    return at.isoformat()


async def test_upheld_it_counts_after_decisions_and_the_first_outcome_stays(desk: Desk) -> None:
    ticket, body = await missed(desk)
    before = await resolution(desk, ticket)
    assert before["outcome_after_decisions"] == {"state": "missed", "breached_at": before["breached_at"]}
    opened = await contest(desk, ticket, desk.agent, **body)
    assert (opened.status_code, opened.json()["state"], opened.json()["side"]) == (201, "open", "provider")
    decided = await decide(desk, ticket, opened.json()["id"], manager_of(desk, "HR"))
    assert (decided.status_code, decided.json()["state"]) == (201, "upheld"), decided.text
    assert decided.json()["decision"]["side"] == "customer"
    after = await resolution(desk, ticket)
    assert after["outcome_after_decisions"] == {"state": "met", "breached_at": None}
    assert (after["state"], after["breached_at"]) == ("missed", before["breached_at"])
    assert [each["party"] for each in (await desk.get(ticket, "/ledger"))["items"]] == ["provider", "customer"]
    (event,) = [each for each in (await desk.get(ticket, "/history"))["items"] if each["kind"] == "decision"]
    assert (event["name"], event["payload"]["upheld"]) == ("contest_decided", True)
    assert (await desk.get(ticket, "/contests"))["items"] == [decided.json()]
    assert await differences(desk) == []


async def test_reports_count_before_and_after(desk: Desk) -> None:
    ticket, body = await missed(desk)
    other = await submitted_ago(desk, timedelta(days=30))
    assert (await desk.step(other, "fulfilled")).status_code == 201
    row = await _row(desk)
    assert (row["met"], row["missed"], row["after_decisions"]["met"], row["after_decisions"]["missed"]) == (0, 2, 0, 2)
    opened = await contest(desk, ticket, desk.agent, **body)
    await decide(desk, ticket, opened.json()["id"], manager_of(desk, "HR"))
    row = await _row(desk)
    assert (row["met"], row["missed"], row["after_decisions"]["met"], row["after_decisions"]["missed"]) == (0, 2, 1, 1)
    assert row["after_decisions"]["share"] == 0.5
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    board = await desk.client.get("/v1/reports/scoreboard", params=pair, headers=desk.people.admin())
    (target,) = [each for each in board.json()["items"][0]["targets"] if each["clock"] == "resolution"]
    assert (target["missed"], target["after_decisions"]["missed"]) == (2, 1)


async def test_the_trend_tells_what_is_after_decisions_in_the_bucket_where_it_is_decided_then(desk: Desk) -> None:
    """A resolution missed a month ago is, once the contest is upheld, met today: when it stopped."""
    ticket, body = await missed(desk)
    other = await submitted_ago(desk, timedelta(days=30))
    assert (await desk.step(other, "fulfilled")).status_code == 201
    assert [(n, after) for n, after, _ in await _trend(desk) if n or after] == [(2, 2)]
    opened = await contest(desk, ticket, desk.agent, **body)
    await decide(desk, ticket, opened.json()["id"], manager_of(desk, "HR"))
    rows = await _trend(desk)
    assert [row for row in rows if row[0] or row[1]] == [(2, 1, 0.0), (0, 1, 1.0)]
    assert rows[-1] == (0, 1, 1.0)


async def _trend(desk: Desk) -> list[tuple[int, int, float | None]]:
    """The resolution's row of each day: n, n after decisions, share after decisions."""
    since = datetime.now(UTC).date() - timedelta(days=40)
    params = {"bucket": "day", "from": since.isoformat()}
    answer = await desk.client.get("/v1/reports/trend", params=params, headers=desk.people.admin())
    rows = [each for each in answer.json()["items"] if each["clock"] == "resolution"]
    return [(row["n"], row["after_decisions"]["n"], row["after_decisions"]["share"]) for row in rows]


async def _row(desk: Desk) -> dict[str, Any]:
    answer = await desk.client.get("/v1/reports/attainment", headers=desk.people.admin())
    found: dict[str, Any] = next(each for each in answer.json()["items"] if each["clock"] == "resolution")
    return found


async def test_time_of_a_department_that_nobody_knows_is_not_contested(desk: Desk) -> None:
    ticket, body = await missed(desk)
    refused = await contest(desk, ticket, desk.agent, **{**body, "party": "department:NOWHERE"})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_department")
    assert refused.json()["errors"][0]["pointer"] == "/party"
    assert (await contest(desk, ticket, desk.agent, **{**body, "party": "department:HR"})).status_code == 201


async def test_dismissed_it_changes_nothing(desk: Desk) -> None:
    ticket, body = await missed(desk)
    opened = await contest(desk, ticket, desk.agent, **body)
    decided = await decide(desk, ticket, opened.json()["id"], manager_of(desk, "HR"), upheld=False)
    assert decided.json()["state"] == "dismissed"
    after = await resolution(desk, ticket)
    assert after["outcome_after_decisions"] == {"state": "missed", "breached_at": after["breached_at"]}
    again = await decide(desk, ticket, opened.json()["id"], manager_of(desk, "HR"))
    assert (again.status_code, again.json()["code"]) == (409, "contest_decided")
    assert await differences(desk) == []


async def test_who_decides(desk: Desk) -> None:
    ticket, body = await missed(desk)
    theirs = manager_of(desk, "IT")
    opened = (await contest(desk, ticket, theirs, **body)).json()
    for headers in (theirs, manager_of(desk, "IT"), desk.agent, desk.requester):
        refused = await decide(desk, ticket, opened["id"], headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "may_not_decide"), refused.text
    stranger = await decide(desk, ticket, opened["id"], desk.people.one_of(desk.network.id, "manager"))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown_ticket")
    deputy = desk.people.headers(
        scope="tickets:read tickets:write", subject=uuid4(), deputy_of=[str(desk.hr.id)], departments={}
    )
    assert (await decide(desk, ticket, opened["id"], deputy)).status_code == 201
    other = (await contest(desk, ticket, desk.requester, **{**body, "party": "third_party:Acme"})).json()
    assert other["side"] == "customer"
    told = await decide(desk, ticket, other["id"], desk.people.admin())
    assert (told.status_code, told.json()["decision"]["side"]) == (201, "system")
    admin = desk.people.headers(scope="tickets:read tickets:write", subject=uuid4(), roles=["admin"])
    own = (await contest(desk, ticket, admin, **body)).json()
    refused = await decide(desk, ticket, own["id"], admin)
    assert refused.json()["code"] == "may_not_decide"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"days": (28, 0)}, "contest_is_empty", "/to"),
        ({"days": (-1, 28)}, "contest_outside_ledger", "/from"),
        ({"days": (0, 31)}, "contest_outside_ledger", "/to"),
        ({"party": "provider"}, "nothing_contested", "/party"),
    ],
)
async def test_what_is_no_contest(desk: Desk, changes: dict[str, Any], code: str, pointer: str) -> None:
    ticket, body = await missed(desk)
    created = instant((await desk.get(ticket))["created_at"])
    if "days" in changes:
        body["from"], body["to"] = (_text(created + timedelta(days=each)) for each in changes["days"])
    refused = await contest(desk, ticket, desk.agent, **{**body, "party": changes.get("party", "customer")})
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_parties_are_spelled_as_in_the_ledger(desk: Desk) -> None:
    ticket, body = await missed(desk)
    for party in ("nobody", "none", "department:", "department", "customer:x"):
        refused = await contest(desk, ticket, desk.agent, **{**body, "party": party})
        assert refused.status_code == 422, party
