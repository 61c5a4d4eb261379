"""Contesting an interval of a ticket's ledger, and deciding on that: the decision is an event, for the second fold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.policies import stands_for
from services.requests.agreements.queries.read import contents_of
from services.requests.breaches.contests import queries
from services.requests.breaches.contests.refusals import (
    ContestDecidedAlready,
    ContestIsEmpty,
    ContestOutsideLedger,
    MayNotDecideContest,
    NoSuchParty,
    NothingContested,
    UnknownContest,
)
from services.requests.breaches.contests.schemas import ContestState, NewContest, NewContestDecision
from services.requests.breaches.policies import as_part, can_see_dispute, deciding_side, disputing_sides
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.departments.queries import departments_by_code
from services.requests.tickets.queries.read import find_ticket, hold_ticket
from services.requests.tickets.refusals import OnlyLooksOn, UnknownLink, UnknownTicket, check_instant
from services.requests.tickets.rules.chained import chained, pair_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import Unfolded, unfold
from services.requests.timeline.decisions import ContestDecided
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.fold import Timeline
from services.requests.timeline.vocabulary import PartyKind, Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.schemas import instant_text

Told = dict[str, Any]


async def contest_interval(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewContest, *, now: datetime
) -> Told:
    """Say that a time of the ledger was another's. CONTESTING_PROBLEMS."""
    for instant, pointer in ((new.from_, "/from"), (new.to, "/to")):
        check_instant(instant, pointer)
    held = await _held(connection, await terms.current(connection.fetch), actor, ticket_id)
    part, timeline = _part(held, new.link_id, now)
    sides = disputing_sides(actor, part, held.row["holders"])
    if not sides:
        raise OnlyLooksOn
    _check_contested(timeline, new)
    await _check_department(connection, new.party)
    contest_id = uuid7()
    said = (new.link_id, sides[0].value, new.from_, new.to, new.party, new.reason)
    await queries.open_contest(connection, contest_id, ticket_id, *said, actor.id, now)
    return await _shown(connection, ticket_id, contest_id)


async def decide_contest(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    contest_id: UUID,
    new: NewContestDecision,
    *,
    now: datetime,
) -> Told:
    """Uphold or dismiss it for the other side. DECIDING_PROBLEMS."""
    current = await terms.current(connection.fetch)
    held = await _held(connection, current, actor, ticket_id)
    contest = await queries.find_contest(connection, ticket_id, contest_id)
    if contest is None:
        raise UnknownContest
    link_id = contest["link_id"]
    part, _ = _part(held, link_id, now)
    side = deciding_side(actor, part, Side(contest["side"]), await decision_role(connection, part))
    if side is None or actor.id == contest["opened_by"]:
        raise MayNotDecideContest
    if contest["upheld"] is not None:
        raise ContestDecidedAlready
    now = held.after_records(now)
    span = contest["begins_at"], contest["ends_at"]
    decided = ContestDecided(contest_id, new.upheld, *span, contest["party"], new.reason, link_id)
    event = Event(uuid7(), held.next_sequence, now, now, ActingSide(side, actor.id), decided)
    await append(connection, current, held, [event], now=now)
    await queries.keep_decision(connection, contest_id, new.upheld, new.reason, actor.id, side.value, now)
    return await _shown(connection, ticket_id, contest_id)


async def list_contests(connection: Connection, actor: Actor, ticket_id: UUID) -> list[Told]:
    """The contests of a ticket, the first one first. UnknownTicket."""
    _readable(actor, await find_ticket(connection, ticket_id))
    return [_told(row) for row in await queries.contests_of(connection, ticket_id)]


async def list_decided(
    connection: Connection, actor: Actor, pair: tuple[UUID, UUID], since: datetime, before: datetime, limit: int
) -> list[Told]:
    """The contests by tickets of a pair (customer, provider) that were decided in `[since, before)`, the latest first.

    Of tickets that the actor reads for one of the two departments; `limit` at most.
    """
    return [_told(row) for row in await queries.contests_decided(connection, actor, pair, since, before, limit)]


async def decision_role(connection: Connection, ticket: Row) -> str | None:
    """Who decides besides the other side's managers, if the agreement names a role."""
    version_id = ticket["agreement_version_id"]
    if version_id is None:
        return None
    role = (await contents_of(connection.fetch, [version_id]))[version_id].decision_role
    return role.value if role else None


async def _held(connection: Connection, current: Current, actor: Actor, ticket_id: UUID) -> Unfolded:
    row = _readable(actor, await hold_ticket(connection, ticket_id))
    return await unfold(connection, current, row)


def _readable(actor: Actor, row: Row | None) -> Row:
    if row is None or not (can_see_dispute(actor, row, row["holders"]) or _stands_for_holder(actor, row)):
        raise UnknownTicket
    return row


def _stands_for_holder(actor: Actor, row: Row) -> bool:
    return any(stands_for(actor, holder) for holder in row["holders"])


def _part(held: Unfolded, link_id: UUID | None, now: datetime) -> tuple[Row, Timeline]:
    """What is disputed, with its two sides, and as it is now: the ticket, or that hand-off. UnknownLink."""
    if link_id is None:
        return held.row, held.at(now)
    folds = chained(held.terms, held.progress, held.events).after
    fold = next((each for each in folds if each.link.id == link_id), None)
    if fold is None:
        raise UnknownLink(pointer="/link_id")
    customer_id, provider_id = pair_of(held.row, fold.link)
    sides = {
        "customer_department_id": customer_id,
        "provider_department_id": provider_id,
        "agreement_version_id": fold.progress.terms.agreement_version_id,
    }
    return as_part(held.row, sides), fold.at(now)


def _check_contested(timeline: Timeline, new: NewContest) -> None:
    if new.to <= new.from_:
        raise ContestIsEmpty(pointer="/to")
    ledger = timeline.ledger
    if not ledger:  # a part that ended as it was offered was nobody's
        raise NothingContested(pointer="/party", party=new.party)
    begins_at, ends_at = ledger[0].from_, ledger[-1].to
    if new.from_ < begins_at or new.to > ends_at:
        pointer = "/from" if new.from_ < begins_at else "/to"
        raise ContestOutsideLedger(pointer=pointer, begins_at=instant_text(begins_at), ends_at=instant_text(ends_at))
    charged = {line.party for line in ledger if line.from_ < new.to and line.to > new.from_}
    if all(str(party) == new.party or party.kind is PartyKind.NONE for party in charged):
        raise NothingContested(pointer="/party", party=new.party)


async def _check_department(connection: Connection, party: str) -> None:
    """NoSuchParty for a department that nobody knows."""
    kind, _, code = party.partition(":")
    if kind == PartyKind.DEPARTMENT and code not in await departments_by_code(connection.fetch, [code]):
        raise NoSuchParty(pointer="/party", code=code)


async def _shown(connection: Connection, ticket_id: UUID, contest_id: UUID) -> Told:
    row = await queries.find_contest(connection, ticket_id, contest_id)
    if row is None:
        raise LookupError(f"the contest {contest_id} is kept, and gone")
    return _told(row)


def _told(row: Row) -> Told:
    is_decided = row["upheld"] is not None
    decision = {
        "upheld": row["upheld"],
        "reason": row["decided_because"],
        "decided_by": row["decided_by"],
        "side": row["decided_for"],
        "decided_at": row["decided_at"],
    }
    return {
        "id": row["id"],
        "ticket_id": row["ticket_id"],
        "link_id": row["link_id"],
        "from": row["begins_at"],
        "to": row["ends_at"],
        "party": row["party"],
        "reason": row["reason"],
        "side": row["side"],
        "opened_by": row["opened_by"],
        "created_at": row["created_at"],
        "state": _state(row["upheld"]),
        "decision": decision if is_decided else None,
    }


def _state(upheld: bool | None) -> ContestState:
    if upheld is None:
        return ContestState.OPEN
    return ContestState.UPHELD if upheld else ContestState.DISMISSED
