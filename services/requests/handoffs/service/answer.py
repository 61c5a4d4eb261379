"""Answers to an offer, and the end of a part: who accepts, refuses, withdraws or returns it. One of two wins."""

from datetime import datetime
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.handoffs.policies import can_act_for
from services.requests.handoffs.refusals import ForOfferer, ForReceiver, told_as_problems
from services.requests.handoffs.service.held import ticket_of_link
from services.requests.handoffs.service.showing import Told, told_link
from services.requests.handoffs.service.telling import tell_of_end
from services.requests.timeline.facts import HandOffAccepted, HandOffEnded
from services.requests.timeline.posting import check_held, check_unanswered
from services.requests.timeline.vocabulary import LinkEnd
from services.shared.auth import Actor
from services.shared.db import Connection


async def accept_hand_off(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, link_id: UUID, *, now: datetime
) -> Told:
    """The department takes over what it was offered; the link. ANSWER_PROBLEMS, ForReceiver."""
    held = await ticket_of_link(connection, terms, actor, ticket_id, link_id)
    link = held.link(link_id)
    if not can_act_for(actor, held.departments.get(link_id)):
        raise ForReceiver
    with told_as_problems():
        check_unanswered(held.ticket.progress.links, link_id)
    fact = HandOffAccepted(link_id, link.department, link.wait, link.parent)
    await held.record(connection, held.acting(actor, link_id), fact, now)
    return await told_link(connection, terms, actor, ticket_id, link_id, now=now)


async def bounce_hand_off(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    link_id: UUID,
    *,
    reason: str,
    now: datetime,
) -> Told:
    """The department refuses what it was offered; the link. ANSWER_PROBLEMS, ForReceiver."""
    return await _end(connection, terms, actor, ticket_id, HandOffEnded(link_id, LinkEnd.BOUNCED, reason), now)


async def withdraw_hand_off(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    link_id: UUID,
    *,
    reason: str | None,
    now: datetime,
) -> Told:
    """Whoever offered takes the offer back; the link. ANSWER_PROBLEMS, ForOfferer."""
    return await _end(connection, terms, actor, ticket_id, HandOffEnded(link_id, LinkEnd.WITHDRAWN, reason), now)


async def return_hand_off(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    link_id: UUID,
    *,
    reason: str | None,
    now: datetime,
) -> Told:
    """The department has done its part, or gives it back; the link. RETURN_PROBLEMS, ForReceiver."""
    return await _end(connection, terms, actor, ticket_id, HandOffEnded(link_id, LinkEnd.RETURNED, reason), now)


async def _end(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, fact: HandOffEnded, now: datetime
) -> Told:
    held = await ticket_of_link(connection, terms, actor, ticket_id, fact.link_id)
    link = held.link(fact.link_id)
    acting_for = link.parent if fact.end is LinkEnd.WITHDRAWN else link.id
    if fact.end is LinkEnd.WITHDRAWN:
        if not can_act_for(actor, held.offerer_of(link.parent)):
            raise ForOfferer
    elif not can_act_for(actor, held.departments.get(link.id)):
        raise ForReceiver
    with told_as_problems():
        check = check_held if fact.end is LinkEnd.RETURNED else check_unanswered
        check(held.ticket.progress.links, link.id)
    row = await held.record(connection, held.acting(actor, acting_for), fact, now)
    if fact.end is LinkEnd.BOUNCED:
        await tell_of_end(connection, row, held, link, fact, now=now)
    return await told_link(connection, terms, actor, ticket_id, link.id, now=now)
