"""What follows from new events on a ticket: how it stands, the marks they call for at once, and all that is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.tickets.rules.chained import UNCHAINED, Chained, Parts
from services.requests.tickets.rules.stored import Kept, Row, event_row, kept_of, with_outcomes
from services.requests.timeline.after_decisions import outcomes_of
from services.requests.timeline.events import Actor, Event, in_effect
from services.requests.timeline.fold import LateFact, Timeline, advance, progress_of, view
from services.requests.timeline.marking import ClockKey, Fired, Marks, add_mark, called_for
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import EventKind, Side

_NOBODY = Actor(Side.SYSTEM, automatic=True)


@dataclass(frozen=True, slots=True)
class Stride:
    """An event that joined a ticket, and how far it had come before (None: not begun) and after."""

    before: Progress | None
    after: Progress
    event: Event


def strides_of(terms: Terms, events: Sequence[Event]) -> list[Stride]:
    """All these events from the first fact on, one after the other. `ValueError` where none of them counts."""
    progress: Progress | None = None
    strides: list[Stride] = []
    for event in in_effect(events):
        if progress is not None or event.kind is EventKind.FACT:
            after = advance(terms, progress, event)
            strides.append(Stride(progress, after, event))
            progress = after
    if not strides:
        raise ValueError("a ticket begins with a fact")
    return strides


def strides_after(
    terms: Terms, progress: Progress, known: Sequence[Event], events: Sequence[Event], *, same_terms: bool
) -> list[Stride]:
    """New events one after the other where they are the next; else all are folded again, in one stride.

    `progress` is what the `known` events came to, under these terms (`same_terms`) or under those of before.
    """
    strides: list[Stride] = []
    try:
        if not same_terms:
            raise LateFact
        before = progress
        for event in sorted(events, key=lambda each: each.key):
            if event.kind is EventKind.DECISION:
                strides.append(Stride(before, before, event))
                continue
            strides.append(Stride(before, advance(terms, before, event), event))
            before = strides[-1].after
    except LateFact:
        again = progress_of(terms, [*known, *events])
        if again is None:
            raise ValueError("a ticket keeps its first fact") from None
        return [Stride(progress, again, events[-1])]
    return strides


@dataclass(frozen=True, slots=True)
class Following:
    """A ticket with its new events, of which the last stride leads to `progress`; `marks` come after them.

    `parts` are its links, each as it was before (None: it was not) and as it is, by the link's id.
    """

    strides: Sequence[Stride]
    progress: Progress
    before: Timeline | None
    timeline: Timeline
    marks: Sequence[Event]
    kept: Kept
    parts: Parts

    def each_part(self) -> Iterator[tuple[UUID | None, Timeline | None, Timeline]]:
        """The ticket itself (None) before and now, then each link."""
        yield None, self.before, self.timeline
        for link, told in self.parts.items():
            yield link, *told

    def rows(self, ticket_id: UUID, events: Sequence[Event], source_keys: Sequence[str | None]) -> list[Row]:
        """The rows of these events and of the marks; `source_keys` go with the events of an import."""
        keys = [*(source_keys or [None] * len(events)), *([None] * len(self.marks))]
        return [event_row(ticket_id, event, key) for event, key in zip([*events, *self.marks], keys, strict=True)]


def follow(
    ticket: Row,
    terms: Terms,
    strides: Sequence[Stride],
    *,
    known: Marks,
    next_sequence: int,
    now: datetime,
    chain: Chained = UNCHAINED,
    events: Sequence[Event] = (),
) -> Following:
    """What follows from these strides of the ticket (`id`, `source`, `promised_priority` of its row).

    `known` is what was fired already; `next_sequence` is the one of the first mark; `chain` are the ticket's links.
    `events` are all of the ticket's, where any of them may be a decision.
    """
    began, progress = strides[0].before, strides[-1].after
    at = max(now, progress.latest[0])
    before = view(terms, began, at) if began else None
    timeline = view(terms, progress, at)
    marks: list[Event] = []
    by = strides[-1].event.id
    fired: dict[UUID | None, dict[ClockKey, Fired]] = {link: dict(each) for link, each in chain.marks.items()}
    fired[None] = dict(known)
    parts = chain.parts(at)
    for mark in (*called_for(known, before, timeline, by), *chain.called_for(parts, by)):
        event = Event(uuid7(), next_sequence + len(marks), now, now, _NOBODY, mark)
        add_mark(fired.setdefault(mark.link, {}), event)
        marks.append(event)
    links = [(fold, parts[fold.link.id][1], fired.get(fold.link.id, {})) for fold in chain.after]
    is_imported = ticket["source"] is not None
    kept = kept_of(ticket["id"], terms, progress, timeline, fired[None], is_imported=is_imported, links=links)
    kept = with_outcomes(kept, outcomes_of(terms, events, at))
    columns = {**kept.ticket, **ruled_columns(progress, timeline, ticket["promised_priority"])}
    return Following(strides, progress, before, timeline, marks, kept._replace(ticket=columns), parts)


def ruled_columns(progress: Progress, timeline: Timeline, promised_priority: str) -> Row:
    """The columns that rulings change; `promised_priority` is the one of before."""
    promised = timeline.promised_priority or promised_priority
    return {
        "agreement_version_id": progress.terms.agreement_version_id,
        "priority": timeline.priority or promised,
        "promised_priority": promised,
    }
