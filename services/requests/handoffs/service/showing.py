"""What a ticket's readers see of its hand-offs."""

from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.handoffs.rules import moves_of, state_of
from services.requests.handoffs.service.held import HeldTicket, held_ticket
from services.requests.timeline.links import Link
from services.shared.auth import Actor
from services.shared.db import Connection

Told = dict[str, Any]


async def show_hand_offs(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> Told:
    """The ticket's hand-offs, the first offered first, and how often its work moved. UnknownTicket."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        held = await held_ticket(connection, terms, actor, ticket_id, hold=False)
    links = held.ticket.progress.links
    return {"items": [_told(held, link) for link in links], "next": None, **moves_of(links)._asdict()}


async def told_link(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, link_id: UUID) -> Told:
    """One hand-off as it is after an act on it, in the transaction of the act."""
    held = await held_ticket(connection, terms, actor, ticket_id, hold=False)
    return _told(held, held.link(link_id))


def _told(held: HeldTicket, link: Link) -> Told:
    offered = held.offered(link.id)
    return {
        "id": link.id,
        "state": state_of(link),
        "department_id": held.departments.get(link.id),
        "department": link.department,
        "offered_by": held.offerer_of(link.parent),
        "parent_id": link.parent,
        "wait": link.wait,
        "offering_id": offered.offering_id if offered else None,
        "needed_by": offered.needed_by if offered else None,
        "fields": dict(offered.fields) if offered else {},
        "comment": offered.comment if offered else None,
        "offered_at": link.offered_at,
        "accepted_at": link.accepted_at,
        "ended_at": link.ended_at,
        "outcome": link.end,
        "reason": held.reason_of(link.id),
    }
