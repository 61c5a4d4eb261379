"""Reports against a plain recount over every ticket, folded anew."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from services.requests.reports.schemas import PairAsked, ReportFilters
from services.requests.reports.service.attainment import OUTCOMES
from services.requests.tickets.schemas import Priority
from services.requests.tickets.service.recording import Unfolded
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.terms import worked
from services.requests.timeline.vocabulary import ClockState
from tests.requests.reports.weeks_of_work import NOW, Work

NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
PERIODS = [
    {},
    {"from": date(2026, 2, 16)},
    {"to": date(2026, 3, 1)},
    {"from": date(2026, 2, 16), "to": date(2026, 3, 9), "time_zone": "Europe/Madrid"},
    {"from": date(2026, 2, 16), "to": date(2026, 2, 17), "time_zone": "Pacific/Auckland"},
    {"from": date(2026, 3, 29), "to": date(2026, 3, 30), "time_zone": "Europe/Madrid"},  # 23 hours
    {"from": date(2026, 1, 1), "to": date(2026, 12, 31)},
    {"from": date(2026, 3, 2), "to": date(2026, 3, 20)},
    {"from": date(2027, 1, 1), "to": date(2028, 1, 1)},
    {"priority": [Priority.URGENT, Priority.LOW]},
    {"from": date(2026, 2, 20), "priority": [Priority.NORMAL]},
]

BEFORE = ("n", "met", "missed", "share", "low", "high")


def period(given: dict[str, Any]) -> tuple[datetime, datetime]:
    zone = ZoneInfo(given.get("time_zone", "UTC"))
    edges = (given.get("from"), given.get("to"))
    since, until = (
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) if day else None for day in edges
    )
    return since or NEVER[0], until or NEVER[1]


class Counted(NamedTuple):
    """One thing that attainment counts: a clock, or all of a ticket's runs of one in a round."""

    clock: str
    outcome: str
    at: datetime
    objective: float | None


def counted_of(ticket: Unfolded) -> Iterator[Counted]:
    """What the fold at NOW says of a ticket's clocks, as the design says that reports count them."""
    rounds: defaultdict[tuple[str, int], list[ClockReading]] = defaultdict(list)
    for clock in ticket.at(NOW).clocks:
        if clock.clock in ("update", "reply"):
            rounds[clock.clock, clock.round].append(clock)
            continue
        yield Counted(clock.clock, *_came_to(clock), clock.objective)
    for (name, _), clocks in rounds.items():
        came = [_came_to(clock) for clock in clocks]
        for outcome, which in (("missed", min), ("open", min), ("met", max), ("void", max)):
            if instants := [at for found, at in came if found == outcome]:
                yield Counted(name, outcome, which(instants), clocks[0].objective)
                break


def _came_to(clock: ClockReading) -> tuple[str, datetime]:
    decided = clock.breached_at or clock.ended_at
    if decided is None:
        return "open", clock.started_at
    if clock.breached_at is None and clock.state is ClockState.VOID:
        return "void", decided
    if clock.is_best_effort:
        return "best_effort", decided
    return ("met" if clock.breached_at is None else "missed"), decided


@pytest.mark.parametrize("given", PERIODS)
async def test_attainment_is_a_count_of_clocks(work: Work, given: dict[str, Any]) -> None:
    since, until = period(given)
    expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
    aims: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
    for ticket in await work.refolded():
        if ticket.row["promised_priority"] not in given.get("priority", list(Priority)):
            continue
        for each in counted_of(ticket):
            if (each.outcome == "open" and each.at < until) or (each.outcome != "open" and since <= each.at < until):
                expected[each.clock][each.outcome] += 1
                if each.objective is not None and each.outcome in ("met", "missed"):
                    aims[each.clock].append((each.outcome == "met", each.objective))
    rows = await work.attainment(ReportFilters.model_validate(given))
    counted = {row["clock"]: {name: row[name] for name in OUTCOMES if row[name]} for row in rows}
    assert {clock: told for clock, told in counted.items() if told} == expected
    for row in rows:
        assert row["n"] == row["met"] + row["missed"]
        assert row["share"] == (row["met"] / row["n"] if row["n"] else None)
        assert {name: row["after_decisions"][name] for name in BEFORE} == {name: row[name] for name in BEFORE}
        met, objectives = sum(is_met for is_met, _ in aims[row["clock"]]), [aim for _, aim in aims[row["clock"]]]
        assert row["objective"] == (pytest.approx(sum(objectives) / len(objectives)) if objectives else None)
        assert row["is_objective_kept"] is (met >= sum(objectives) - 1e-6 if objectives else None)
    if not given:
        every = {"met", "missed", "open", "void"}
        assert every <= expected["first_response"].keys()
        assert every <= expected["update"].keys()
        assert every | {"best_effort"} == expected["resolution"].keys()
        assert {"met", "missed"} <= expected["reply"].keys() & expected["acceptance"].keys()
        assert {row["is_objective_kept"] for row in rows} == {True, False, None}


async def test_rounds_of_many_runs_count_once(work: Work) -> None:
    runs: Counter[str] = Counter()
    for ticket in await work.refolded():
        runs.update(clock.clock for clock in ticket.at(NOW).clocks)
    rows = {row["clock"]: sum(row[name] for name in OUTCOMES) for row in await work.attainment(ReportFilters())}
    assert rows["update"] < runs["update"]
    assert rows["reply"] <= runs["reply"]
    assert rows["acceptance"] == runs["acceptance"]


@pytest.mark.parametrize("given", PERIODS)
async def test_a_scoreboard_is_the_attainment_of_each_direction(work: Work, given: dict[str, Any]) -> None:
    hr, it = work.desk.hr.id, work.desk.it.id
    pair = await work.scoreboard(
        PairAsked.model_validate({"customer_department_id": hr, "provider_department_id": it, **given})
    )
    assert [(each["customer_department_id"], each["provider_department_id"]) for each in pair] == [(hr, it), (it, hr)]
    for each in pair:
        of_pair = {name: each[name] for name in ("customer_department_id", "provider_department_id")}
        rows = await work.attainment(ReportFilters.model_validate(given | of_pair))
        assert each["targets"] + each["obligations"] == rows
        assert {row["side"] for row in each["targets"]} <= {"provider"}
        assert {row["side"] for row in each["obligations"]} <= {"customer"}
    assert pair[1]["targets"] == pair[1]["obligations"] == []
    if not given:
        assert [row["clock"] for row in pair[0]["obligations"]] == ["acceptance", "reply"]


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
