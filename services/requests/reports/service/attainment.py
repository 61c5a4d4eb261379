"""How many clocks were met, per clock: of all the tickets asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.attainment import attainment_counts
from services.requests.reports.rules import is_kept, wilson
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.asking import asked_by, covered
from services.shared.auth import Actor
from services.shared.db import Connection

OUTCOMES = ("met", "missed", "open", "void", "best_effort")


async def report_attainment(
    connection: Connection, actor: Actor, filters: ReportFilters, *, now: datetime
) -> dict[str, Any]:
    """How many clocks were met, with Wilson intervals. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    items = await attainment_rows(connection, await asked_by(connection, actor, filters, now))
    return {**covered(filters, now), "items": items, "next": None}


async def attainment_rows(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """A row per clock, the provider's first."""
    return rows_of_counts(await attainment_counts(connection, asked))


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


def rows_of_counts(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the report, from counts by clock, side and outcome."""
    counted: defaultdict[tuple[str, str], _Counted] = defaultdict(_Counted)
    for count in counts:
        counted[count["clock"], count["side"]].add(count)
    return [_row(clock, side, of_clock) for (clock, side), of_clock in counted.items()]


def _row(clock: str, side: str, counted: _Counted) -> dict[str, Any]:
    met, missed = counted.outcomes["met"], counted.outcomes["missed"]
    read = wilson(met, met + missed)._asdict()
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
        # No decision on a clock can be made yet, so after all of them it is as before.
        "after_decisions": {"met": met, "missed": missed, **read},
    }
