"""Hand-offs as accepted links: another department takes over part of a ticket, and gives it back.

Offering, bouncing and lapsing, and with them the routes, come with the issue on chains; the facts are the same.
"""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.recording import append, readable_ticket, unfold
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import HandOffAccepted, HandOffEnded
from services.requests.timeline.posting import check_hand_off, check_hand_off_end
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection


async def take_over(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    department: str,
    *,
    wait: bool = True,
    parent: UUID | None = None,
    now: datetime,
) -> UUID:
    """The department with that code takes over, under the provider or the holder of `parent`; the link's id.

    The actor is of that department, which until then does not read the ticket: that it was offered is the caller's to
    know. UnknownTicket, and the timeline's HandOffRefused.
    """
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        raise UnknownTicket
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, row)
    timeline = held.at(now)
    check_hand_off(timeline.state, timeline.links, department, provider=held.pinned.provider, parent=parent)
    link_id = uuid7()
    acting = ActingSide(Side.DEPARTMENT, actor.id, department)
    fact = HandOffAccepted(link_id, department, wait, parent)
    event = Event(uuid7(), held.next_sequence, max(now, held.progress.latest[0]), now, acting, fact)
    await append(connection, current, held, [event], now=now)
    return link_id


async def give_back(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, link_id: UUID, *, now: datetime
) -> Row:
    """The link's department has done its part. UnknownTicket, and the timeline's LinkNotOpen."""
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    links = held.at(now).links
    check_hand_off_end(links, link_id)
    department = next(link.department for link in links if link.id == link_id)
    acting = ActingSide(Side.DEPARTMENT, actor.id, department)
    event = Event(uuid7(), held.next_sequence, max(now, held.progress.latest[0]), now, acting, HandOffEnded(link_id))
    return await append(connection, current, held, [event], now=now)
