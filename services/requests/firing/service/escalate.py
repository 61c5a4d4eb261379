"""What follows when thresholds fire: people are told, tickets go to somebody else or up in their queues."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.queries.read import escalations_of
from services.requests.agreements.rules.content import Escalation
from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries.following import people_in
from services.requests.firing.rules import (
    WHOLE,
    Audience,
    Threshold,
    Wanted,
    audience_of,
    departments_told,
    people_told,
    raised,
    reassigned,
    told_of,
    wanted,
)
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import find_people
from services.requests.tickets.queries.read import hold_ticket, link_departments
from services.requests.tickets.service.recording import append, unfold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Assigned, Fact, Prioritised
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection

log = logging.getLogger(__name__)

MOST_KEPT = 10_000
SYSTEM = Actor(Side.SYSTEM, automatic=True)
Row = Mapping[str, Any]
"""A clock that fires, with columns of its ticket."""


class Call(NamedTuple):
    """A threshold that calls for something."""

    row: Row
    threshold: Threshold
    wants: Wanted
    audience: Audience


class Escalations:
    """Carries out what agreements want; keeps their rules in memory, for a version never changes."""

    def __init__(self) -> None:
        self._agreed: dict[UUID, tuple[Escalation, ...]] = {}

    async def run(
        self, connection: Connection, terms: TermsCache, fired: Sequence[tuple[Row, Threshold]], *, now: datetime
    ) -> None:
        """All that follows from these thresholds; messages last, because others want to add to them."""
        await self._learn(connection, {row["agreement_version_id"] for row, _ in fired})
        called = list(self._called_for(fired))
        audiences = {call.audience for call in called}
        in_roles = await people_in(connection, {each for audience in audiences for each in departments_told(audience)})
        members = {
            audience: {person for each in departments_told(audience) for person in in_roles[each]}
            for audience in audiences
        }
        posts = [post for call in called for post in _posts(call, members[call.audience])]
        changing: defaultdict[UUID, list[Call]] = defaultdict(list)
        for call in called:
            is_of_link = call.row["link_id"] is not None  # the ticket is the outer provider's to move
            if (call.wants.raise_priority or call.wants.reassign_to) and not is_of_link:
                changing[call.row["ticket_id"]].append(call)
        for calls in changing.values():
            posts += await _change(connection, terms, calls[0].row, [call.wants for call in calls], now)
        await post_messages(connection.fetch, posts, now=now)

    async def _learn(self, connection: Connection, versions: set[UUID | None]) -> None:
        if len(self._agreed) >= MOST_KEPT:
            self._agreed.clear()
        missing = [each for each in versions if each is not None and each not in self._agreed]
        if missing:
            self._agreed |= await escalations_of(connection.fetch, missing)

    def _called_for(self, fired: Sequence[tuple[Row, Threshold]]) -> Iterator[Call]:
        known: dict[tuple[UUID | None, str, str, int], Wanted | None] = {}
        for row, threshold in fired:
            key = (row["agreement_version_id"], row["clock"], row["side"], threshold.percent)
            if key not in known:
                version_id, clock, side, percent = key
                known[key] = wanted(self._agreed.get(version_id, ()) if version_id else (), clock, Side(side), percent)
            wants = known[key]
            if wants is not None:
                yield Call(row, threshold, wants, audience_of(row, wants.notify))


def _posts(call: Call, members: set[UUID]) -> Iterator[Post]:
    kind = MessageKind.CLOCK_BREACHED if call.threshold.percent == WHOLE else MessageKind.CLOCK_WARNED
    about = told_of(call.row, call.threshold)
    for person_id in members | people_told(call.row, call.wants.notify):
        yield Post(person_id, kind, f"/v1/tickets/{about['ticket_id']}", about)


async def _change(
    connection: Connection, terms: TermsCache, row: Row, wants: Sequence[Wanted], now: datetime
) -> list[Post]:
    """Reassign the ticket and raise its priority as wanted; who is to be told of it.

    A ticket that cannot be folded keeps its marks and stays as it is: one broken ticket holds up no others.
    """
    assignee_id, priority = reassigned(row, wants), raised(row, wants)
    if assignee_id is not None and not await _serves(connection, row, assignee_id):
        log.warning("the ticket %s stays whose it is: %s does not serve it", row["ticket_id"], assignee_id)
        assignee_id = None
    facts: list[Fact] = []
    if assignee_id is not None:
        facts.append(Assigned(assignee_id))
    if priority is not None:
        facts.append(Prioritised(priority))
    if not facts:
        return []
    try:
        async with connection.transaction():
            await _append(connection, terms, row["ticket_id"], facts, now)
    except Exception:
        if connection.is_closed():
            raise
        log.exception("the ticket %s is escalated without a change", row["ticket_id"])
        return []
    if assignee_id is None:
        return []
    about = {"ticket_id": str(row["ticket_id"]), "ticket_key": row["key"]}
    return [Post(assignee_id, MessageKind.TICKET_ASSIGNED, f"/v1/tickets/{row['ticket_id']}", about)]


async def _serves(connection: Connection, row: Row, person_id: UUID) -> bool:
    """Whether the person works for the ticket's provider, or for a department with a hand-off of it, to this day."""
    links = await link_departments(connection, row["ticket_id"])
    departments = {row["provider_department_id"], *links.values()} - {None}
    person = (await find_people(connection.fetch, [person_id])).get(person_id)
    return person is not None and person.serves_any(departments)


async def _append(
    connection: Connection, terms: TermsCache, ticket_id: UUID, facts: Sequence[Fact], now: datetime
) -> None:
    current = await terms.current(connection.fetch)
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        raise LookupError(f"the ticket {ticket_id} is held, and gone")
    held = await unfold(connection, current, row)
    at = max(now, held.progress.latest[0])
    events = [Event(uuid7(), held.next_sequence + place, at, now, SYSTEM, fact) for place, fact in enumerate(facts)]
    await append(connection, current, held, events, now=now)
