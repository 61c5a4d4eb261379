"""Answering approvals, and how they stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.approvals.policies import is_deputy, stands_for
from services.requests.approvals.refusals import (
    AnsweredBefore,
    ApprovalExpired,
    LevelNotOpen,
    NothingToApprove,
    NotTheApprover,
    OwnRequest,
)
from services.requests.approvals.rules import Decision, Level, answered_before, levels_of
from services.requests.approvals.schemas import NewApproval
from services.requests.catalogue.approvals import ApproverRole
from services.requests.catalogue.terms import TermsCache
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import find_people
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.approving import asking_posts
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.approving import Approver, Pending
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import ApprovalAnswered, Fact, Moved, Submitted
from services.requests.timeline.fold import Timeline
from services.requests.timeline.lapses import expires_at
from services.requests.timeline.vocabulary import Side, State
from services.shared.auth import Actor
from services.shared.db import Connection

Told = dict[str, Any]


async def show_approvals(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[Told]:
    """Every level that was asked about the ticket, the first asking first. UnknownTicket."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        current = await terms.current(connection.fetch)
        held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id))
    return [_told(held, each) for each in levels_of(held.events, held.at(now).state)]


async def answer_approval(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewApproval, *, now: datetime
) -> Told:
    """Approve or decline at the level that is open; the level as it is then. UnknownTicket, APPROVAL_PROBLEMS.

    The last level's approval takes the ticket on to its provider, or back to where it came from; a decline ends it.
    """
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    timeline = held.at(now)
    pending = timeline.approval
    if timeline.state is not State.AWAITING_APPROVAL or pending is None or pending.asked is None:
        raise NothingToApprove
    known = levels_of(held.events, timeline.state)
    asked = await _who_is_there(connection, pending.asked)
    _check_may_answer(actor, held, asked, pending, known, new, now)
    facts = _facts(actor, timeline, asked, pending, new)
    at = max(now, held.progress.latest[0])
    acting = ActingSide(Side.APPROVER, actor.id)
    events = [Event(uuid7(), held.next_sequence + place, at, now, acting, fact) for place, fact in enumerate(facts)]
    row = await append(connection, current, held, events, now=now)
    await post_messages(connection.fetch, await _posts(connection, held, row, actor, pending, known, new), now=now)
    answered = levels_of([*held.events, *events], State(row["state"]))
    return _told(held, next(each for each in answered if each.decided_at == at and each.level == pending.level))


async def _who_is_there(connection: Connection, asked: Approver) -> Approver:
    """Who is asked now: a named person who has left meanwhile leaves the level to the department's managers."""
    if asked.person_id is None:
        return asked
    person = (await find_people(connection.fetch, [asked.person_id])).get(asked.person_id)
    return asked if person is not None and person.is_active else replace(asked, person_id=None)


def _check_may_answer(
    actor: Actor,
    held: Unfolded,
    asked: Approver,
    pending: Pending,
    known: Sequence[Level],
    new: NewApproval,
    now: datetime,
) -> None:
    """LevelNotOpen, NotTheApprover, OwnRequest, AnsweredBefore, ApprovalExpired."""
    if not stands_for(actor, asked):
        raise NotTheApprover
    if new.level not in (None, pending.level):
        raise LevelNotOpen(pointer="/level", level=pending.level)
    if actor.id in {held.row["requester_id"], held.row["beneficiary_id"], _who_asked(held.events)}:
        raise OwnRequest
    if actor.id in answered_before(known, known[-1].asking):
        raise AnsweredBefore
    until = expires_at(held.progress, pending)
    if until is not None and now > until:
        raise ApprovalExpired(until=until.isoformat())


def _facts(actor: Actor, timeline: Timeline, asked: Approver, pending: Pending, new: NewApproval) -> list[Fact]:
    """The answer, and the step that follows from it."""
    approves = new.decision is Decision.APPROVE
    facts: list[Fact] = [ApprovalAnswered(pending.level, approves, new.comment, is_deputy(actor, asked))]
    if not approves:
        facts.append(Moved(State.DECLINED, reason=new.comment))
    elif pending.level == len(pending.levels):
        facts.append(Moved(timeline.came_from or State.SUBMITTED))
    return facts


async def _posts(
    connection: Connection,
    held: Unfolded,
    row: Row,
    actor: Actor,
    pending: Pending,
    known: Sequence[Level],
    new: NewApproval,
) -> list[Post]:
    """The next level is asked; or who wanted it is told what came of it."""
    asker = _who_asked(held.events)
    own = {row["requester_id"], row["beneficiary_id"], asker} - {None}
    if row["state"] == State.AWAITING_APPROVAL:
        but = own | answered_before(known, known[-1].asking) | {actor.id}
        level = pending.level + 1
        asked = await _who_is_there(connection, pending.levels[level - 1])
        return await asking_posts(connection.fetch, row, asked, level, but)
    about = {"ticket_id": str(row["id"]), "ticket_key": row["key"], "decision": new.decision, "level": pending.level}
    wanted = {row["requester_id"], row["assignee_id"], asker} - {None, actor.id}
    link = f"/v1/tickets/{row['id']}"
    return [Post(person_id, MessageKind.APPROVAL_ANSWERED, link, about) for person_id in sorted(wanted)]


def _who_asked(events: Sequence[Event]) -> UUID | None:
    """Who asked for the approval that is under way: with the request, or of the provider's later."""
    asker = None
    for event in in_effect(events):
        if isinstance(event.payload, Submitted | Moved) and event.payload.approvals:
            asker = event.actor.id
    return asker


def _told(held: Unfolded, level: Level) -> Told:
    asked = level.approver
    opened_at = level.opened_at
    expires = expires_at(held.progress, Pending((asked,), 1, opened_at)) if opened_at else None
    return {
        "asking": level.asking,
        "level": level.level,
        "side": asked.side,
        "role": None if asked.person_id else ApproverRole.MANAGER,
        "department_id": asked.department_id,
        "person_id": asked.person_id,
        "state": level.state,
        "opened_at": opened_at,
        "expires_at": expires,
        "decided_at": level.decided_at,
        "decided_by": level.decided_by,
        "is_deputy": level.is_deputy,
        "comment": level.comment,
    }
