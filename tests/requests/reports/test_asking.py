"""Asking for reports: who sees which figures, what is refused by name, JSON and CSV."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk

REPORTS = ("attainment", "time-held")
AFTER = {
    "attainment": ("n", "met", "missed", "share", "low", "high"),
    "time-held": ("wall_seconds", "working_seconds", "share", "working_share"),
}


async def asked(desk: Desk, report: str, query: str = "", headers: Any = None) -> Any:
    path = f"/v1/reports/{report}?{query}"
    return await desk.client.get(path, headers=headers or desk.people.headers(scope="reports:read", roles=["viewer"]))


async def worked_on(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.step(ticket, "fulfilled")
    await desk.step(ticket, "closed", desk.requester)


@pytest.mark.parametrize("report", REPORTS)
async def test_figures_are_for_agents_managers_and_onlookers(desk: Desk, report: str) -> None:
    await worked_on(desk)
    people = desk.people
    everything = (await asked(desk, report)).json()["items"]
    assert everything
    for headers in (
        desk.agent,
        people.one_of(desk.hr.id, "manager"),
        people.admin() | people.headers(scope="reports:read", roles=["admin"]),
        people.headers(scope="reports:read", roles=["auditor"]),
        people.account("reports:read"),
    ):
        answer = await asked(desk, report, headers=headers)
        assert (answer.status_code, answer.json()["items"]) == (200, everything)
    elsewhere = people.one_of(desk.network.id, "agent")
    assert (await asked(desk, report, headers=elsewhere)).json()["items"] == []
    member = await asked(desk, report, headers=desk.requester)
    assert (member.status_code, member.json()["code"]) == (403, "not_your_figures")
    assert (await asked(desk, report, headers=people.headers(scope="tickets:read"))).status_code == 403
    assert (await desk.client.get(f"/v1/reports/{report}")).status_code == 401


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ("form=1", 422, "unknown_parameter", "?form"),
        ("from=yesterday", 422, "invalid_input", "?from"),
        ("from=2026-02-30", 422, "invalid_input", "?from"),
        ("from=2026-03-02T09:00:00Z", 422, "invalid_input", "?from"),
        ("priority=huge", 422, "invalid_input", "?priority"),
        ("offering_id=x", 422, "invalid_input", "?offering_id"),
        ("format=pdf", 422, "invalid_input", "?format"),
        ("time_zone=", 422, "invalid_input", "?time_zone"),
        ("time_zone=Mars/Base", 409, "unknown_time_zone", "?time_zone"),
        ("time_zone=localtime", 409, "unknown_time_zone", "?time_zone"),
        ("from=2026-03-02&to=2026-03-02", 409, "empty_period", "?to"),
        ("from=2026-03-03&to=2026-03-02", 409, "empty_period", "?to"),
        ("from=1969-12-31", 409, "empty_period", "?from"),
        ("to=9999-12-31", 409, "empty_period", "?to"),
    ],
)
async def test_what_is_wrong_is_named(
    desk: Desk, report: str, query: str, status: int, code: str, pointer: str
) -> None:
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
        "priority=normal&priority=low": True,
        "priority=low": False,
        "from=2026-01-01": True,
        "to=2026-01-01": False,
    }.items():
        for report in REPORTS:
            assert bool((await asked(desk, report, query)).json()["items"]) is has_rows, (report, query)


@pytest.mark.parametrize("report", REPORTS)
async def test_csv_tells_the_same(desk: Desk, report: str) -> None:
    empty = await asked(desk, report, "format=csv&to=2000-01-01")
    await worked_on(desk)
    told = (await asked(desk, report)).json()["items"]
    answer = await asked(desk, report, "format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    flat = [name for name in told[0] if name != "after_decisions"]
    assert list(rows[0])[: len(flat)] == flat
    assert list(rows[0])[len(flat) :] == [f"after_decisions_{name}" for name in AFTER[report]]
    first = "clock" if report == "attainment" else "party"
    assert [row[first] for row in rows] == [item[first] for item in told]
    assert empty.text.splitlines() == [answer.text.splitlines()[0]]
    march = await asked(desk, report, "format=csv&from=2026-03-01&to=2026-04-01&time_zone=Europe/Madrid")
    named = f'attachment; filename="{report} from 2026-03-01 to 2026-04-01 Europe-Madrid.csv"'
    assert march.headers["content-disposition"] == named, "the period and its zone are named in the answer"


async def test_a_report_says_what_it_covers(desk: Desk) -> None:
    report = (await asked(desk, "time-held", "from=2026-03-01&to=2026-04-01&time_zone=Europe/Madrid")).json()
    assert (report["from"], report["to"], report["time_zone"]) == ("2026-03-01", "2026-04-01", "Europe/Madrid")
    assert (report["items"], report["tickets"], report["wall_seconds"], report["next"]) == ([], 0, 0, None)
    assert report["computed_at"].endswith("Z")


async def test_attainment_of_one_ticket(desk: Desk) -> None:
    await worked_on(desk)
    rows = {row["clock"]: row for row in (await asked(desk, "attainment")).json()["items"]}
    assert rows["resolution"] == {
        "clock": "resolution",
        "side": "provider",
        "n": 1,
        "met": 1,
        "missed": 0,
        "open": 0,
        "void": 0,
        "best_effort": 0,
        "refuted": 0,
        "share": 1.0,
        "low": pytest.approx(0.206549, abs=1e-6),
        "high": 1.0,
        "objective": None,
        "is_objective_kept": None,
        "after_decisions": {name: rows["resolution"][name] for name in AFTER["attainment"]},
    }


async def test_refuted_breaches_are_beside(desk: Desk) -> None:
    await worked_on(desk)
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute("UPDATE ticket_clock SET refuted_by = id WHERE clock = 'resolution'")
    rows = {row["clock"]: row for row in (await asked(desk, "attainment")).json()["items"]}
    assert {clock: row["refuted"] for clock, row in rows.items()} == {
        "acknowledge": 0,
        "first_response": 0,
        "resolution": 1,
    }
    assert (rows["resolution"]["met"], rows["resolution"]["missed"]) == (1, 0)


@pytest.mark.parametrize(("overdue", "outcome"), [("2 hours", "best_effort"), ("30 minutes", "missed")])
async def test_what_no_act_has_told_yet_is_counted(desk: Desk, overdue: str, outcome: str) -> None:
    """An obligation that is overdue puts a resolution on best effort that runs over after it; no row says so yet."""
    await desk.submit()
    async with hot_transaction(desk.app.state.engine) as connection:
        sql = "UPDATE ticket_clock SET started_at = now() - interval '5 hours', due_at = now() - $1::text::interval"
        await connection.execute(f"{sql} WHERE clock = 'resolution'", "1 hour")
        await connection.execute(f"{sql}, effect = 'best_effort' WHERE clock = 'acknowledge'", overdue)
    rows = {row["clock"]: row for row in (await asked(desk, "attainment")).json()["items"]}
    counts = ("met", "missed", "open", "void", "best_effort")
    told = {clock: [name for name in counts if row[name]] for clock, row in rows.items()}
    assert told == {"acknowledge": ["missed"], "first_response": ["open"], "resolution": [outcome]}
