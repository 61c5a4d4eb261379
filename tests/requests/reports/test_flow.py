"""Flow, lead times, backlog and trend against a recount over the tickets' facts."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from services.requests.departments.service import Identity, take_in_department
from services.requests.handoffs.schemas import NewHandOff
from services.requests.handoffs.service.answer import accept_hand_off, bounce_hand_off, return_hand_off
from services.requests.handoffs.service.offer import offer_hand_off
from services.requests.reports.rules import Age
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.schemas.flow import BacklogFilters, FlowFilters, LeadTimeFilters
from services.requests.reports.service.backlog import report_backlog
from services.requests.reports.service.flow import COUNTED, report_flow, report_trend
from services.requests.reports.service.lead_time import report_lead_time
from services.requests.tickets.schemas import Priority
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.requests.reports.recount import Life, at_rank, hours_in_madrid, life_of, midnight
from tests.requests.reports.weeks_of_work import NOW, Work
from tests.requests.tickets.desk import Desk

SPRING = {"from": date(2026, 2, 1), "to": date(2026, 4, 1)}
PERIODS: list[dict[str, Any]] = [
    {**SPRING, "bucket": "day", "time_zone": "Europe/Madrid"},  # a day of 23 hours among them
    {**SPRING, "bucket": "week", "time_zone": "Pacific/Auckland"},
    {**SPRING, "bucket": "month"},
    {"from": date(2026, 2, 11), "to": date(2026, 3, 18), "bucket": "week", "priority": [Priority.URGENT, Priority.LOW]},
    {"from": date(2026, 3, 3), "to": date(2026, 3, 4), "bucket": "month"},
]


async def asked(work: Work, report: Any, filters: Any) -> Any:
    async with hot_transaction(work.desk.app.state.engine) as connection:
        return await report(connection, work.onlooker, filters, now=NOW)


async def lives(work: Work, given: dict[str, Any]) -> list[Life]:
    wanted = given.get("priority", list(Priority))
    return [life_of(each) for each in await work.refolded() if each.row["promised_priority"] in wanted]


@pytest.mark.parametrize("given", PERIODS)
async def test_flow_counts_what_happened_in_each_bucket(work: Work, given: dict[str, Any]) -> None:
    rows = (await asked(work, report_flow, FlowFilters.model_validate(given)))["items"]
    zone = given.get("time_zone", "UTC")
    happened = [each for life in await lives(work, given) for each in life.happened]
    assert (rows[0]["from"], rows[-1]["to"]) == (given["from"], given["to"])
    for before, after in pairwise(rows):
        assert before["to"] == after["from"]
        assert after["from"].weekday() == 0 or given["bucket"] != "week"
    for row in rows:
        since, until = (midnight(row[name], zone) for name in ("from", "to"))
        expected = Counter(what for what, at in happened if since <= at < until)
        assert {name: row[name] for name in COUNTED if row[name]} == expected
    if given == PERIODS[0]:
        totals = {name for name in COUNTED if any(row[name] for row in rows)}
        assert totals == set(COUNTED) - {"bounces"}


@pytest.mark.parametrize("given", PERIODS)
@pytest.mark.parametrize("group_by", [None, "priority", "provider_department_id"])
async def test_lead_times_are_those_of_cycles(work: Work, given: dict[str, Any], group_by: str | None) -> None:
    zone = given.get("time_zone", "UTC")
    since, until = (midnight(given[name], zone) for name in ("from", "to"))
    cycles: defaultdict[tuple[Any, str], list[tuple[timedelta, timedelta]]] = defaultdict(list)
    for ticket in await work.refolded():
        if ticket.row["promised_priority"] not in given.get("priority", list(Priority)):
            continue
        column = {"priority": "promised_priority"}.get(group_by or "", group_by or "")
        for is_reopened, began, done in life_of(ticket).cycles:
            if since <= done < until:
                key = (ticket.row[column] if group_by else None, "reopened" if is_reopened else "first")
                cycles[key].append((done - began, hours_in_madrid(began, done)))
    without = {name: each for name, each in given.items() if name != "bucket"}
    filters = LeadTimeFilters.model_validate(without | {"group_by": group_by})
    rows = (await asked(work, report_lead_time, filters))["items"]
    told = {(row[group_by] if group_by else None, row["cycle"]): row for row in rows}
    assert told.keys() == cycles.keys()
    for key, taken in cycles.items():
        assert told[key]["n"] == len(taken)
        for place, name in enumerate(("wall_seconds", "working_seconds")):
            expected = {f"p{rank}": at_rank([each[place] for each in taken], rank) for rank in (50, 75, 85, 95)}
            assert told[key][name] == expected
    assert given in PERIODS[3:] or {cycle for _, cycle in cycles} == {"first", "reopened"}


@pytest.mark.parametrize("hours", [24, 72, 720])
async def test_the_backlog_is_every_open_ticket_once(work: Work, hours: int) -> None:
    expected: defaultdict[tuple[str, str, Age], Counter[str]] = defaultdict(Counter)
    for ticket in await work.refolded():
        timeline = ticket.at(NOW)
        if timeline.ended_at is not None or timeline.created_at is None:
            continue
        age = [each for each in Age if each.since <= NOW - timeline.created_at][-1]
        counted = expected[timeline.state.value, str(timeline.ledger[-1].party), age]
        counted["tickets"] += 1
        for side, prefix in (("provider", ""), ("customer", "customer_")):
            open_ = [clock for clock in timeline.clocks if clock.is_open and clock.side == side]
            if any(clock.breached_at for clock in open_):
                counted[f"{prefix}overdue"] += 1
            elif any(clock.due_at and clock.due_at < NOW + timedelta(hours=hours) for clock in open_):
                counted[f"{prefix}due_soon"] += 1
    report = await asked(work, report_backlog, BacklogFilters(due_within_hours=hours))
    counts = ("tickets", "overdue", "due_soon", "customer_overdue", "customer_due_soon")
    told = {
        (row["state"], row["held_by"], row["age"]): {name: row[name] for name in counts if row[name]}
        for row in report["items"]
    }
    assert told == expected
    for name in counts:
        assert report[name] == sum(each[name] for each in expected.values())
        assert report[name] > 0 or (name.endswith("due_soon") and hours < 720)
    assert len({held_by for _, held_by, _ in expected}) > 2


async def test_trend_is_the_attainment_of_each_bucket(work: Work) -> None:
    filters = FlowFilters.model_validate({**SPRING, "bucket": "week", "time_zone": "Europe/Madrid"})
    rows = (await asked(work, report_trend, filters))["items"]
    clocks = {(row["clock"], row["side"]) for row in rows}
    spans = sorted({(row["from"], row["to"]) for row in rows})
    assert len(rows) == len(clocks) * len(spans)
    for since, until in spans:
        narrow = ReportFilters.model_validate({"from": since, "to": until, "time_zone": "Europe/Madrid"})
        attained = {row["clock"]: (row["n"], row["met"], row["share"]) for row in await work.attainment(narrow)}
        for row in rows:
            if row["from"] == since:
                assert (row["n"], row["met"], row["share"]) == attained.get(row["clock"], (0, 0, None))
                assert row["missed"] == row["n"] - row["met"]
                same = ("n", "met", "missed", "share")
                assert {name: row["after_decisions"][name] for name in same} == {name: row[name] for name in same}
    whole = ReportFilters.model_validate({**SPRING, "time_zone": "Europe/Madrid"})
    centers = {row["clock"]: row["share"] for row in await work.attainment(whole) if row["n"]}
    assert {row["clock"]: row["center"] for row in rows} == centers
    assert len(centers) > 4


async def test_bounces_and_further_hand_offs_are_moves_back(desk: Desk) -> None:
    ticket_id = (await desk.submit())["id"]
    identity, terms = Identity(desk.app.state.identity, ""), desk.app.state.terms
    agent = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
    helper = Actor(uuid4(), department_roles={desk.network.id: "agent"})
    offer = NewHandOff(department_id=desk.network.id)
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, desk.network)
        for is_accepted in (False, True, True):
            now = datetime.now(UTC)
            link = (await offer_hand_off(connection, terms, identity, agent, ticket_id, offer, now=now))["id"]
            if is_accepted:
                await accept_hand_off(connection, terms, helper, ticket_id, link, now=now)
                await return_hand_off(connection, terms, helper, ticket_id, link, reason=None, now=now)
            else:
                await bounce_hand_off(connection, terms, helper, ticket_id, link, reason="full", now=now)
    onlooker = desk.people.headers(scope="reports:read", roles=["viewer"])
    for query in ("", f"?customer_department_id={desk.hr.id}"):
        rows = (await desk.client.get(f"/v1/reports/flow{query}", headers=onlooker)).json()["items"]
        assert len(rows) == 12
        assert [(row["hand_offs"], row["bounces"], row["ping_pong"]) for row in rows[-2:]] == [(0, 0, 0), (2, 1, 4)]
    shown = await desk.get({"id": ticket_id}, "/hand-offs", desk.agent)
    assert (shown["hand_offs"], shown["bounces"], shown["ping_pong"]) == (2, 1, 4)
