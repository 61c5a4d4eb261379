"""Reports against a plain recount over every ticket, folded anew."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.requests.reports.schemas import ReportFilters
from services.requests.tickets.schemas import Priority
from services.requests.timeline.terms import worked
from tests.requests.reports.weeks_of_work import NOW, Work

NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
PERIODS = [
    {},
    {"from": date(2026, 2, 16)},
    {"to": date(2026, 3, 1)},
    {"from": date(2026, 2, 16), "to": date(2026, 3, 9), "time_zone": "Europe/Madrid"},
    {"from": date(2026, 2, 16), "to": date(2026, 2, 17), "time_zone": "Pacific/Auckland"},
    {"from": date(2026, 3, 29), "to": date(2026, 3, 30), "time_zone": "Europe/Madrid"},  # 23 hours
    {"from": date(2027, 1, 1), "to": date(2028, 1, 1)},
    {"priority": [Priority.URGENT, Priority.LOW]},
    {"from": date(2026, 2, 20), "priority": [Priority.NORMAL]},
]


def period(given: dict[str, Any]) -> tuple[datetime, datetime]:
    zone = ZoneInfo(given.get("time_zone", "UTC"))
    edges = (given.get("from"), given.get("to"))
    since, until = (
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) if day else None for day in edges
    )
    return since or NEVER[0], until or NEVER[1]


@pytest.mark.parametrize("given", PERIODS)
async def test_attainment_is_a_count_of_clocks(work: Work, given: dict[str, Any]) -> None:
    since, until = period(given)
    expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for ticket in await work.refolded():
        if ticket.row["promised_priority"] not in given.get("priority", list(Priority)):
            continue
        for clock in ticket.at(NOW).clocks:
            if clock.breached_at is not None:
                outcome, decided = "missed", clock.breached_at
            elif clock.ended_at is None:
                if clock.started_at < until:
                    expected[clock.clock]["open"] += 1
                continue
            else:
                outcome, decided = clock.state.value, clock.ended_at
            if since <= decided < until:
                expected[clock.clock][outcome] += 1
    rows = await work.attainment(ReportFilters.model_validate(given))
    counted = {
        row["clock"]: {name: row[name] for name in ("met", "missed", "open", "void") if row[name]} for row in rows
    }
    assert {clock: told for clock, told in counted.items() if told} == expected
    for row in rows:
        assert row["n"] == row["met"] + row["missed"]
        assert row["share"] == (row["met"] / row["n"] if row["n"] else None)
    if not given:
        assert all(sum(expected[clock][name] for clock in expected) > 3 for name in ("met", "missed", "open", "void"))


@pytest.mark.parametrize("given", PERIODS)
async def test_time_held_is_the_sum_of_ledgers_cut_by_the_period(work: Work, given: dict[str, Any]) -> None:
    since, until = period(given)
    wall: defaultdict[str, timedelta] = defaultdict(timedelta)
    working: defaultdict[str, timedelta] = defaultdict(timedelta)
    tickets = 0
    for ticket in await work.refolded():
        if ticket.row["promised_priority"] not in given.get("priority", list(Priority)):
            continue
        has_time = False
        for line in ticket.at(NOW).ledger:
            from_, to = max(line.from_, since), min(line.to, until)
            if from_ < to:
                has_time = True
                wall[str(line.party)] += to - from_
                calendar = ticket.terms.calendar_of(line.party, line.from_)
                working[str(line.party)] += timedelta() if calendar is None else worked(calendar, from_, to)
        tickets += has_time
    report = await work.time_held(ReportFilters.model_validate(given))
    assert {row["party"]: row["wall_seconds"] for row in report["items"]} == wall
    assert {row["party"]: row["working_seconds"] for row in report["items"]} == working
    assert report["wall_seconds"] == sum(wall.values(), timedelta())
    assert report["tickets"] == tickets
    shares = [row["share"] for row in report["items"]]
    assert not shares or sum(shares) == pytest.approx(1)
    assert [row["wall_seconds"] for row in report["items"]] == sorted(wall.values(), reverse=True)


async def test_the_weeks_hold_all_parties(work: Work) -> None:
    report = await work.time_held(ReportFilters())
    parties = {row["party"] for row in report["items"]}
    assert parties == {"provider", "customer", "department:NET", "third_party:unknown", "none"}
