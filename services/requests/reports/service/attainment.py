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

Outcomes = Mapping[tuple[int, str, str, str], int]
"""How many clocks: by bucket (0 where none was asked for), clock, side and outcome."""
OUTCOMES = ("met", "missed", "open", "void", "best_effort")


async def report_attainment(
    connection: Connection, actor: Actor, filters: ReportFilters, *, now: datetime
) -> dict[str, Any]:
    """How many clocks were met, with Wilson intervals. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    items = await attainment_rows(connection, await asked_by(connection, actor, filters, now))
    return {**covered(filters, now), "items": items, "next": None}


async def attainment_rows(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """A row per clock, the provider's first."""
    return rows_of_counts(*await counts_and_moves(connection, asked))


async def counts_and_moves(
    connection: Connection, asked: Asked, edges: Sequence[datetime] = ()
) -> tuple[list[dict[str, Any]], Outcomes]:
    """The counts of `attainment_counts`, and by how many met and missed clocks decisions change them."""
    if not await is_anything_decided(connection):
        return await attainment_counts(connection, asked, edges), {}
    moves: defaultdict[tuple[int, str, str, str], int] = defaultdict(int)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        counts = await attainment_counts(connection, asked, edges)
        for clocks, sign in ((BEFORE, -1), (AFTER, 1)):
            for each in await attainment_counts(connection, asked, edges, clocks=clocks):
                if each["outcome"] in ("met", "missed"):
                    key = (each.get("bucket", 0), each["clock"], each["side"], each["outcome"])
                    moves[key] += sign * each["clocks"]
    return counts, moves


def after_decisions(met: int, missed: int) -> dict[str, Any]:
    """What a row tells of its clock with all that was decided."""
    return {"met": met, "missed": missed, **wilson(met, met + missed)._asdict()}


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


def rows_of_counts(counts: Sequence[Mapping[str, Any]], moves: Outcomes) -> list[dict[str, Any]]:
    """Rows of the report, from counts by clock, side and outcome, and what decisions add to them.

    What is counted only with decisions (without them it was decided in another period) has a row too.
    """
    counted: defaultdict[tuple[str, str], _Counted] = defaultdict(_Counted)
    for count in counts:
        counted[count["clock"], count["side"]].add(count)
    for _, clock, side, _ in moves:
        counted.setdefault((clock, side), _Counted())
    rows = []
    for (clock, side), of_clock in counted.items():
        moved = [of_clock.outcomes[each] + moves.get((0, clock, side, each), 0) for each in ("met", "missed")]
        rows.append(_row(clock, side, of_clock, *moved))
    return rows


def _row(clock: str, side: str, counted: _Counted, met_after: int, missed_after: int) -> dict[str, Any]:
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
        "after_decisions": after_decisions(met_after, missed_after),
    }
