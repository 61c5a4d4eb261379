"""Who held the time of tickets, and how much of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.reports.queries.time_held import cut_intervals, tickets_covered, whole_intervals
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.asking import asked_by, covered
from services.requests.timeline.promised import pinned_from
from services.requests.timeline.terms import worked
from services.requests.timeline.vocabulary import Party
from services.shared.auth import Actor
from services.shared.db import Connection

NO_TIME = timedelta()


@dataclass(slots=True)
class _Held:
    intervals: int = 0
    wall: timedelta = NO_TIME
    working: timedelta = NO_TIME

    def add(self, intervals: int, wall: timedelta, working: timedelta) -> None:
        self.intervals += intervals
        self.wall += wall
        self.working += working


async def report_time_held(
    connection: Connection, terms: TermsCache, actor: Actor, filters: ReportFilters, *, now: datetime
) -> dict[str, Any]:
    """Who held the time, by party. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    asked = await asked_by(connection, actor, filters, now)
    held: defaultdict[str, _Held] = defaultdict(_Held)
    for row in await whole_intervals(connection, asked):
        held[row["party"]].add(row["intervals"], row["wall"], row["working"])
    current = await terms.current(connection.fetch)
    for row in await cut_intervals(connection, asked):
        from_, to = asked.period.clip(row["starts_at"], row["ends_at"])
        if from_ < to:
            held[row["party"]].add(1, to - from_, await _worked(connection, current, row, from_, to))
    wall = sum((each.wall for each in held.values()), NO_TIME)
    working = sum((each.working for each in held.values()), NO_TIME)
    items = [
        {
            "party": party,
            "intervals": each.intervals,
            "wall_seconds": each.wall,
            "working_seconds": each.working,
            "share": each.wall / wall if wall else None,
            "working_share": each.working / working if working else None,
        }
        for party, each in sorted(held.items(), key=lambda entry: (-entry[1].wall, entry[0]))
    ]
    tickets = await tickets_covered(connection, asked)
    return {**covered(filters, now), "items": items, "tickets": tickets, "wall_seconds": wall, "next": None}


async def _worked(
    connection: Connection, current: Current, row: dict[str, Any], from_: datetime, to: datetime
) -> timedelta:
    """Working time of part of an interval, in the calendar of the party that is charged with it."""
    pinned = pinned_from(row["terms"])
    histories = await current.calendars(connection.fetch, pinned.calendar_ids())
    calendar = pinned.terms(histories.__getitem__).calendar_of(Party.parse(row["party"]), row["starts_at"])
    return NO_TIME if calendar is None else worked(calendar, from_, to)
