"""What a ticket's readers see besides the ticket: its history, what was written, its time ledger."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.policies import reads_internal
from services.requests.tickets.queries.read import ClockOf, clock_ids
from services.requests.tickets.refusals import UnknownLink
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.rules.stored import Row, event_row
from services.requests.tickets.rules.words import is_internal, spoken_in
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.chain import LinkFold
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import HandOffOffered
from services.requests.timeline.fold import Timeline, view
from services.requests.timeline.ledger import Interval
from services.requests.timeline.marking import Marks, marks_of
from services.requests.timeline.payloads import encode
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms
from services.shared.auth import Actor
from services.shared.db import Connection


class Part(NamedTuple):
    """The ticket itself or one of its links: what it is promised, how far it has come, what was announced of it."""

    terms: Terms
    progress: Progress
    marks: Marks
    link: LinkFold | None = None

    def at(self, now: datetime) -> Timeline:
        """It at `now`."""
        return view(self.terms, self.progress, now)


class Shown(NamedTuple):
    """A ticket unfolded, and the ids of its clocks and those of its links."""

    ticket: Unfolded
    clock_ids: dict[ClockOf, UUID]

    def part(self, link_id: UUID | None) -> Part:
        """That link of the ticket as a small ticket, or (None) the ticket itself. UnknownLink."""
        held = self.ticket
        if link_id is None:
            return Part(held.terms, held.progress, marks_of(held.events))
        links = chained(held.terms, held.progress, held.events).after
        fold = next((each for each in links if each.link.id == link_id), None)
        if fold is None:
            raise UnknownLink(pointer="?link_id")
        return Part(fold.terms, fold.progress, marks_of(held.events, link_id), fold)


async def shown_ticket(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> Shown:
    """The ticket with its events and clocks as one snapshot has them: an act in between changes all or nothing."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        current = await terms.current(connection.fetch)
        unfolded = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id))
        return Shown(unfolded, await clock_ids(connection, ticket_id))


async def show_history(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[Row]:
    """The ticket's events in the order in which they were recorded, without what is internal to the other side."""
    shown, _ = await shown_ticket(connection, terms, actor, ticket_id)
    irregular = shown.at(now).irregular
    return [
        {**event_row(ticket_id, event), "payload": _told_in(event), "irregular": event.id in irregular}
        for event in shown.events
        if _is_open_to(actor, shown.row, event)
    ]


def _told_in(event: Event) -> dict[str, Any]:
    """What an event says. What an offer pinned is between two departments; clocks tell what of it holds here."""
    left_out = {"terms"} if isinstance(event.payload, HandOffOffered) else set()
    return {name: value for name, value in encode(event.payload).items() if name not in left_out}


async def show_comments(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> list[Row]:
    """What was written on the ticket, in order: comments, and the questions and words that came with steps.

    What was taken back is in the history alone.
    """
    shown, _ = await shown_ticket(connection, terms, actor, ticket_id)
    return [
        told
        for event in in_effect(shown.events)
        if _is_open_to(actor, shown.row, event) and (told := comment_of(event)) is not None
    ]


async def show_ledger(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    now: datetime,
    *,
    link_id: UUID | None = None,
) -> list[dict[str, Any]]:
    """The time ledger of the ticket, or of that link, until it ended, else until `now`. UnknownTicket, UnknownLink."""
    shown = await shown_ticket(connection, terms, actor, ticket_id)
    return [_interval(line) for line in shown.part(link_id).at(now).ledger]


def comment_of(event: Event) -> dict[str, Any] | None:
    """What an event says in words; none for one that says nothing."""
    words = spoken_in(event)
    if words is None:
        return None
    return {
        "id": event.id,
        "body": words.body,
        "visibility": words.visibility,
        "side": event.actor.side,
        "author_id": event.actor.id,
        "answers": words.answers,
        "created_at": event.occurred_at,
    }


def _is_open_to(actor: Actor, row: Row, event: Event) -> bool:
    return not is_internal(event) or reads_internal(actor, row, row["holders"])


def _interval(line: Interval) -> dict[str, Any]:
    return {
        "from": line.from_,
        "to": line.to,
        "party": str(line.party),
        "reason": line.reason,
        "also": [str(party) for party in line.also],
        "wall_seconds": line.wall,
        "working_seconds": line.working,
    }
