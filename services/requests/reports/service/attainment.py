"""How many clocks were met, per clock: of all the tickets asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.attainment import AFTER, BEFORE, attainment_counts, is_anything_decided
from services.requests.reports.rules import is_kept, wilson
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.asking import asked_by, covered
from services.shared.auth import Actor
from services.shared.db import Connection

Outcomes = Mapping[tuple[str, str, str], int]
NOTHING_DECIDED: Outcomes = {}
OUTCOMES = ("met", "missed", "open", "void", "best_effort")


async def report_attainment(
    connection: Connection, actor: Actor, filters: ReportFilters, *, now: datetime
) -> dict[str, Any]:
    """How many clocks were met, with Wilson intervals. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    items = await attainment_rows(connection, await asked_by(connection, actor, filters, now))
    return {**covered(filters, now), "items": items, "next": None}


async def attainment_rows(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """A row per clock, the provider's first."""
    if not await is_anything_decided(connection):
        return rows_of_counts(await attainment_counts(connection, asked))
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        counts = await attainment_counts(connection, asked)
        before, after = [await _outcomes(connection, asked, clocks) for clocks in (BEFORE, AFTER)]
    return rows_of_counts(counts, before, after)


async def _outcomes(connection: Connection, asked: Asked, clocks: str) -> Outcomes:
    """How many of these clocks were met or missed, by clock, side and outcome."""
    counts = await attainment_counts(connection, asked, clocks=clocks)
    return {(each["clock"], each["side"], each["outcome"]): each["clocks"] for each in counts}


@dataclass(slots=True)
class _Counted:
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    refuted: int = 0
    aimed: int = 0
    aimed_met: int = 0
    objectives: float = 0.0

    def add(self, count: Mapping[str, Any]) -> None:
        self.outcomes[count["outcome"]] += count["clocks"]
        self.refuted += count["refuted"]
        if count["outcome"] in ("met", "missed"):
            self.aimed += count["aimed"]
            self.aimed_met += count["aimed"] if count["outcome"] == "met" else 0
            self.objectives += count["objective"] or 0.0


def rows_of_counts(
    counts: Sequence[Mapping[str, Any]], before: Outcomes = NOTHING_DECIDED, after: Outcomes = NOTHING_DECIDED
) -> list[dict[str, Any]]:
    """Rows of the report, from counts by clock, side and outcome.

    `before` and `after` count the clocks of tickets on which something was decided, without that and with it. What is
    counted only with it (it was decided in another period) has a row too.
    """
    counted: defaultdict[tuple[str, str], _Counted] = defaultdict(_Counted)
    for count in counts:
        counted[count["clock"], count["side"]].add(count)
    for clock, side, _ in after:
        counted.setdefault((clock, side), _Counted())
    rows = []
    for (clock, side), of_clock in counted.items():
        moved = [
            of_clock.outcomes[each] - before.get((clock, side, each), 0) + after.get((clock, side, each), 0)
            for each in ("met", "missed")
        ]
        rows.append(_row(clock, side, of_clock, *moved))
    return rows


def _row(clock: str, side: str, counted: _Counted, met_after: int, missed_after: int) -> dict[str, Any]:
    met, missed = counted.outcomes["met"], counted.outcomes["missed"]
    read, read_after = (wilson(yes, yes + no)._asdict() for yes, no in ((met, missed), (met_after, missed_after)))
    return {
        "clock": clock,
        "side": side,
        "n": read["n"],
        **counted.outcomes,
        "refuted": counted.refuted,
        "share": read["share"],
        "low": read["low"],
        "high": read["high"],
        "objective": counted.objectives / counted.aimed if counted.aimed else None,
        "is_objective_kept": is_kept(counted.aimed_met, counted.objectives) if counted.aimed else None,
        "after_decisions": {"met": met_after, "missed": missed_after, **read_after},
    }
