"""What a ticket's readers see of its hand-offs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.handoffs.rules import moves_of, state_of
from services.requests.handoffs.service.held import HeldTicket, held_ticket, ticket_of_link
from services.requests.tickets.rules.measured import counts_of
from services.requests.timeline.chain import LinkFold
from services.requests.timeline.vocabulary import ClockName, Side
from services.shared.auth import Actor
from services.shared.db import Connection

Told = dict[str, Any]


async def show_hand_offs(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, *, now: datetime
) -> Told:
    """The ticket's hand-offs, the first offered first, and how often its work moved. UnknownTicket."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        held = await held_ticket(connection, terms, actor, ticket_id, hold=False)
    items = [_told(held, fold, now) for fold in held.folds()]
    return {"items": items, "next": None, **moves_of(held.ticket.progress.links)._asdict()}


async def told_link(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, link_id: UUID, *, now: datetime
) -> Told:
    """One hand-off as it is after an act on it, in the transaction of the act."""
    held = await ticket_of_link(connection, terms, actor, ticket_id, link_id, hold=False)
    return next(_told(held, fold, now) for fold in held.folds() if fold.link.id == link_id)


def _told(held: HeldTicket, fold: LinkFold, now: datetime) -> Told:
    link, offered, timeline = fold.link, fold.offered, fold.at(now)
    counts = counts_of(timeline.clocks)
    due = (each.due_at for each in timeline.clocks if each.clock is ClockName.RESOLUTION and each.is_open)
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
        "asks": link.asks,
        "lapses_at": fold.lapses_at(timeline),
        "due_at": next(due, None),
        "agreement_version_id": fold.progress.terms.agreement_version_id,
        "provider": counts[Side.PROVIDER]._asdict(),
        "customer": counts[Side.CUSTOMER]._asdict(),
        "reason": held.reason_of(link.id),
    }
