"""The one way in which events get onto tickets that are there: folded with what is new, written with all that follows.

Of one ticket or of many, it is one statement; and one fold for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import Current
from services.requests.messages.service import post_messages
from services.requests.tickets.queries.acts import Acted, update_tickets
from services.requests.tickets.queries.read import link_departments, offering_as_pinned
from services.requests.tickets.queries.search import keep_words
from services.requests.tickets.queries.write import Superseded, Written
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.rules.stored import Kept, Row, first_difference, ledger_of
from services.requests.tickets.rules.words import changes_words, said_in
from services.requests.tickets.service.breached import dossiers_of, keep_dossiers
from services.requests.tickets.service.following import Following, Stride, follow, strides_after
from services.requests.tickets.service.handing import handed_with
from services.requests.tickets.service.leaving import as_rows, fulfils, measured_with, told_of
from services.requests.tickets.service.locating import located, with_calendars
from services.requests.tickets.service.recording import Unfolded, named_in, terms_of, unfold
from services.requests.tickets.service.standing_in import as_deputies
from services.requests.tickets.service.telling import told_of_marks
from services.requests.timeline.decisions import Decision
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.marking import marks_of
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import Ruling
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection
from services.shared.outbox import PublishedEvent

SYSTEM = Actor(Side.SYSTEM, automatic=True)


@dataclass(frozen=True, slots=True)
class Act:
    """New events on a held ticket, at `now`. Without any its rows are written anew as the fold has them.

    `source_keys` go with the events of an import; `columns` are those of its row that no fold gives and that change.
    """

    held: Unfolded
    events: Sequence[Event]
    now: datetime
    source_keys: Sequence[str | None] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Folded:
    """An act with all that follows from it, yet to be written."""

    act: Act
    follows: Following
    acted: Acted

    @property
    def row(self) -> Row:
        """The ticket's row as it is then."""
        return self.acted.ticket


def by_system(held: Unfolded, payloads: Sequence[Ruling | Decision], now: datetime) -> Act:
    """That these are ruled or decided, by nobody's hand.

    What was announced while we waited for the ticket is before it, and stands.
    """
    at = held.after_records(now)
    numbered = enumerate(payloads, held.next_sequence)
    return Act(held, [Event(uuid7(), number, at, at, SYSTEM, each) for number, each in numbered], at)


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
    """Write these events onto a held ticket (an `Act`), and all that follows from them; its row as it is now.

    It is folded with what `current` knows, in one statement that holds only while that is current; else folded again.
    """
    events = await as_deputies(connection.fetch, held.row, events, now)
    act = Act(held, events, now, source_keys, columns or {})
    while True:  # each turn is a change that somebody committed meanwhile
        try:
            folded = await fold_act(connection, current, act)
            await write_acts(connection, current, [folded])
            break
        except Superseded as superseded:
            current = Current(superseded.token, current.working_times)
            act = replace(act, held=await unfold(connection, current, held.row))
    await tell_of_acts(connection, [folded])
    return folded.row


async def fold_act(connection: Connection, current: Current, act: Act) -> Folded:
    """The act as this generation has it."""
    held, events, now = act.held, act.events, act.now
    pinned = await with_calendars(connection, current, held.pinned, events)
    terms = await _terms_with(connection, current, held, pinned, events)
    strides = (
        strides_after(terms, held.progress, held.events, events, same_terms=terms is held.terms)
        if events
        else [Stride(held.progress, held.progress, held.events[-1])]
    )
    all_events = [*held.events, *events]
    follows = follow(
        held.row,
        terms,
        strides,
        known=marks_of(held.events),
        next_sequence=held.next_sequence + len(events),
        now=now,
        chain=chained(terms, strides[-1].after, all_events, held.events, (held.terms, held.progress)),
        events=all_events,
    )
    departments = await link_departments(connection, held.row["id"]) if follows.progress.links else {}
    kept = await located(connection, follows.kept, departments, held.row["provider_department_id"])
    row = {
        **held.row,
        **act.columns,
        **kept.ticket,
        "terms": held.row["terms"] if pinned is held.pinned else pinned.document,
        "events": held.row["events"] + len(events) + len(follows.marks),
        "version": held.row["version"] + 1,
        "folded_at": now,
    }
    handed = handed_with(row, follows, {link["id"]: link["department_id"] for link in kept.links})
    measured = measured_with(row, follows, kept.links)
    told = as_rows([*await _told(connection, row, follows), *measured, *handed], now)
    acted = Acted(
        row,
        kept,
        Written(follows.rows(row["id"], events, act.source_keys), told),
        same_ledger_rows=_same_ledger_rows(held, terms, follows, kept),
        same_rounds=follows.progress.rounds == held.progress.rounds,
        had_links=bool(held.progress.links),
    )
    return Folded(act, follows, acted)


async def write_acts(connection: Connection, current: Current, acts: Sequence[Folded]) -> None:
    """Write these acts, each on another ticket, with their words and dossiers. Superseded, and nothing is written."""
    columns = {name for each in acts for name in each.act.columns}
    await update_tickets(connection, [each.acted for each in acts], only_under=current.token, columns=columns)
    for each in acts:
        events = each.act.events
        if any(changes_words(event) for event in events):
            await keep_words(connection, each.row, said_in([*each.act.held.events, *events]))
    found = [
        dossiers_of(each.row, each.follows, each.acted.kept.links, each.act.now, is_history=bool(each.act.source_keys))
        for each in acts
    ]
    await keep_dossiers(connection, found)


async def tell_of_acts(connection: Connection, acts: Sequence[Folded]) -> None:
    """Tell people what these acts passed or refuted: once in a transaction, after everything else."""
    marked = [(each.row, each.follows.marks) for each in acts if each.follows.marks and each.row["source"] is None]
    if marked:
        posts = await told_of_marks(connection.fetch, marked)
        await post_messages(connection.fetch, posts, now=max(each.act.now for each in acts))


async def _terms_with(
    connection: Connection, current: Current, held: Unfolded, pinned: PinnedTerms, events: Sequence[Event]
) -> Terms:
    """The terms with the calendars that these events name: the same as before where they name none that is new."""
    if pinned == held.pinned and _knows(held.terms, events):
        return held.terms
    return await terms_of(connection, current, pinned, [*held.events, *events])


def _knows(terms: Terms, events: Sequence[Event]) -> bool:
    try:
        for calendar_id in named_in(events):
            terms.known(calendar_id)
    except LookupError:
        return False
    return True


def _same_ledger_rows(held: Unfolded, terms: Terms, follows: Following, kept: Kept) -> int:
    """How many rows at the beginning of the ledger are as they were: all, where nobody else is charged for anything."""
    before, after = held.progress, follows.progress
    if terms is held.terms and after.account is before.account and after.overlay is before.overlay:
        return len(kept.ledger)
    return first_difference(ledger_of(held.row["id"], held.terms, before), kept.ledger)


async def _told(connection: Connection, row: Row, follows: Following) -> list[PublishedEvent]:
    """What other services hear of the act."""
    name = ""
    if any(fulfils(stride) for stride in follows.strides):
        name = (await offering_as_pinned(connection, row["offering_id"], row["offering_version"])).name
    return [event for stride in follows.strides for event in told_of(row, name, stride)]
