"""Asking for flow, trend, lead times and what is open: who sees them, what is refused by name, JSON and CSV."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from tests.requests.tickets.desk import Desk

REPORTS = ("lead-time", "flow", "trend", "backlog")
OF_PERIODS = REPORTS[:3]


async def asked(desk: Desk, report: str, query: str = "", headers: Any = None) -> Any:
    path = f"/v1/reports/{report}?{query}"
    return await desk.client.get(path, headers=headers or desk.people.headers(scope="reports:read", roles=["viewer"]))


async def worked_on(desk: Desk) -> None:
    """One ticket that is done and one that is not."""
    ticket = await desk.submit()
    await desk.step(ticket, "fulfilled")
    await desk.step(ticket, "closed", desk.requester)
    await desk.submit(priority="urgent")


def counted(report: str, told: dict[str, Any]) -> int:
    """How much is in a report."""
    name = {"lead-time": "n", "flow": "fulfilled", "trend": "n", "backlog": "tickets"}[report]
    return sum(row[name] for row in told["items"])


@pytest.mark.parametrize("report", REPORTS)
async def test_figures_are_for_agents_managers_and_onlookers(desk: Desk, report: str) -> None:
    await worked_on(desk)
    people = desk.people
    everything = (await asked(desk, report)).json()["items"]
    assert counted(report, {"items": everything}) > 0
    for headers in (
        desk.agent,
        people.one_of(desk.hr.id, "manager"),
        people.headers(scope="reports:read", roles=["admin"]),
        people.headers(scope="reports:read", roles=["auditor"]),
        people.account("reports:read"),
    ):
        answer = await asked(desk, report, headers=headers)
        assert (answer.status_code, answer.json()["items"]) == (200, everything)
    elsewhere = people.one_of(desk.network.id, "agent")
    assert counted(report, (await asked(desk, report, headers=elsewhere)).json()) == 0
    member = await asked(desk, report, headers=desk.requester)
    assert (member.status_code, member.json()["code"]) == (403, "not_your_figures")
    assert (await asked(desk, report, headers=people.headers(scope="tickets:read"))).status_code == 403
    assert (await desk.client.get(f"/v1/reports/{report}")).status_code == 401


@pytest.mark.parametrize(
    ("reports", "query", "status", "code", "pointer"),
    [
        (REPORTS, "form=1", 422, "unknown_parameter", "?form"),
        (REPORTS, "priority=huge", 422, "invalid_input", "?priority"),
        (REPORTS, "format=pdf", 422, "invalid_input", "?format"),
        (OF_PERIODS, "from=2026-02-30", 422, "invalid_input", "?from"),
        (OF_PERIODS, "time_zone=Mars/Base", 409, "unknown_time_zone", "?time_zone"),
        (OF_PERIODS, "from=2026-03-03&to=2026-03-02", 409, "empty_period", "?to"),
        (OF_PERIODS, "from=1969-12-31", 409, "empty_period", "?from"),
        (OF_PERIODS, "to=9999-12-31", 409, "empty_period", "?to"),
        (("flow", "trend"), "bucket=year", 422, "invalid_input", "?bucket"),
        (("flow", "trend"), "from=2020-01-01&to=2026-01-01&bucket=day", 409, "too_many_buckets", "?from"),
        (("flow", "trend"), "from=1970-01-02&to=2200-01-01&bucket=month", 409, "too_many_buckets", "?from"),
        (("flow", "trend"), "to=1970-01-02", 409, "empty_period", "?from"),
        (("lead-time",), "group_by=assignee_id", 422, "invalid_input", "?group_by"),
        (("backlog",), "from=2026-03-02", 422, "unknown_parameter", "?from"),
        (("backlog",), "due_within_hours=0", 422, "invalid_input", "?due_within_hours"),
        (("backlog",), "due_within_hours=9999999999", 422, "invalid_input", "?due_within_hours"),
    ],
)
async def test_what_is_wrong_is_named(
    desk: Desk, reports: tuple[str, ...], query: str, status: int, code: str, pointer: str
) -> None:
    for report in reports:
        answer = await asked(desk, report, query)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_conditions_narrow_a_report(desk: Desk) -> None:
    await worked_on(desk)
    for query, has_rows in {
        f"provider_department_id={desk.it.id}": True,
        f"provider_department_id={desk.hr.id}": False,
        f"customer_department_id={desk.hr.id}": True,
        f"customer_department_id={uuid4()}": False,
        f"offering_id={desk.offering_id}": True,
        f"offering_id={uuid4()}": False,
        "priority=normal&priority=urgent": True,
        "priority=low": False,
    }.items():
        for report in REPORTS:
            told = (await asked(desk, report, query)).json()
            assert (counted(report, told) > 0) is has_rows, (report, query)


@pytest.mark.parametrize("report", REPORTS)
async def test_csv_tells_the_same(desk: Desk, report: str) -> None:
    await worked_on(desk)
    told = (await asked(desk, report)).json()["items"]
    answer = await asked(desk, report, "format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(told)
    for row, item in zip(rows, told, strict=True):
        flat: dict[str, Any] = {}
        for name, value in item.items():
            nested = {f"{name}_{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {}
            flat |= nested or {name: value}
        assert row == {name: spelled(value) for name, value in flat.items()}
    empty = await asked(desk, report, f"format=csv&offering_id={uuid4()}")
    assert empty.text.splitlines()[0] == answer.text.splitlines()[0]


def spelled(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


async def test_a_report_says_what_it_covers(desk: Desk) -> None:
    query = "from=2026-03-01&to=2026-03-31&time_zone=Europe/Madrid&bucket=month"
    told = (await asked(desk, "flow", query)).json()
    assert (told["from"], told["to"], told["time_zone"]) == ("2026-03-01", "2026-03-31", "Europe/Madrid")
    assert (told["bucket"], told["next"], len(told["items"])) == ("month", None, 1)
    assert told["computed_at"].endswith("Z")
    open_now = (await asked(desk, "backlog", "due_within_hours=8")).json()
    assert open_now["computed_at"].endswith("Z")
    assert (open_now["items"], open_now["tickets"], open_now["due_within_hours"]) == ([], 0, 8)


async def test_lead_times_are_told_apart_as_asked(desk: Desk) -> None:
    await worked_on(desk)
    names = ("customer_department_id", "provider_department_id", "offering_id", "priority")
    values = (str(desk.hr.id), str(desk.it.id), str(desk.offering_id), "normal")
    for name, value in zip(names, values, strict=True):
        (row,) = (await asked(desk, "lead-time", f"group_by={name}")).json()["items"]
        assert {each: row[each] for each in names} == dict.fromkeys(names) | {name: value}
        assert (row["cycle"], row["n"]) == ("first", 1)
        assert list(row["wall_seconds"]) == ["p50", "p75", "p85", "p95"]
