"""Another promised priority: proposed by one side, ruled when the other confirms, or at once by whom they agreed on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.pinning import pin_agreement, pin_published
from services.requests.agreements.queries.read import contents_of
from services.requests.catalogue.rules import targets_of_priority
from services.requests.catalogue.terms import TermsCache
from services.requests.rulings.queries import published_targets
from services.requests.rulings.rules import (
    ConfirmsOwnProposal,
    ElapsedIsProposed,
    PriorityNotPromised,
    PromisedAlready,
    ProposalNotOpen,
    ProposesOrConfirms,
    UnknownProposal,
)
from services.requests.rulings.schemas import NewRuling, RulingState
from services.requests.tickets.policies import serves, sides_of
from services.requests.tickets.refusals import OnlyLooksOn, TicketHasEnded
from services.requests.tickets.schemas import Priority
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import PriorityProposed
from services.requests.timeline.promised import PinnedTarget
from services.requests.timeline.rulings import (
    AgreementRuled,
    CalendarRuled,
    FreezeRuled,
    FreezeWithdrawn,
    PriorityRuled,
)
from services.requests.timeline.vocabulary import DONE, Side, other_side
from services.shared.auth import Actor
from services.shared.db import Connection

Told = dict[str, Any]


async def rule_priority(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewRuling, *, now: datetime
) -> Told:
    """Propose another promised priority, or confirm what the other side proposed; the proposal or the ruling.

    UnknownTicket, OnlyLooksOn, TicketHasEnded, ProposesOrConfirms, UnknownProposal, ProposalNotOpen,
    ElapsedIsProposed, ConfirmsOwnProposal, PromisedAlready, PriorityNotPromised.
    """
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    sides = [side for side in sides_of(actor, held.row, held.row["holders"]) if side is not Side.DEPARTMENT]
    if not sides:
        raise OnlyLooksOn
    now = held.after_records(now)  # a breach that was announced meanwhile is before the ruling, and stands
    if held.at(now).state in DONE:
        raise TicketHasEnded
    match new:
        case NewRuling(priority=None, confirms=UUID() as proposal_id):
            event = await _confirmed(connection, held, actor, sides, proposal_id, new, now)
        case NewRuling(priority=Priority() as priority, confirms=None):
            event = await _proposed(connection, held, actor, sides[0], priority.value, new, now)
        case _:
            raise ProposesOrConfirms(pointer="/confirms")
    await append(connection, current, held, [event], now=now)
    return _told([*held.events, event], event)


async def show_rulings(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> list[Told]:
    """The rulings on a ticket and the proposals of such, in order. UnknownTicket."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        current = await terms.current(connection.fetch)
        held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id))
    wanted = PriorityProposed | PriorityRuled | CalendarRuled | AgreementRuled | FreezeRuled
    return [_told(held.events, event) for event in in_effect(held.events) if isinstance(event.payload, wanted)]


async def _proposed(
    connection: Connection, held: Unfolded, actor: Actor, side: Side, priority: str, new: NewRuling, now: datetime
) -> Event:
    """The proposal; the ruling itself where the actor's word is enough."""
    if priority == held.row["promised_priority"]:
        raise PromisedAlready(pointer="/priority", priority=priority)
    targets = await _targets(connection, held, priority)
    if await _word_is_enough(connection, actor, held):
        return _event(held, actor, side, PriorityRuled(priority, targets, new.elapsed), now, now)
    return _event(held, actor, side, PriorityProposed(priority, new.elapsed), max(now, held.progress.latest[0]), now)


async def _confirmed(
    connection: Connection,
    held: Unfolded,
    actor: Actor,
    sides: Sequence[Side],
    proposal_id: UUID,
    new: NewRuling,
    now: datetime,
) -> Event:
    """The ruling on a proposal, while it is the latest and nothing was ruled on it."""
    proposals = (event for event in in_effect(held.events) if isinstance(event.payload, PriorityProposed))
    proposal = next((event for event in proposals if event.id == proposal_id), None)
    if proposal is None or not isinstance(proposal.payload, PriorityProposed):
        raise UnknownProposal(pointer="/confirms")
    if _state_of(held.events, proposal) is not RulingState.PROPOSED:
        raise ProposalNotOpen(pointer="/confirms")
    side = _confirming_side(actor, sides, proposal)
    priority, restart = proposal.payload.priority, proposal.payload.restart
    if "elapsed" in new.model_fields_set and new.elapsed is not restart:
        raise ElapsedIsProposed(pointer="/elapsed", proposed=restart.value)
    targets = await _targets(connection, held, priority)
    return _event(held, actor, side, PriorityRuled(priority, targets, restart, proposal_id), now, now)


def _confirming_side(actor: Actor, sides: Sequence[Side], proposal: Event) -> Side:
    side = other_side(proposal.actor.side)
    if side not in sides or proposal.actor.id == actor.id:
        raise ConfirmsOwnProposal(side=side)
    return side


async def _word_is_enough(connection: Connection, actor: Actor, held: Unfolded) -> bool:
    """Whether the agreement names a role of the actor's that changes promised priorities alone."""
    version_id = held.progress.terms.agreement_version_id
    if version_id is None:
        return False
    named = (await contents_of(connection.fetch, [version_id]))[version_id].priority_role
    if named is None:
        return False
    side, _, role = named.partition(":")
    department: UUID = held.row[f"{side}_department_id"]
    return serves(actor, department) if role == "agent" else actor.has_department_role(department, "manager")


async def _targets(connection: Connection, held: Unfolded, priority: str) -> tuple[PinnedTarget, ...]:
    """What covers the ticket promises for that priority. PriorityNotPromised where that is nothing."""
    row, version_id = held.row, held.progress.terms.agreement_version_id
    if version_id is not None:
        contents = await contents_of(connection.fetch, [version_id])
        pinned = pin_agreement(
            contents[version_id],
            version_id,
            provider=held.pinned.provider,
            offering_id=row["offering_id"],
            priority=priority,
        )
        targets = pinned.targets
    else:
        published = await published_targets(connection, row["offering_id"], row["offering_version"])
        chosen = targets_of_priority(published, priority)
        targets = tuple(pin_published(each, held.pinned.calendar_id) for each in chosen)
    if not targets and held.progress.cycles:
        raise PriorityNotPromised(pointer="/priority", priority=priority)
    return targets


def _event(
    held: Unfolded, actor: Actor, side: Side, payload: PriorityProposed | PriorityRuled, at: datetime, now: datetime
) -> Event:
    acting = ActingSide(side, actor.id, automatic=actor.is_client)
    return Event(uuid7(), held.next_sequence, at, now, acting, payload)


def _state_of(events: Sequence[Event], proposal: Event) -> RulingState:
    for event in events:
        if isinstance(event.payload, PriorityRuled) and event.payload.proposal == proposal.id:
            return RulingState.RULED
    later = (event for event in in_effect(events) if event.sequence > proposal.sequence)
    is_replaced = any(isinstance(event.payload, PriorityProposed | PriorityRuled) for event in later)
    return RulingState.REPLACED if is_replaced else RulingState.PROPOSED


def _state_of_freeze(events: Sequence[Event], freeze: Event, ruling: FreezeRuled) -> RulingState:
    later = (event.payload for event in events if event.sequence > freeze.sequence)
    own = FreezeWithdrawn(ruling.freeze_id, ruling.link)
    is_withdrawn = any(isinstance(each, FreezeWithdrawn) and each == own for each in later)
    return RulingState.WITHDRAWN if is_withdrawn else RulingState.RULED


def _told(events: Sequence[Event], event: Event) -> Told:
    told: Told = {"id": event.id, "side": event.actor.side, "actor_id": event.actor.id, "at": event.recorded_at}
    ruled: Told
    match event.payload:
        case PriorityProposed(priority=priority, restart=elapsed):
            proposed = {"kind": "priority", "state": _state_of(events, event), "priority": priority}
            return told | proposed | {"elapsed": elapsed}
        case PriorityRuled(priority=priority, restart=elapsed, proposal=proposal):
            ruled = {"kind": "priority", "priority": priority, "proposal_id": proposal}
        case CalendarRuled(calendar_id=calendar_id, version=version, restart=elapsed):
            ruled = {"kind": "calendar", "calendar_id": calendar_id, "calendar_version": version}
        case AgreementRuled(terms=agreed, restart=elapsed, link=link_id):
            ruled = {"kind": "agreement", "agreement_version_id": agreed.agreement_version_id, "link_id": link_id}
        case FreezeRuled(freeze_id=freeze_id, begins_at=begins_at, ends_at=ends_at, link=link_id) as frozen:
            span = {"from_": begins_at, "to": ends_at, "link_id": link_id}
            state = _state_of_freeze(events, event, frozen)
            return told | {"kind": "freeze", "freeze_id": freeze_id, **span, "state": state}
        case other:
            raise TypeError(f"{other} is no ruling")
    return told | ruled | {"state": RulingState.RULED, "elapsed": elapsed}
