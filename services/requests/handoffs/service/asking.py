"""A department that holds a part asks whoever handed it on, or whoever asked for the whole; and is answered."""

from datetime import datetime
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.handoffs.policies import can_act_for
from services.requests.handoffs.refusals import ForAsked, ForReceiver, told_as_problems
from services.requests.handoffs.schemas import NewQuestion
from services.requests.handoffs.service.held import HeldTicket, ticket_of_link
from services.requests.handoffs.service.showing import Told, told_link
from services.requests.handoffs.service.telling import tell_of_answer, tell_of_question
from services.requests.tickets.policies import sides_of
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.facts import HandOffAnswered, HandOffAsked
from services.requests.timeline.links import Link
from services.requests.timeline.posting import check_asking, check_held
from services.requests.timeline.vocabulary import Asks, Side, Visibility
from services.shared.auth import Actor
from services.shared.db import Connection


async def ask_on_hand_off(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    link_id: UUID,
    new: NewQuestion,
    *,
    now: datetime,
) -> Told:
    """The part waits for an answer of whom the department asks; the link. RETURN_PROBLEMS, ForReceiver."""
    held = await ticket_of_link(connection, terms, actor, ticket_id, link_id)
    link = held.link(link_id)
    if not can_act_for(actor, held.departments.get(link_id)):
        raise ForReceiver
    with told_as_problems():
        check_held(held.ticket.progress.links, link_id)
    fact = HandOffAsked(link_id, new.comment, new.asks, _seen_by(new.asks))
    row = await held.record(connection, held.acting(actor, link_id), fact, now)
    await tell_of_question(connection, row, held, link, fact, now=now)
    return await told_link(connection, terms, actor, ticket_id, link_id, now=now)


async def answer_on_hand_off(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    link_id: UUID,
    *,
    comment: str,
    now: datetime,
) -> Told:
    """Whoever was asked answers, or who handed the part on does; the link. ASKING_PROBLEMS, ForAsked."""
    held = await ticket_of_link(connection, terms, actor, ticket_id, link_id)
    link = held.link(link_id)
    acting = _answering(held, actor, link)
    with told_as_problems():
        check_asking(held.ticket.progress.links, link_id)
    fact = HandOffAnswered(link_id, comment, _seen_by(link.asks))
    row = await held.record(connection, acting, fact, now)
    await tell_of_answer(connection, row, held, link, fact, now=now)
    return await told_link(connection, terms, actor, ticket_id, link_id, now=now)


def _seen_by(asks: Asks | None) -> Visibility:
    """What is asked of whoever handed the part on is between the two."""
    return Visibility.PUBLIC if asks is Asks.REQUESTER else Visibility.INTERNAL


def _answering(held: HeldTicket, actor: Actor, link: Link) -> ActingSide:
    """For whom the actor answers. ForAsked."""
    row = held.ticket.row
    if link.asks is Asks.REQUESTER and Side.CUSTOMER in sides_of(actor, row, row["holders"]):
        return ActingSide(Side.CUSTOMER, actor.id, automatic=actor.is_client)
    if not can_act_for(actor, held.offerer_of(link.parent)):
        raise ForAsked
    return held.acting(actor, link.parent)
