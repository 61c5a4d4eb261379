"""A ticket with its events folded, and a new one written with all that follows. (`appending.py`: one that is there.)"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.catalogue.terms import Current
from services.requests.tickets.policies import can_read_ticket
from services.requests.tickets.queries.read import (
    events_of,
    find_ticket,
    hold_ticket,
)
from services.requests.tickets.queries.write import Written, insert_ticket
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.rules.stored import Row, event_of
from services.requests.tickets.service.breached import missed_at_once
from services.requests.tickets.service.following import follow, strides_of
from services.requests.tickets.service.leaving import as_rows, measured_with
from services.requests.tickets.service.locating import located, with_calendars
from services.requests.timeline.events import Event
from services.requests.timeline.facts import HandOffOffered
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.marking import NOTHING_MARKED
from services.requests.timeline.progress import Progress
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import Ruling
from services.requests.timeline.terms import Terms
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.outbox import PublishedEvent


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A ticket with all that its fold needs: its row, what it pinned, its events, and what they come to."""

    row: Row
    pinned: PinnedTerms
    terms: Terms
    events: list[Event]
    progress: Progress

    def at(self, now: datetime) -> Timeline:
        """The ticket at `now`."""
        return view(self.terms, self.progress, now)

    def after_records(self, now: datetime) -> datetime:
        """`now`; or when the latest event was recorded, if what comes now had to wait for that one to be written."""
        return max(now, *(event.recorded_at for event in self.events))

    @property
    def next_sequence(self) -> int:
        """The sequence of the next event."""
        return int(self.row["events"]) + 1


async def terms_of(
    connection: Connection, current: Current, pinned: PinnedTerms, events: Sequence[Event] = ()
) -> Terms:
    """The pinned terms, with the calendars that they, rulings and offers among these events follow."""
    histories = await current.calendars(connection.fetch, calendars_followed(pinned, events))
    return pinned.terms(histories.__getitem__)


def calendars_followed(pinned: PinnedTerms, events: Sequence[Event]) -> set[UUID]:
    """The calendars that the terms, and rulings and offers among these events, name."""
    return {*pinned.calendar_ids(), *named_in(events)}


def named_in(events: Sequence[Event]) -> set[UUID]:
    """The calendars that rulings and offers among these events name."""
    ids: set[UUID] = set()
    for event in events:
        if isinstance(event.payload, Ruling):
            ids.update(event.payload.calendar_ids())
        elif isinstance(event.payload, HandOffOffered) and event.payload.terms is not None:
            ids.update(event.payload.terms.calendar_ids())
    return ids


async def readable_ticket(connection: Connection, actor: Actor, ticket_id: UUID, *, hold: bool = False) -> Row:
    """The ticket, if the actor may read it; with `hold` for this transaction. UnknownTicket."""
    row = await (hold_ticket if hold else find_ticket)(connection, ticket_id)
    if row is None or not can_read_ticket(actor, row, row["holders"]):
        raise UnknownTicket
    return row


async def unfold(connection: Connection, current: Current, row: Row) -> Unfolded:
    """The ticket of this row with its events folded."""
    return await unfolded(connection, current, row, await events_of(connection, row["id"]))


async def unfolded(connection: Connection, current: Current, row: Row, rows: Sequence[Row]) -> Unfolded:
    """The same with its events' rows at hand."""
    events = [event_of(event) for event in rows]
    pinned, terms = await current.promised(connection.fetch, row["terms"], named_in(events))
    progress = progress_of(terms, events)
    if progress is None:
        raise LookupError(f"the ticket {row['id']} has no fact")
    return Unfolded(row, pinned, terms, events, progress)


async def open_ticket(
    connection: Connection,
    current: Current,
    draft: Row,
    pinned: PinnedTerms,
    events: Sequence[Event],
    *,
    now: datetime,
    leaving: Sequence[PublishedEvent] = (),
    source_keys: Sequence[str | None] = (),
    only_under: UUID | None = None,
) -> Row | None:
    """Write a new ticket with these events; its row, or none where its source has it already.

    `draft` holds the columns that no fold gives; `source_keys` go with the events of an import, whose fulfilments are
    history and told to nobody. With `only_under` it is written only while that is the current generation. Superseded.
    """
    pinned = await with_calendars(connection, current, pinned, events)
    terms = await terms_of(connection, current, pinned)
    strides = strides_of(terms, events)
    chain = chained(terms, strides[-1].after, events)
    follows = follow(draft, terms, strides, known=NOTHING_MARKED, next_sequence=len(events) + 1, now=now, chain=chain)
    kept = await located(connection, follows.kept, {}, draft["provider_department_id"])
    row = {
        **draft,
        **kept.ticket,
        "terms": pinned.document,
        "events": len(events) + len(follows.marks),
        "version": 1,
        "folded_at": now,
    }
    told = as_rows([*leaving, *measured_with(row, follows, kept.links)], now)
    written = Written(
        follows.rows(draft["id"], events, source_keys), told, missed_at_once(row, follows, kept.links, now)
    )
    key = await insert_ticket(connection, pinned.provider, row, kept, written, only_under=only_under)
    return None if key is None else {**row, "key": key}
