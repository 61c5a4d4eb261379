"""Whom an offer is told to, and who hears that one came to nothing."""

from datetime import datetime
from uuid import UUID

from services.requests.handoffs.service.held import HeldTicket
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import people_serving
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.facts import HandOffAnswered, HandOffAsked, HandOffEnded, HandOffOffered
from services.requests.timeline.links import Link
from services.requests.timeline.vocabulary import Asks
from services.shared.auth import Actor
from services.shared.db import Connection


async def tell_of_offer(
    connection: Connection, ticket: Row, fact: HandOffOffered, department_id: UUID, actor: Actor, *, now: datetime
) -> None:
    """The agents and managers of the department to which it was offered hear of it."""
    people = (await people_serving(connection.fetch, [department_id])) - {actor.id}
    about = {**_about(ticket, fact.link_id), "department": fact.department, "comment": fact.comment}
    await _post(connection, ticket, people, MessageKind.HAND_OFF_OFFERED, about, now)


async def tell_of_end(
    connection: Connection, ticket: Row, held: HeldTicket, link: Link, fact: HandOffEnded, *, now: datetime
) -> None:
    """Who offered it hears that the offer came to nothing."""
    people = await _offerers(connection, held, link)
    about = {**_about(ticket, link.id), "department": link.department, "outcome": fact.end.value, "reason": fact.reason}
    await _post(connection, ticket, people, MessageKind.HAND_OFF_ENDED, about, now)


async def tell_of_question(
    connection: Connection, ticket: Row, held: HeldTicket, link: Link, fact: HandOffAsked, *, now: datetime
) -> None:
    """Whom the department asks: the requester, or who offered."""
    requester_id = ticket["requester_id"] if fact.asks is Asks.REQUESTER else None
    people = {requester_id} if requester_id else await _offerers(connection, held, link)
    about = {**_about(ticket, link.id), "department": link.department, "comment": fact.comment}
    await _post(connection, ticket, people, MessageKind.HAND_OFF_ASKED, about, now)


async def tell_of_answer(
    connection: Connection, ticket: Row, held: HeldTicket, link: Link, fact: HandOffAnswered, *, now: datetime
) -> None:
    """Who asked last hears the answer."""
    asked = held.question_of(link.id)
    people = {asked.actor.id} if asked is not None and asked.actor.id and not asked.actor.automatic else set()
    about = {**_about(ticket, link.id), "comment": fact.comment}
    await _post(connection, ticket, people, MessageKind.HAND_OFF_ANSWERED, about, now)


async def _offerers(connection: Connection, held: HeldTicket, link: Link) -> set[UUID]:
    """The person who offered it; where a program did, whoever serves that department."""
    offered = held.offer_of(link.id)
    if offered is not None and offered.actor.id is not None and not offered.actor.automatic:
        return {offered.actor.id}
    department_id = held.offerer_of(link.parent)
    return await people_serving(connection.fetch, [department_id] if department_id else [])


def _about(ticket: Row, link_id: UUID) -> dict[str, str | None]:
    return {"ticket_id": str(ticket["id"]), "ticket_key": ticket["key"], "link_id": str(link_id)}


async def _post(
    connection: Connection,
    ticket: Row,
    people: set[UUID],
    kind: MessageKind,
    about: dict[str, str | None],
    now: datetime,
) -> None:
    link = f"/v1/tickets/{ticket['id']}"
    await post_messages(connection.fetch, [Post(each, kind, link, about) for each in sorted(people)], now=now)
