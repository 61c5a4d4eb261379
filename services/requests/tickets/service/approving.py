"""Whom a ticket asks for approval: the levels of its offering, each as the person or the department that is asked."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.requests.catalogue.approvals import ApprovalLevel, ApprovalSide
from services.requests.departments.queries import line_of
from services.requests.messages.rules import MessageKind, Post
from services.requests.people.queries import find_people, managers_of
from services.requests.tickets.queries.read import offering_as_pinned
from services.requests.tickets.refusals import NobodyToApprove
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.approving import Approver
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.idempotency import Fetch

MOST_TOLD = 50
"""Managers of one department who are told; all of them may answer."""


async def approvers_of(
    fetch: Fetch, levels: Sequence[ApprovalLevel], ticket: Row, own: Collection[UUID]
) -> tuple[Approver, ...]:
    """Whom these levels ask about a ticket between its departments; `own` are those whose own request it is.

    A named person who is no longer there, or whose own request it is, leaves the level to the managers; these, where
    nobody but such a person manages the department, to those of the nearest department above that has another.
    """
    named = await find_people(fetch, [level.person_id for level in levels if level.person_id is not None])
    found = []
    for level in levels:
        department_id: UUID = ticket[f"{level.side.value}_department_id"]
        person = named.get(level.person_id) if level.person_id else None
        if person is not None and person.is_active and person.id not in own:
            found.append(Approver(Side(level.side), department_id, person.id, level.expires_after))
            continue
        managed_id = await _managed_by_others(fetch, department_id, own)
        found.append(Approver(Side(level.side), managed_id, None, level.expires_after))
    return tuple(found)


def own_request(ticket: Mapping[str, Any], actor: Actor) -> set[UUID]:
    """Whose own request it is when the actor asks: who asks, and for whom it is."""
    own = {ticket["requester_id"], ticket["beneficiary_id"]} - {None}
    return own if actor.is_client else own | {actor.id}


async def approvers_asked_later(connection: Connection, ticket: Row, actor: Actor) -> tuple[Approver, ...]:
    """Whom the provider asks for a ticket that has come to it: all levels of its offering, whatever their thresholds.

    An offering without any asks the customer's managers. NobodyToApprove where these may not see the ticket.
    """
    pinned = await offering_as_pinned(connection, ticket["offering_id"], ticket["offering_version"])
    levels = pinned.approvals or (ApprovalLevel(ApprovalSide.CUSTOMER),)
    hidden = ticket["is_confidential"] and any(
        level.side is ApprovalSide.CUSTOMER and level.person_id is None for level in levels
    )
    if hidden:
        raise NobodyToApprove(pointer="/to")
    return await approvers_of(connection.fetch, levels, ticket, own_request(ticket, actor))


def side_of(approvers: Sequence[Approver]) -> Side:
    """On whose side approval waits: the provider's where one of the levels is its own, whose time is no customer's."""
    return Side.PROVIDER if any(each.side is Side.PROVIDER for each in approvers) else Side.CUSTOMER


async def asking_posts(fetch: Fetch, ticket: Row, asked: Approver, level: int, but: Collection[UUID]) -> list[Post]:
    """What is told to those who are asked at this level, without these."""
    people = {asked.person_id} if asked.person_id else (await managers_of(fetch, [asked.department_id])).popitem()[1]
    about = {"ticket_id": str(ticket["id"]), "ticket_key": ticket["key"], "level": level}
    link = f"/v1/tickets/{ticket['id']}/approvals"
    told = sorted(people.difference(but))[:MOST_TOLD]
    return [Post(person_id, MessageKind.APPROVAL_ASKED, link, about) for person_id in told]


async def _managed_by_others(fetch: Fetch, department_id: UUID, own: Collection[UUID]) -> UUID:
    line = [department.id for department in await line_of(fetch, department_id)]
    managers = await managers_of(fetch, line)
    return next((each for each in line if managers[each].difference(own)), department_id)
