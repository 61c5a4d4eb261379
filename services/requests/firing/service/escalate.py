"""What follows when thresholds fire: people are told, tickets go to somebody else or up in their queues."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.rules.content import Escalation
from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries import agreed_escalations, people_in
from services.requests.firing.rules import (
    WHOLE,
    Department,
    Threshold,
    Ticket,
    departments_told,
    people_told,
    raised,
    reassigned,
    told_of,
    wanted,
)
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.recording import append, unfold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Assigned, Fact, Prioritised
from services.requests.timeline.vocabulary import Side, State
from services.shared.db import Connection

log = logging.getLogger(__name__)

MOST_KEPT = 10_000
SYSTEM = Actor(Side.SYSTEM, automatic=True)
Fired = tuple[Mapping[str, Any], Threshold]
"""A claimed clock with its ticket's columns, and the threshold that fires."""


class Call(NamedTuple):
    """A threshold that calls for something, by these rules."""

    ticket: Ticket
    clock: Mapping[str, Any]
    threshold: Threshold
    rules: list[Escalation]


class Escalations:
    """Carries out what agreements want; keeps their rules in memory, for a version never changes."""

    def __init__(self) -> None:
        self._agreed: dict[UUID, list[Escalation]] = {}

    async def run(self, connection: Connection, terms: TermsCache, fired: Sequence[Fired], *, now: datetime) -> None:
        """All that follows from these thresholds; messages last, because others want to add to them."""
        await self._learn(connection, {clock["agreement_version_id"] for clock, _ in fired})
        called = list(self._called_for(fired))
        in_roles = await people_in(
            connection, {each for call in called for each in departments_told(call.rules, call.ticket)}
        )
        posts = [post for call in called for post in _posts(call, in_roles)]
        by_ticket: defaultdict[Ticket, list[Escalation]] = defaultdict(list)
        for call in called:
            by_ticket[call.ticket] += call.rules
        for ticket, rules in by_ticket.items():
            posts += await _change(connection, terms, ticket, rules, now)
        await post_messages(connection.fetch, posts, now=now)

    async def _learn(self, connection: Connection, versions: set[UUID | None]) -> None:
        if len(self._agreed) >= MOST_KEPT:
            self._agreed.clear()
        missing = [each for each in versions if each is not None and each not in self._agreed]
        if not missing:
            return
        for version_id, documents in (await agreed_escalations(connection, missing)).items():
            self._agreed[version_id] = [Escalation.read(each) for each in documents]

    def _called_for(self, fired: Sequence[Fired]) -> Iterator[Call]:
        for clock, threshold in fired:
            agreed = self._agreed.get(clock["agreement_version_id"], ())
            rules = wanted(agreed, clock["clock"], Side(clock["side"]), threshold.percent)
            if rules:
                yield Call(_ticket(clock), clock, threshold, rules)


def _ticket(clock: Mapping[str, Any]) -> Ticket:
    return Ticket(
        id=clock["ticket_id"],
        key=clock["key"],
        state=State(clock["state"]),
        priority=clock["priority"],
        customer_department_id=clock["customer_department_id"],
        provider_department_id=clock["provider_department_id"],
        requester_id=clock["requester_id"],
        assignee_id=clock["assignee_id"],
        is_confidential=clock["is_confidential"],
    )


def _posts(call: Call, in_roles: Mapping[Department, Sequence[UUID]]) -> Iterator[Post]:
    people = people_told(call.rules, call.ticket)
    people.update(each for department in departments_told(call.rules, call.ticket) for each in in_roles[department])
    kind = MessageKind.CLOCK_BREACHED if call.threshold.percent == WHOLE else MessageKind.CLOCK_WARNED
    about = told_of(call.ticket, call.clock, call.threshold)
    for person_id in people:
        yield Post(person_id, kind, f"/v1/tickets/{call.ticket.id}", about)


async def _change(
    connection: Connection, terms: TermsCache, ticket: Ticket, rules: Sequence[Escalation], now: datetime
) -> list[Post]:
    """Reassign the ticket and raise its priority as rules say; who is to be told of it.

    A ticket that cannot be folded keeps its marks and stays as it is: one broken ticket holds up no others.
    """
    assignee_id, priority = reassigned(rules, ticket), raised(rules, ticket)
    facts: list[Fact] = []
    if assignee_id is not None:
        facts.append(Assigned(assignee_id))
    if priority is not None:
        facts.append(Prioritised(priority))
    if not facts:
        return []
    try:
        async with connection.transaction():
            await _append(connection, terms, ticket.id, facts, now)
    except Exception:
        if connection.is_closed():
            raise
        log.exception("the ticket %s is escalated without a change", ticket.id)
        return []
    if assignee_id is None:
        return []
    about = {"ticket_id": str(ticket.id), "ticket_key": ticket.key}
    return [Post(assignee_id, MessageKind.TICKET_ASSIGNED, f"/v1/tickets/{ticket.id}", about)]


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
