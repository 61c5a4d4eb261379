"""Who held the time of tickets, and how much of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.decided import is_any_time_decided
from services.requests.reports.queries.time_held import cut_intervals, tickets_covered, whole_intervals
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service.asking import asked_by, covered
from services.requests.reports.service.moved import NOTHING_MOVED, Moved, Time, moved_by_decisions
from services.requests.timeline.promised import pinned_from
from services.requests.timeline.terms import NO_TIME, worked
from services.requests.timeline.vocabulary import Party
from services.shared.auth import Actor
from services.shared.db import Connection


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
    if not await is_any_time_decided(connection):
        return await _told(connection, terms, filters, asked, NOTHING_MOVED)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        moved = await moved_by_decisions(connection, await terms.current(connection.fetch), asked)
        return await _told(connection, terms, filters, asked, moved)


async def _told(
    connection: Connection, terms: TermsCache, filters: ReportFilters, asked: Asked, moved: Moved
) -> dict[str, Any]:
    held: defaultdict[str, _Held] = defaultdict(_Held)
    for row in await whole_intervals(connection, asked):
        held[row["party"]].add(row["intervals"], row["wall"], row["working"])
    current = await terms.current(connection.fetch)
    for row in await cut_intervals(connection, asked):
        from_, to = asked.period.clip(row["starts_at"], row["ends_at"])
        if from_ < to:
            held[row["party"]].add(1, to - from_, await _worked(connection, current, row, from_, to))
    for party in moved:
        held[party]  # what a party holds after decisions alone has a row too
    items = _rows(held, moved)
    wall = sum((each.wall for each in held.values()), NO_TIME)
    tickets = await tickets_covered(connection, asked)
    return {**covered(filters, asked.now), "items": items, "tickets": tickets, "wall_seconds": wall, "next": None}


def _rows(held: Mapping[str, _Held], moved: Moved) -> list[dict[str, Any]]:
    """A row for each party, who held most first."""
    after = {
        party: Time(each.wall + moved.get(party, Time()).wall, each.working + moved.get(party, Time()).working)
        for party, each in held.items()
    }
    shares, shares_after = _shares(held), _shares(after)
    return [
        {
            "party": party,
            "intervals": each.intervals,
            "wall_seconds": each.wall,
            "working_seconds": each.working,
            **shares[party],
            "after_decisions": {
                "wall_seconds": after[party].wall,
                "working_seconds": after[party].working,
                **shares_after[party],
            },
        }
        for party, each in sorted(held.items(), key=lambda entry: (-entry[1].wall, entry[0]))
    ]


def _shares(held: Mapping[str, _Held | Time]) -> dict[str, dict[str, float | None]]:
    """Each party's share of all wall and of all working time; None where there is none."""
    wall = sum((each.wall for each in held.values()), NO_TIME)
    working = sum((each.working for each in held.values()), NO_TIME)
    return {
        party: {
            "share": each.wall / wall if wall else None,
            "working_share": each.working / working if working else None,
        }
        for party, each in held.items()
    }


async def _worked(
    connection: Connection, current: Current, row: dict[str, Any], from_: datetime, to: datetime
) -> timedelta:
    """Working time of part of an interval, in the calendar of the party that is charged with it."""
    pinned = pinned_from(row["terms"])
    histories = await current.calendars(connection.fetch, pinned.calendar_ids())
    calendar = pinned.terms(histories.__getitem__).calendar_of(Party.parse(row["party"]), row["starts_at"])
    return NO_TIME if calendar is None else worked(calendar, from_, to)
