"""Whom an offer is told to, and who hears that one came to nothing."""

from datetime import datetime
from uuid import UUID

from services.requests.handoffs.service.held import HeldTicket
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import people_serving
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.facts import HandOffEnded, HandOffOffered
from services.requests.timeline.links import Link
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
    """Who offered it hears that the offer came to nothing; where a program did, whoever serves that department."""
    offered = held.offer_of(link.id)
    person_id = offered.actor.id if offered is not None and not offered.actor.automatic else None
    department_id = held.offerer_of(link.parent)
    if person_id is not None:
        people = {person_id}
    else:
        people = await people_serving(connection.fetch, [department_id] if department_id else [])
    about = {
        **_about(ticket, link.id),
        "department": link.department,
        "outcome": fact.end.value,
        "reason": fact.reason,
    }
    await _post(connection, ticket, people, MessageKind.HAND_OFF_ENDED, about, now)


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
