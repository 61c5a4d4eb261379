"""A ticket with its hand-offs, held for an act on one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.tickets.policies import can_read_ticket, serves
from services.requests.tickets.queries.read import find_ticket, hold_ticket
from services.requests.tickets.refusals import UnknownLink, UnknownTicket
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.chain import LinkFold
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import (
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
)
from services.requests.timeline.links import Link
from services.requests.timeline.rulings import FreezeRuled
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection

SYSTEM = ActingSide(Side.SYSTEM, automatic=True)


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """The ticket, unfolded under one generation; `departments` are those of its links by the link's id."""

    current: Current
    ticket: Unfolded
    departments: dict[UUID, UUID | None]

    def link(self, link_id: UUID, pointer: str | None = None) -> Link:
        """The ticket's link with this id. UnknownLink."""
        found = next((link for link in self.ticket.progress.links if link.id == link_id), None)
        if found is None:
            raise UnknownLink(pointer=pointer)
        return found

    def offer_of(self, link_id: UUID) -> Event | None:
        """The event that offered it; none where another system handed it on."""
        events = (event for event in in_effect(self.ticket.events) if isinstance(event.payload, HandOffOffered))
        return next((e for e in events if isinstance(e.payload, HandOffOffered) and e.payload.link_id == link_id), None)

    def question_of(self, link_id: UUID) -> Event | None:
        """The event of the latest question that its department asked."""
        events = (event for event in reversed(in_effect(self.ticket.events)))
        return next((e for e in events if isinstance(e.payload, HandOffAsked) and e.payload.link_id == link_id), None)

    def folds(self) -> Sequence[LinkFold]:
        """Each link as a small ticket, in their order."""
        return chained(self.ticket.terms, self.ticket.progress, self.ticket.events).after

    def reason_of(self, link_id: UUID) -> str | None:
        """Why it ended, if somebody said so."""
        for event in in_effect(self.ticket.events):
            match event.payload:
                case HandOffEnded(link_id=ended, reason=str(reason)) if ended == link_id:
                    return reason
        return None

    def offerer_of(self, parent_id: UUID | None) -> UUID | None:
        """The department that hands on from that link, or (None) from the ticket itself."""
        if parent_id is not None:
            return self.departments.get(parent_id)
        provider: UUID = self.ticket.row["provider_department_id"]
        return provider

    def acting(self, actor: Actor, link_id: UUID | None) -> ActingSide:
        """The actor for the department of that link, or (None) for the ticket's provider."""
        if link_id is None:
            return ActingSide(Side.PROVIDER, actor.id, automatic=actor.is_client)
        return ActingSide(Side.DEPARTMENT, actor.id, self.link(link_id).department, automatic=actor.is_client)

    async def record(
        self,
        connection: Connection,
        acting: ActingSide,
        fact: HandOffOffered | HandOffAccepted | HandOffEnded | HandOffAsked | HandOffAnswered,
        now: datetime,
        *,
        at: datetime | None = None,
        rulings: Sequence[FreezeRuled] = (),
    ) -> Row:
        """Write the fact, `at` that instant or else now, not before the latest fact; the ticket's row as it is then.

        `rulings` come with it, and just after it.
        """
        held, number = self.ticket, self.ticket.next_sequence
        at = at or max(now, held.progress.latest[0])
        events = [Event(uuid7(), number, at, now, acting, fact)]
        events += [Event(uuid7(), n, at, max(at, now), SYSTEM, each) for n, each in enumerate(rulings, number + 1)]
        return await append(connection, self.current, held, events, now=now)


async def held_ticket(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, *, hold: bool = True
) -> HeldTicket:
    """The ticket, if the actor may read it; with `hold` for this transaction. UnknownTicket."""
    current = await terms.current(connection.fetch)
    return await unfolded(connection, current, await readable_ticket(connection, actor, ticket_id, hold=hold))


async def ticket_of_link(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, link_id: UUID, *, hold: bool = True
) -> HeldTicket:
    """The same for an act on a link, also by whoever was offered it and is told that it has ended. UnknownTicket."""
    current = await terms.current(connection.fetch)
    row = await (hold_ticket if hold else find_ticket)(connection, ticket_id)
    if row is None or not (can_read_ticket(actor, row, row["holders"]) or _was_offered(actor, row, link_id)):
        raise UnknownTicket
    return await unfolded(connection, current, row)


def _was_offered(actor: Actor, row: Row, link_id: UUID) -> bool:
    links = zip(row["link_ids"], row["link_departments"], strict=True)
    return any(department is not None and serves(actor, department) for each, department in links if each == link_id)


async def unfolded(connection: Connection, current: Current, row: Row) -> HeldTicket:
    """The ticket of this row."""
    departments = dict(zip(row["link_ids"], row["link_departments"], strict=True))
    return HeldTicket(current, await unfold(connection, current, row), departments)
