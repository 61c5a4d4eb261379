"""Use cases of invitations: people are asked about a fulfilment, and no longer where work goes on after all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.feedback.db import Outbox
from services.feedback.events import InvitationIssued
from services.feedback.inbound import TicketFulfilled, TicketReopened
from services.feedback.interactions.queries import add_counts
from services.feedback.invitations import queries
from services.feedback.invitations.models import Fulfilment, Invitation, RequestSent
from services.feedback.invitations.policies import can_deliver, is_invited
from services.feedback.invitations.rules.asking import NotAskedBecause, why_not_ask
from services.feedback.people.queries import find_people
from services.feedback.people.rules import Person
from services.feedback.surveys.rules import CSAT
from services.shared.auth import Actor
from services.shared.inbox import EventMeta
from services.shared.outbox import enqueue
from services.shared.problems import NotFound


async def ask_about_fulfilment(session: AsyncSession, event: TicketFulfilled, meta: EventMeta) -> None:
    """The effect of a fulfilment: its snapshot is kept, and its requester and participants are asked about it.

    Each once per ticket and cycle; who is not asked is noted with the reason. Nobody is asked about imported history.
    Requests count in budgets from when the fulfilment was told on.
    """
    if event.is_imported:
        return
    fulfilment, is_new = await queries.keep_fulfilment(session, _snapshot(event))
    people = {*event.participants, *([event.requester_id] if event.requester_id else [])}
    await queries.hold_budgets(session, people)
    known = await find_people(session, people)
    before = await queries.invitations_of_fulfilment(session, (event.ticket_id, event.cycle))
    is_over = await queries.is_reopened_after(session, event.ticket_id, event.version)
    was_asked = await queries.is_asked_about(session, fulfilment)
    asked = False
    for person_id in sorted(people):
        invitation = before.get(person_id)
        if invitation is not None and invitation.withdrawn_at is None:
            continue
        reason = await _why_not(session, fulfilment, person_id, known.get(person_id), is_over=is_over, now=meta.time)
        if reason is None:
            await _issue(session, fulfilment, person_id, invitation, now=meta.time)
            asked = True
        else:
            key = (fulfilment.ticket_id, fulfilment.cycle)
            await queries.note_not_asked(session, key, person_id, reason, now=meta.time)
    is_first_request = asked and not was_asked
    await add_counts(session, pair_of(fulfilment), served=int(is_new), asked=int(is_first_request))


async def withdraw_invitations(session: AsyncSession, event: TicketReopened, meta: EventMeta) -> None:
    """The effect of a reopening: what is unanswered is withdrawn, for the thing asked about is not done.

    Answers stay with their cycle. Where the fulfilment was a slip (its own cycle goes on) and nobody has answered, it
    does not count any more.
    """
    await queries.keep_reopening(session, event.ticket_id, event.version)
    await queries.withdraw_open(session, event.ticket_id, version=event.version, now=meta.time)
    key = (event.ticket_id, event.cycle)
    slip = await queries.take_back_fulfilment(session, key, version=event.version, now=meta.time)
    if slip is not None:
        was_asked = await queries.is_asked_about(session, slip)
        await add_counts(session, pair_of(slip), served=-1, asked=-int(was_asked))


async def readable_invitation(
    session: AsyncSession, actor: Actor, invitation_id: UUID
) -> tuple[Invitation, Fulfilment]:
    """The actor's invitation, or one that they may deliver, and what it is about; NotFound."""
    found = await queries.find_invitation(session, invitation_id)
    if found is None or not (is_invited(actor, found[0]) or can_deliver(actor)):
        raise NotFound
    return found


def pair_of(fulfilment: Fulfilment) -> tuple[UUID, UUID]:
    """The interaction that a fulfilment belongs to: customer and provider."""
    return fulfilment.customer_department_id, fulfilment.provider_department_id


async def _why_not(
    session: AsyncSession,
    fulfilment: Fulfilment,
    person_id: UUID,
    person: Person | None,
    *,
    is_over: bool,
    now: datetime,
) -> NotAskedBecause | None:
    if is_over:
        return NotAskedBecause.REOPENED
    sent = await queries.requests_sent(session, person_id, now)
    return why_not_ask(person, fulfilment.provider_department_id, sent, now)


async def _issue(
    session: AsyncSession, fulfilment: Fulfilment, person_id: UUID, earlier: Invitation | None, *, now: datetime
) -> None:
    """Ask this person; an invitation that was withdrawn after a slip is issued again, and that is another request."""
    invitation = earlier or _invitation(fulfilment, person_id, now)
    invitation.issued_at, invitation.withdrawn_at = now, None
    invitation.expires_at = (now + CSAT.open_for).replace(microsecond=0)
    session.add_all([invitation, _request(fulfilment, invitation)])
    await queries.forget_not_asked(session, (fulfilment.ticket_id, fulfilment.cycle), person_id)
    issued = InvitationIssued(
        invitation_id=invitation.id,
        person_id=person_id,
        ticket_id=fulfilment.ticket_id,
        cycle=fulfilment.cycle,
        expires_at=invitation.expires_at,
    )
    await enqueue(session, Outbox, issued, now=now)


def _invitation(fulfilment: Fulfilment, person_id: UUID, now: datetime) -> Invitation:
    return Invitation(
        id=uuid7(),
        survey=CSAT.code,
        survey_version=CSAT.version,
        ticket_id=fulfilment.ticket_id,
        cycle=fulfilment.cycle,
        person_id=person_id,
        issued_at=now,
        expires_at=now,
        withdrawn_at=None,
        answered_at=None,
    )


def _request(fulfilment: Fulfilment, invitation: Invitation) -> RequestSent:
    return RequestSent(
        id=uuid7(),
        invitation_id=invitation.id,
        person_id=invitation.person_id,
        ticket_id=fulfilment.ticket_id,
        cycle=fulfilment.cycle,
        fulfilment_version=fulfilment.version,
        sent_at=invitation.issued_at,
    )


def _snapshot(event: TicketFulfilled) -> dict[str, object]:
    """What of the fulfilment is kept, as it is now and whatever becomes of the ticket."""
    left_out = {"requester_id", "participants", "assignee_id", "is_imported"}
    return {**event.model_dump(exclude=left_out), "agent_id": event.assignee_id}
