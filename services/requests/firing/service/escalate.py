"""What follows when thresholds fire: people are told, tickets go to somebody else or up in their queues."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.absences.service import absent_among
from services.requests.agreements.queries.read import escalations_of
from services.requests.agreements.rules.content import Escalation
from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries.following import departments_serving, people_in
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
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Assigned, Fact, Prioritised
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection

log = logging.getLogger(__name__)

MOST_KEPT = 10_000
SYSTEM = Actor(Side.SYSTEM, automatic=True)
Row = Mapping[str, Any]
"""A clock that fires, with columns of its ticket."""
Deputies = Mapping[tuple[UUID, UUID], UUID]
"""Who is there for somebody who is away from a department."""


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
        posts = await _told(connection, called, now)
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


async def _told(connection: Connection, called: Sequence[Call], now: datetime) -> list[Post]:
    """What people are told, and whoever is there for those of them who are away."""
    audiences = {call.audience for call in called}
    in_roles = await people_in(connection, {each for audience in audiences for each in departments_told(audience)})
    members = {
        audience: {person for each in departments_told(audience) for person in in_roles[each]} for audience in audiences
    }
    told = [(call, members[call.audience] | people_told(call.row, call.wants.notify)) for call in called]
    deputies = await _deputies(connection, {each for _, people in told for each in people}, now)
    posts = [post for call, people in told for post in _posts(call, people)]
    for call, people in told:
        posts += await _posts_to_deputies(connection, call, people, deputies)
    return posts


def _posts(call: Call, people: Iterable[UUID]) -> Iterator[Post]:
    kind = MessageKind.CLOCK_BREACHED if call.threshold.percent == WHOLE else MessageKind.CLOCK_WARNED
    about = told_of(call.row, call.threshold)
    for person_id in people:
        yield Post(person_id, kind, f"/v1/tickets/{about['ticket_id']}", about)


async def _deputies(connection: Connection, people: Collection[UUID], now: datetime) -> Deputies:
    """Who is there today for those of these people who are away: (person, their department) → deputy."""
    away = await absent_among(connection.fetch, people, now)
    return {(each.person_id, each.department_id): each.deputy_id for each in away if each.deputy_id is not None}


async def _posts_to_deputies(
    connection: Connection, call: Call, people: Collection[UUID], deputies: Deputies
) -> list[Post]:
    """The same to whoever is there for somebody told who is away, from a department that serves the ticket.

    Nothing to those who are told anyway.
    """
    found = {key: deputy for key, deputy in deputies.items() if key[0] in people and deputy not in people}
    if not found:
        return []
    serving = await departments_serving(connection, call.row["ticket_id"])
    return list(_posts(call, {deputy for (_, department_id), deputy in found.items() if department_id in serving}))


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
    serving = await departments_serving(connection, row["ticket_id"])
    deputies = await _deputies(connection, [assignee_id], now)
    told = {assignee_id, *(deputy for (_, department_id), deputy in deputies.items() if department_id in serving)}
    return [Post(each, MessageKind.TICKET_ASSIGNED, f"/v1/tickets/{row['ticket_id']}", about) for each in sorted(told)]


async def _serves(connection: Connection, row: Row, person_id: UUID) -> bool:
    """Whether the person works for the ticket's provider, or for a department with a hand-off of it, to this day."""
    person = (await find_people(connection.fetch, [person_id])).get(person_id)
    return person is not None and person.serves_any(await departments_serving(connection, row["ticket_id"]))


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
