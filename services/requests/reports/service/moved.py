"""By how much decisions move the time that each party held: each ticket of which any was taken, folded both ways."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from services.requests.catalogue.terms import Current
from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.decided import Decided, decided_tickets
from services.requests.tickets.rules.stored import event_of
from services.requests.tickets.service.recording import terms_of
from services.requests.timeline.after_decisions import after_decisions
from services.requests.timeline.fold import fold
from services.requests.timeline.ledger import Interval
from services.requests.timeline.promised import pinned_from
from services.requests.timeline.terms import NO_TIME, Terms, worked
from services.shared.db import Connection


class Time(NamedTuple):
    """Wall and working time; what was moved away is below zero."""

    wall: timedelta = NO_TIME
    working: timedelta = NO_TIME


Moved = Mapping[str, Time]
"""By party, spelled as in the ledger."""
NOTHING_MOVED: Moved = {}


async def moved_by_decisions(connection: Connection, current: Current, asked: Asked) -> Moved:
    """What each party holds more, or less, once exclusions and upheld contests count, in the period."""
    moved: defaultdict[str, Time] = defaultdict(Time)
    async for decided in decided_tickets(connection, asked):
        for party, sign, time in await _both_ways(connection, current, decided, asked):
            known = moved[party]
            moved[party] = Time(known.wall + sign * time.wall, known.working + sign * time.working)
    return moved


async def _both_ways(
    connection: Connection, current: Current, decided: Decided, asked: Asked
) -> Iterable[tuple[str, int, Time]]:
    """The ticket's time as it is before decisions (to be taken away) and after them (to be added)."""
    ticket, rows = decided
    pinned, events = pinned_from(ticket["terms"]), [event_of(row) for row in rows]
    terms = await terms_of(connection, current, pinned, events)
    after = after_decisions(terms, events, asked.now)
    if after is None:
        return []
    before = fold(terms, events, asked.now)
    return [
        (str(line.party), sign, time)
        for sign, ledger in ((-1, before.ledger), (1, after.ledger))
        for line in ledger
        if (time := _within(terms, line, asked))
    ]


def _within(terms: Terms, line: Interval, asked: Asked) -> Time | None:
    """What of a line of the ledger lies in the period, and is not still to come."""
    from_, to = asked.period.clip(line.from_, min(line.to, asked.now))
    if from_ >= to:
        return None
    calendar = terms.calendar_of(line.party, line.from_)
    return Time(to - from_, NO_TIME if calendar is None else worked(calendar, from_, to))
