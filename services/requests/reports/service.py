"""Making reports: whose tickets, which period, what was kept and who held the time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.reports.policies import tickets_reported_to
from services.requests.reports.queries import (
    Asked,
    attainment_counts,
    cut_intervals,
    tickets_covered,
    whole_intervals,
)
from services.requests.reports.refusals import EmptyPeriod, NotYourFigures, UnknownReportZone
from services.requests.reports.rules import Period, period_of, wilson
from services.requests.reports.schemas import ReportFilters
from services.requests.timeline.promised import pinned_from
from services.requests.timeline.terms import worked
from services.requests.timeline.vocabulary import Party
from services.requests.worktime.zones import known_zones
from services.shared.auth import Actor
from services.shared.db import Connection

EARLIEST, LATEST = date(1970, 1, 2), date(2200, 1, 1)
NO_TIME = timedelta()


async def report_attainment(
    connection: Connection, actor: Actor, filters: ReportFilters, *, now: datetime
) -> dict[str, Any]:
    """How many clocks were met, with Wilson intervals. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    rows = await attainment_counts(connection, _asked(actor, filters, now))
    items = []
    for row in rows:
        n, share, low, high = wilson(row["met"], row["met"] + row["missed"])
        # No obligation has effects before there are agreements: nothing is on best effort yet.
        items.append({**row, "n": n, "best_effort": 0, "share": share, "low": low, "high": high})
    return {**_covered(filters, now), "items": items, "next": None}


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
    asked = _asked(actor, filters, now)
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
    return {**_covered(filters, now), "items": items, "tickets": tickets, "wall_seconds": wall, "next": None}


async def _worked(
    connection: Connection, current: Current, row: dict[str, Any], from_: datetime, to: datetime
) -> timedelta:
    """Working time of part of an interval, in the calendar of the party that is charged with it."""
    pinned = pinned_from(row["terms"])
    histories = await current.calendars(connection.fetch, pinned.calendar_ids())
    calendar = pinned.terms(histories.__getitem__).calendar_of(Party.parse(row["party"]), row["starts_at"])
    return NO_TIME if calendar is None else worked(calendar, from_, to)


def _asked(actor: Actor, filters: ReportFilters, now: datetime) -> Asked:
    reported = tickets_reported_to(actor)
    if reported is not None and not reported.serving:
        raise NotYourFigures
    given = {
        "t.customer_department_id = {}": filters.customer_department_id,
        "t.provider_department_id = {}": filters.provider_department_id,
        "t.offering_id = {}": filters.offering_id,
        "t.promised_priority = ANY({}::text[])": [priority.value for priority in filters.priority],
    }
    conditions = {condition: value for condition, value in given.items() if value not in (None, [])}
    return Asked(conditions, reported, _period(filters), now)


def _period(filters: ReportFilters) -> Period:
    if filters.time_zone not in known_zones():
        raise UnknownReportZone(pointer="?time_zone", zone=filters.time_zone)
    for name, day in (("from", filters.from_), ("to", filters.to)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise EmptyPeriod(pointer=f"?{name}")
    if filters.from_ and filters.to and filters.from_ >= filters.to:
        raise EmptyPeriod(pointer="?to")
    return period_of(filters.from_, filters.to, filters.time_zone)


def _covered(filters: ReportFilters, now: datetime) -> dict[str, Any]:
    return {
        "from": filters.from_,
        "to": filters.to,
        "time_zone": filters.time_zone,
        "computed_at": now.astimezone(UTC),
    }
