"""Refolding tickets and comparing what is kept: state, ledger, clocks and links are a cache of the events."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.tickets.queries.whole import WholeTicket, next_whole_tickets
from services.requests.tickets.rules.chained import chained, link_marks
from services.requests.tickets.rules.stored import Row, event_of, kept_of, with_outcomes
from services.requests.tickets.service.following import ruled_columns
from services.requests.tickets.service.recording import terms_of
from services.requests.timeline.after_decisions import outcomes_of
from services.requests.timeline.fold import progress_of, view
from services.requests.timeline.marking import NOTHING_MARKED, marks_of
from services.requests.timeline.payloads import UnreadableEvent
from services.requests.timeline.promised import pinned_from
from services.shared.db import Connection, hot_transaction

BATCH = 200
"""Tickets that are read at a time, in one snapshot."""
FIRST = UUID(int=0)
MISSING = "(no such row)"
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CLOCK = ("link_id", "clock", "cycle")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is kept otherwise than the fold has it. `where` names it: `ticket.state`, `clock resolution 1`."""

    where: str
    kept: Any
    refolded: Any


@dataclass(frozen=True, slots=True)
class Verified:
    """A ticket, by its id and key, and what differs; nothing where the cache is the fold."""

    ticket_id: UUID
    key: str
    differences: tuple[Difference, ...]


async def verify_tickets(engine: AsyncEngine, terms: TermsCache) -> AsyncIterator[Verified]:
    """Every ticket, refolded at its `folded_at`, in the order of ids; acts that go on meanwhile disturb nothing."""
    after = FIRST
    while True:
        async with hot_transaction(engine) as connection:
            await connection.execute(_SNAPSHOT)
            current = await terms.current(connection.fetch)
            batch = await next_whole_tickets(connection, after, BATCH)
            verified = [await _verified(connection, current, each) for each in batch]
        for each in verified:
            yield each
        if len(batch) < BATCH:
            return
        after = batch[-1].ticket["id"]


async def _verified(connection: Connection, current: Current, whole: WholeTicket) -> Verified:
    row = whole.ticket
    try:
        differences = tuple(await _differences(connection, current, whole))
    except (UnreadableEvent, LookupError, ValueError) as broken:
        differences = (Difference("events", "unreadable", repr(broken)),)
    return Verified(row["id"], row["key"], differences)


async def _differences(connection: Connection, current: Current, whole: WholeTicket) -> list[Difference]:
    row = whole.ticket
    events = [event_of(event) for event in whole.events]
    terms = await terms_of(connection, current, pinned_from(row["terms"]), events)
    progress = progress_of(terms, events)
    if progress is None:
        return [Difference("events", "none that counts", "a ticket begins with a fact")]
    timeline = view(terms, progress, row["folded_at"])
    marks = link_marks(events)
    links = [
        (fold, fold.at(row["folded_at"]), marks.get(fold.link.id, NOTHING_MARKED))
        for fold in chained(terms, progress, events).after
    ]
    is_imported = row["source"] is not None
    kept = kept_of(row["id"], terms, progress, timeline, marks_of(events), is_imported=is_imported, links=links)
    kept = with_outcomes(kept, outcomes_of(terms, events, row["folded_at"]))
    ticket = {
        **kept.ticket,
        **ruled_columns(progress, timeline, row["promised_priority"]),
        "events": len(whole.events),
    }
    return [
        *_of_row("ticket", {name: row[name] for name in ticket}, ticket),
        *_of_rows("ledger", ("position",), whole.ledger, kept.ledger),
        *_of_rows("clock", _CLOCK, whole.clocks, kept.clocks),
        *_of_rows("link", ("id",), whole.links, kept.links),
        *_of_rows("round", ("number",), whole.rounds, kept.rounds),
        *_of_rows("ledger of", ("link_id", "position"), whole.link_ledger, kept.link_ledger),
    ]


def _of_rows(what: str, key: Sequence[str], kept: Sequence[Row], refolded: Sequence[Row]) -> Iterator[Difference]:
    """The differences of two sets of rows with a key; of kept columns only those that the fold gives count."""
    before = {tuple(row[name] for name in key): row for row in kept}
    now = {tuple(row[name] for name in key): row for row in refolded}
    for each in [*now, *(each for each in before if each not in now)]:
        where = " ".join((what, *(str(part) for part in each if part is not None)))
        if each not in before or each not in now:
            yield Difference(where, *("a row" if each in side else MISSING for side in (before, now)))
            continue
        yield from _of_row(where, {name: before[each][name] for name in now[each]}, now[each])


def _of_row(where: str, kept: Mapping[str, Any], refolded: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in refolded.items():
        if kept[name] != value:
            yield Difference(f"{where}.{name}", kept[name], value)
