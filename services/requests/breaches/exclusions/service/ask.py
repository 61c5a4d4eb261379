"""Asking that a time be left out, and what the other side decides."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.agreements.policies import is_deputy_for, sides_of, stands_for
from services.requests.agreements.rules.content import AgreementSide
from services.requests.agreements.rules.contradictions import OwnProvider
from services.requests.agreements.service.offered import check_offered
from services.requests.breaches.exclusions.queries import FIRST, keep_decision
from services.requests.breaches.exclusions.refusals import (
    ExclusionDecidedAlready,
    ExclusionIsEmpty,
    ExclusionNotOver,
    ExclusionOutsideTicket,
    ExclusionTooLong,
    MayNotAskExclusion,
    MayNotGrant,
    PairOrTicket,
)
from services.requests.breaches.exclusions.schemas import NewExclusion, NewExclusionDecision
from services.requests.breaches.exclusions.service.reading import readable_exclusion
from services.requests.breaches.models import Exclusion, ExclusionDecision, ExclusionJob
from services.requests.breaches.policies import can_see_dispute
from services.requests.departments.service import Identity, require_departments
from services.requests.freezes.rules import LONGEST
from services.requests.tickets.models import Ticket
from services.requests.tickets.models.linked import TicketLink
from services.requests.tickets.refusals import UnknownLink, UnknownTicket, check_instant
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch


class Between(NamedTuple):
    """Between whom a time is left out."""

    customer_id: UUID
    provider_id: UUID


async def ask_exclusion(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewExclusion, *, now: datetime
) -> Exclusion:
    """One side's wish. ASKING_PROBLEMS."""
    pair = await _pair(session, actor, identity, new)
    sides = sides_of(actor, pair.customer_id, pair.provider_id)
    if not sides:
        raise MayNotAskExclusion
    _check_span(new, now)
    await check_offered(session_fetch(session), new.offering_ids or (), pair.provider_id)
    exclusion = Exclusion(
        id=uuid7(),
        customer_department_id=pair.customer_id,
        provider_department_id=pair.provider_id,
        offering_ids=None if new.offering_ids is None else list(dict.fromkeys(new.offering_ids)),
        ticket_id=new.ticket_id,
        link_id=new.link_id,
        begins_at=new.from_,
        ends_at=new.to,
        reason=new.reason,
        asked_by=actor.id,
        asked_for=sides[0].value,
        created_at=now,
    )
    session.add(exclusion)
    await session.flush()
    return exclusion


async def decide_exclusion(
    session: AsyncSession, actor: Actor, exclusion_id: UUID, new: NewExclusionDecision, *, now: datetime
) -> Exclusion:
    """The other side's word; granted, it goes to the tickets. GRANTING_PROBLEMS."""
    exclusion = await readable_exclusion(session, actor, exclusion_id)
    side = await _deciding_side(session, actor, exclusion)
    department_id = _department_of(exclusion, side)
    decision = ExclusionDecision(
        exclusion_id=exclusion_id,
        granted=new.granted,
        reason=new.reason,
        decided_by=actor.id,
        decided_for=side.value,
        is_deputy=department_id is not None and is_deputy_for(actor, department_id),
        decided_at=now,
    )
    if not await keep_decision(session, decision):
        raise ExclusionDecidedAlready
    if new.granted:
        session.add(ExclusionJob(exclusion_id=exclusion_id, after=FIRST, applied=0, created_at=now))
        await session.flush()
    return exclusion


async def _deciding_side(session: AsyncSession, actor: Actor, exclusion: Exclusion) -> Side:
    """For whom the actor decides: the other side; of what is kept from its managers an administrator does. MayNotGrant.

    Nobody decides what they asked for.
    """
    pair = Between(exclusion.customer_department_id, exclusion.provider_department_id)
    other = next(side for side in AgreementSide if side.value != exclusion.asked_for)
    ticket = await session.get(Ticket, exclusion.ticket_id) if exclusion.ticket_id is not None else None
    is_hidden = (
        ticket is not None and exclusion.link_id is None and ticket.is_confidential and other is AgreementSide.CUSTOMER
    )
    may = actor.has_role("admin") if is_hidden else other in sides_of(actor, *pair)
    if not may or actor.id == exclusion.asked_by:
        raise MayNotGrant(side=other.value)
    return Side.SYSTEM if is_hidden else Side(other.value)


def _department_of(exclusion: Exclusion, side: Side) -> UUID | None:
    named = {Side.CUSTOMER: exclusion.customer_department_id, Side.PROVIDER: exclusion.provider_department_id}
    return named.get(side)


async def _pair(session: AsyncSession, actor: Actor, identity: Identity, new: NewExclusion) -> Between:
    """What of ASKING_PROBLEMS names nobody between whom that would be."""
    if new.link_id is not None and new.ticket_id is None:
        raise PairOrTicket(pointer="/link_id")
    match new:
        case NewExclusion(ticket_id=UUID(), customer_department_id=None, provider_department_id=None):
            pair = await _pair_of_ticket(session, actor, new)
            if new.offering_ids is not None:
                raise PairOrTicket(pointer="/offering_ids")
            return pair
        case NewExclusion(
            ticket_id=None, customer_department_id=UUID() as customer_id, provider_department_id=UUID() as provider_id
        ):
            pointers = {customer_id: "/customer_department_id", provider_id: "/provider_department_id"}
            await require_departments(session_fetch(session), identity, pointers)
            if customer_id == provider_id:
                raise OwnProvider(pointer="/provider_department_id")
            return Between(customer_id, provider_id)
        case _:
            raise PairOrTicket(pointer="/ticket_id")


def _check_lived(born_at: datetime, ended_at: datetime | None, new: NewExclusion) -> None:
    """ExclusionOutsideTicket where the ticket, or that hand-off of it, did not live in that time."""
    if new.from_ < new.to <= born_at:
        raise ExclusionOutsideTicket(pointer="/to")
    if ended_at is not None and new.to > new.from_ >= ended_at:
        raise ExclusionOutsideTicket(pointer="/from")


async def _pair_of_ticket(session: AsyncSession, actor: Actor, new: NewExclusion) -> Between:
    """Between whom the ticket is, or that hand-off of it. UnknownTicket, UnknownLink, ExclusionOutsideTicket."""
    ticket = await session.get(Ticket, new.ticket_id)
    link = await session.get(TicketLink, new.link_id) if new.link_id else None
    holders = [link.customer_department_id, link.department_id] if link and link.ticket_id == new.ticket_id else []
    stands = any(each is not None and stands_for(actor, each) for each in holders)
    if ticket is None or not (stands or can_see_dispute(actor, ticket.model_dump(), holders)):
        raise UnknownTicket(pointer="/ticket_id")
    if new.link_id is None:
        _check_lived(ticket.created_at, ticket.ended_at, new)
        return Between(ticket.customer_department_id, ticket.provider_department_id)
    match holders:
        case [UUID() as customer_id, UUID() as provider_id] if link is not None:
            _check_lived(link.offered_at, link.ended_at, new)
            return Between(customer_id, provider_id)
    raise UnknownLink(pointer="/link_id")


def _check_span(new: NewExclusion, now: datetime) -> None:
    check_instant(new.from_, "/from")
    check_instant(new.to, "/to")
    if new.to <= new.from_:
        raise ExclusionIsEmpty(pointer="/to")
    if new.to - new.from_ > LONGEST:
        raise ExclusionTooLong(pointer="/to", days=LONGEST.days)
    if new.to > now:
        raise ExclusionNotOver(pointer="/to")
