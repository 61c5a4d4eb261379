"""The one way in which facts get onto a ticket: held, folded with what is new, written with all that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.catalogue.terms import Current
from services.requests.messages.service import post_messages
from services.requests.tickets.policies import can_read_ticket
from services.requests.tickets.queries.read import (
    events_of,
    find_ticket,
    hold_ticket,
    link_departments,
    offering_as_pinned,
)
from services.requests.tickets.queries.search import keep_words
from services.requests.tickets.queries.write import Superseded, Written, insert_ticket, update_ticket
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.rules.stored import Row, event_of, first_difference, ledger_of
from services.requests.tickets.rules.words import changes_words, said_in
from services.requests.tickets.service.breached import keep_dossiers, missed_at_once
from services.requests.tickets.service.following import Following, Stride, follow, strides_after, strides_of
from services.requests.tickets.service.handing import handed_with
from services.requests.tickets.service.leaving import as_rows, fulfils, measured_with, told_of
from services.requests.tickets.service.locating import located, with_calendars
from services.requests.tickets.service.standing_in import as_deputies
from services.requests.tickets.service.telling import told_of_marks
from services.requests.timeline.events import Event
from services.requests.timeline.facts import HandOffOffered
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.marking import NOTHING_MARKED, marks_of
from services.requests.timeline.progress import Progress
from services.requests.timeline.promised import PinnedTerms, pinned_from
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
    ids = set(pinned.calendar_ids())
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
    pinned = pinned_from(row["terms"])
    events = [event_of(event) for event in await events_of(connection, row["id"])]
    terms = await terms_of(connection, current, pinned, events)
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
    told = as_rows([*leaving, *measured_with(row, follows)], now)
    written = Written(
        follows.rows(draft["id"], events, source_keys), told, missed_at_once(row, follows, kept.links, now)
    )
    key = await insert_ticket(connection, pinned.provider, row, kept, written, only_under=only_under)
    return None if key is None else {**row, "key": key}


async def append(
    connection: Connection,
    current: Current,
    held: Unfolded,
    events: Sequence[Event],
    *,
    now: datetime,
    source_keys: Sequence[str | None] = (),
    columns: Row | None = None,
) -> Row:
    """Write these events onto a held ticket, and all that follows from them; its row as it is now.

    `columns` are those of its row that no fold gives and that change with the act. Without events the ticket's rows are
    written anew as the fold has them: they were made under what was known before.
    It is folded with what `current` knows, in one statement that holds only while that is current; else folded again.
    """
    events = await as_deputies(connection.fetch, held.row, events, now)
    while True:  # each turn is a change that somebody committed meanwhile
        try:
            return await _append_under(connection, current, held, events, now, source_keys, columns or {})
        except Superseded as superseded:
            current = Current(superseded.token, current.working_times)
            held = await unfold(connection, current, held.row)


async def _append_under(
    connection: Connection,
    current: Current,
    held: Unfolded,
    events: Sequence[Event],
    now: datetime,
    source_keys: Sequence[str | None],
    columns: Row,
) -> Row:
    """The act as this generation has it. Superseded."""
    ticket_id = held.row["id"]
    pinned = await with_calendars(connection, current, held.pinned, events)
    terms = await _terms_with(connection, current, held, pinned, events)
    strides = (
        strides_after(terms, held.progress, held.events, events, same_terms=terms is held.terms)
        if events
        else [Stride(held.progress, held.progress, held.events[-1])]
    )
    next_sequence = held.next_sequence + len(events)
    all_events = [*held.events, *events]
    chain = chained(terms, strides[-1].after, all_events, held.events, (held.terms, held.progress))
    follows = follow(
        held.row,
        terms,
        strides,
        known=marks_of(held.events),
        next_sequence=next_sequence,
        now=now,
        chain=chain,
        events=all_events,
    )
    departments = await link_departments(connection, ticket_id) if follows.progress.links else {}
    kept = await located(connection, follows.kept, departments, held.row["provider_department_id"])
    row = {
        **held.row,
        **columns,
        **kept.ticket,
        "terms": pinned.document,
        "events": held.row["events"] + len(events) + len(follows.marks),
        "version": held.row["version"] + 1,
        "folded_at": now,
    }
    handed = handed_with(row, follows, {link["id"]: link["department_id"] for link in kept.links})
    told = as_rows([*await _told(connection, row, follows), *handed], now)
    await update_ticket(
        connection,
        row,
        kept,
        Written(follows.rows(ticket_id, events, source_keys), told),
        only_under=current.token,
        same_rounds=follows.progress.rounds == held.progress.rounds,
        had_links=bool(held.progress.links),
        same_ledger_rows=first_difference(ledger_of(ticket_id, held.terms, held.progress), kept.ledger),
        columns=columns,
    )
    if any(changes_words(event) for event in events):
        await keep_words(connection, row, said_in([*held.events, *events]))
    await keep_dossiers(connection, row, follows, kept.links, now, is_history=bool(source_keys))
    if follows.marks and row["source"] is None:
        await post_messages(connection.fetch, await told_of_marks(connection.fetch, row, follows.marks), now=now)
    return row


async def _terms_with(
    connection: Connection, current: Current, held: Unfolded, pinned: PinnedTerms, events: Sequence[Event]
) -> Terms:
    """The terms with the calendars that these events name: the same as before where they name none."""
    if pinned == held.pinned and not any(isinstance(event.payload, Ruling | HandOffOffered) for event in events):
        return held.terms
    return await terms_of(connection, current, pinned, [*held.events, *events])


async def _told(connection: Connection, row: Row, follows: Following) -> list[PublishedEvent]:
    """What other services hear of the act."""
    name = ""
    if any(fulfils(stride) for stride in follows.strides):
        name = (await offering_as_pinned(connection, row["offering_id"], row["offering_version"])).name
    told = [event for stride in follows.strides for event in told_of(row, name, stride)]
    return [*told, *measured_with(row, follows)]
