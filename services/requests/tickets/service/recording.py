"""The one way in which facts get onto a ticket: held, folded with what is new, written with all that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import Current, OfferingTerms
from services.requests.tickets.policies import can_read_ticket
from services.requests.tickets.queries.read import events_of, find_ticket, hold_ticket, link_departments
from services.requests.tickets.queries.write import Superseded, Written, insert_ticket, update_ticket
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.rules.stored import Row, event_of, event_row, first_difference, kept_of, ledger_of
from services.requests.tickets.service.locating import located, with_calendars
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.fold import LateFact, Timeline, advance, progress_of, view
from services.requests.timeline.marking import Marks, add_mark, called_for, marks_of
from services.requests.timeline.progress import Progress
from services.requests.timeline.promised import PinnedTarget, PinnedTerms, pinned_from
from services.requests.timeline.rulings import Ruling
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import ClockName, PartyKind, Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.outbox import OutboxValues


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

    @property
    def next_sequence(self) -> int:
        """The sequence of the next event."""
        return int(self.row["events"]) + 1


def pin(offered: OfferingTerms, priority: str) -> PinnedTerms:
    """What a ticket of that priority pins of an offering's published terms."""
    return PinnedTerms(
        provider=offered.provider.code,
        calendar_id=offered.provider_calendar.calendar_id,
        targets=tuple(
            PinnedTarget(
                clock=ClockName(target.clock),
                duration=target.duration,
                calendar_id=offered.calendar_id(target),
                due=target.due,
                reopened=target.reopened,
                third_party_pauses=target.third_party_pauses,
                objective=target.objective,
            )
            for target in offered.targets(priority)
        ),
        calendars={str(PartyKind.CUSTOMER): offered.customer_calendar.calendar_id},
    )


async def terms_of(
    connection: Connection, current: Current, pinned: PinnedTerms, events: Sequence[Event] = ()
) -> Terms:
    """The pinned terms, with the calendars that they and rulings among these events follow."""
    ids = set(pinned.calendar_ids())
    for event in events:
        if isinstance(event.payload, Ruling):
            ids.update(event.payload.calendar_ids())
    histories = await current.calendars(connection.fetch, ids)
    return pinned.terms(histories.__getitem__)


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
    leaving: Sequence[OutboxValues] = (),
    source_keys: Sequence[str | None] = (),
    only_under: UUID | None = None,
) -> Row | None:
    """Write a new ticket with these events; its row, or none where its source has it already.

    `draft` holds the columns that no fold gives; `source_keys` go with the events of an import. With `only_under` it is
    written only while that is the current generation. Superseded.
    """
    pinned = await with_calendars(connection, current, pinned, events)
    terms = await terms_of(connection, current, pinned)
    progress = progress_of(terms, events)
    if progress is None:
        raise ValueError("a ticket begins with a fact")
    timeline = view(terms, progress, now)
    marks, called = _marked((), None, timeline, events, now)
    kept = kept_of(draft["id"], terms, progress, timeline, marks, is_imported=draft["source"] is not None)
    kept = await located(connection, kept, {})
    row = {
        **draft,
        "priority": timeline.priority or draft["promised_priority"],
        "terms": pinned.document(),
        "events": len(events) + len(called),
        "version": 1,
        "folded_at": now,
    }
    keys = source_keys or [None] * len(events)
    rows = [event_row(draft["id"], event, key) for event, key in zip(events, keys, strict=True)]
    written = Written([*rows, *(event_row(draft["id"], mark) for mark in called)], leaving)
    key = await insert_ticket(connection, pinned.provider, row, kept, written, only_under=only_under)
    return None if key is None else {**row, **kept.ticket, "key": key}


async def append(
    connection: Connection,
    current: Current,
    held: Unfolded,
    events: Sequence[Event],
    *,
    now: datetime,
    leaving: Sequence[OutboxValues] = (),
    source_keys: Sequence[str | None] = (),
    columns: Row | None = None,
) -> Row:
    """Write these events onto a held ticket, and what the fold says then; its row as it is now.

    `columns` are those of its row that no fold gives and that change with the act. It is folded with what `current`
    knows, in one statement that holds only while that is current; else folded again.
    """
    while True:  # each turn is a change that somebody committed meanwhile
        try:
            return await _append_under(connection, current, held, events, now, leaving, source_keys, columns or {})
        except Superseded as superseded:
            current = Current(superseded.token, current.working_times)
            held = await unfold(connection, current, held.row)


async def _append_under(
    connection: Connection,
    current: Current,
    held: Unfolded,
    events: Sequence[Event],
    now: datetime,
    leaving: Sequence[OutboxValues],
    source_keys: Sequence[str | None],
    columns: Row,
) -> Row:
    """The act as this generation has it. Superseded."""
    ticket_id = held.row["id"]
    pinned = await with_calendars(connection, current, held.pinned, events)
    is_ruled = any(isinstance(event.payload, Ruling) for event in events)
    terms = held.terms
    if is_ruled or pinned != held.pinned:
        terms = await terms_of(connection, current, pinned, [*held.events, *events])
    progress = _joined(terms, held, events)
    timeline = view(terms, progress, now)
    marks, called = _marked(held.events, held.at(now), timeline, events, now)
    kept = kept_of(ticket_id, terms, progress, timeline, marks, is_imported=held.row["source"] is not None)
    departments = await link_departments(connection, ticket_id) if progress.links else {}
    kept = await located(connection, kept, departments)
    before = ledger_of(ticket_id, held.terms, held.progress)
    changed = {
        "priority": timeline.priority or held.row["promised_priority"],
        "terms": pinned.document(),
        "events": held.row["events"] + len(events) + len(called),
        "folded_at": now,
    }
    keys = source_keys or [None] * len(events)
    rows = [event_row(ticket_id, event, key) for event, key in zip(events, keys, strict=True)]
    rows += [event_row(ticket_id, mark) for mark in called]
    version = await update_ticket(
        connection,
        ticket_id,
        changed,
        kept,
        Written(rows, leaving),
        same_ledger_rows=first_difference(before, kept.ledger),
        only_under=current.token,
        columns=columns,
    )
    return {**held.row, **changed, **columns, **kept.ticket, "version": version}


def _marked(
    known: Sequence[Event], before: Timeline | None, after: Timeline, events: Sequence[Event], now: datetime
) -> tuple[Marks, list[Event]]:
    """The marks that these events call for at once, and what all marks say then."""
    marks = dict(marks_of(known))
    first = len(known) + len(events) + 1
    called = [
        Event(uuid7(), sequence, now, now, ActingSide(Side.SYSTEM, automatic=True), mark)
        for sequence, mark in enumerate(called_for(marks, before, after, events[-1].id), first)
    ]
    for event in called:
        add_mark(marks, event)
    return marks, called


def _joined(terms: Terms, held: Unfolded, events: Sequence[Event]) -> Progress:
    """What all events come to; new ones join what is known where they are the next, else all are folded again."""
    progress: Progress | None = held.progress
    try:
        if terms is not held.terms:
            raise LateFact
        for event in sorted(events, key=lambda each: each.key):
            progress = advance(terms, progress, event)
    except LateFact:
        progress = progress_of(terms, [*held.events, *events])
    if progress is None:
        raise ValueError("a ticket keeps its first fact")
    return progress
