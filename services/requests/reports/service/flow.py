"""What came in and what went out, bucket by bucket, and how attainment goes from one to the next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.requests.calendars.rules import local_date
from services.requests.reports.control import p_chart
from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.flow import flow_counts
from services.requests.reports.refusals import TooManyBuckets
from services.requests.reports.rules import Bucket, buckets_of, first_instant
from services.requests.reports.schemas.flow import FlowFilters, FlowRow
from services.requests.reports.service.asking import asked_by, covered, period_asked
from services.requests.reports.service.attainment import OUTCOMES, Outcomes, after_decisions, counts_and_moves
from services.shared.auth import Actor
from services.shared.db import Connection

USUAL = 12
"""Buckets of a report that is asked without a first day."""
MOST = 400
COUNTED = tuple(name for name in FlowRow.model_fields if name not in ("from_", "to"))


@dataclass(frozen=True, slots=True)
class _Cut:
    """A question with its period cut into buckets."""

    filters: FlowFilters
    asked: Asked
    spans: Sequence[tuple[date, date]]

    @property
    def edges(self) -> list[datetime]:
        """Where the buckets begin."""
        return [first_instant(day, self.filters.time_zone) for day, _ in self.spans]


async def report_flow(connection: Connection, actor: Actor, filters: FlowFilters, *, now: datetime) -> dict[str, Any]:
    """What happened in each bucket. NotYourFigures, UnknownReportZone, EmptyPeriod, TooManyBuckets."""
    cut = await _cut(connection, actor, filters, now)
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in await flow_counts(connection, cut.asked, cut.edges):
        counts[row["bucket"]][row["what"]] = row["n"]
    items = [
        {"from": first, "to": to, **dict.fromkeys(COUNTED, 0), **counts[place]}
        for place, (first, to) in enumerate(cut.spans, 1)
    ]
    return {**covered(cut.filters, now), "bucket": filters.bucket, "items": items, "next": None}


async def report_trend(connection: Connection, actor: Actor, filters: FlowFilters, *, now: datetime) -> dict[str, Any]:
    """Attainment of each clock from bucket to bucket, with control limits. Refuses what `report_flow` does."""
    cut = await _cut(connection, actor, filters, now)
    counts, moves = await counts_and_moves(connection, cut.asked, cut.edges)
    outcomes: defaultdict[tuple[int, str, str, str], int] = defaultdict(int)
    for row in counts:
        if row["outcome"] in ("met", "missed"):
            outcomes[row["bucket"], row["clock"], row["side"], row["outcome"]] += row["clocks"]
    clocks = {(clock, side) for _, clock, side, _ in (*outcomes, *moves)}
    items = [
        row
        for clock, side in sorted(clocks, key=lambda key: (key[1] != "provider", key[0]))
        for row in _charted(clock, side, outcomes, moves, cut.spans)
    ]
    return {**covered(cut.filters, now), "bucket": filters.bucket, "items": items, "next": None}


def _charted(
    clock: str, side: str, outcomes: Outcomes, moves: Outcomes, spans: Sequence[tuple[date, date]]
) -> list[dict[str, Any]]:
    """A clock's rows: the chart is of what was counted first, and what decisions make of it stands beside."""
    met, missed = ([outcomes.get((n, clock, side, each), 0) for n, _ in enumerate(spans, 1)] for each in OUTCOMES[:2])
    chart = p_chart([(yes, yes + no) for yes, no in zip(met, missed, strict=True)])
    return [
        {
            "from": first,
            "to": to,
            "clock": clock,
            "side": side,
            "n": point.n,
            "met": met[place],
            "missed": missed[place],
            "share": point.share,
            "center": chart.center,
            "lower": point.lower,
            "upper": point.upper,
            "signals": point.signals,
            "after_decisions": after_decisions(
                met[place] + moves.get((place + 1, clock, side, "met"), 0),
                missed[place] + moves.get((place + 1, clock, side, "missed"), 0),
            ),
        }
        for place, ((first, to), point) in enumerate(zip(spans, chart.points, strict=True))
    ]


async def _cut(connection: Connection, actor: Actor, filters: FlowFilters, now: datetime) -> _Cut:
    """The question with both ends of its period, in buckets. TooManyBuckets, and what `asked_by` refuses."""
    whole, first, to = with_both_ends(filters, now)
    asked = await asked_by(connection, actor, whole, now)
    spans: list[tuple[date, date]] = []
    for span in buckets_of(first, to, filters.bucket):
        spans.append(span)
        if len(spans) > MOST:
            raise TooManyBuckets(pointer="?from", most=MOST)
    return _Cut(whole, asked, spans)


def with_both_ends(filters: FlowFilters, now: datetime) -> tuple[FlowFilters, date, date]:
    """The question with both ends of its period, and these. UnknownReportZone, EmptyPeriod."""
    period_asked(filters)
    to = filters.to or local_date(now, filters.time_zone) + timedelta(days=1)
    first = filters.from_ or _usual_beginning(filters.bucket, to)
    return filters.model_copy(update={"from_": first, "to": to}), first, to


def _usual_beginning(bucket: Bucket, to: date) -> date:
    first = bucket.first_day(to - timedelta(days=1))
    for _ in range(USUAL - 1):
        first = bucket.first_day(first - timedelta(days=1))
    return first
