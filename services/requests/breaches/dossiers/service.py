"""Saying why a promise was not kept, contesting that, deciding on it: each a line of the dossier's history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.breaches.contests.service import decision_role
from services.requests.breaches.dossiers import queries
from services.requests.breaches.dossiers.refusals import (
    BreachInState,
    ContestsOwnReason,
    MayNotDecideBreach,
    NotYourBreach,
    UnknownBreach,
)
from services.requests.breaches.dossiers.schemas import (
    BreachFilters,
    BreachListed,
    BreachState,
    NewBreachContest,
    NewBreachDecision,
    NewExplanation,
)
from services.requests.breaches.policies import as_part, deciding_side, disputing_sides
from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.refusals import UnknownLink, UnknownTicket
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.clocks import show_clocks
from services.requests.tickets.service.recording import readable_ticket
from services.requests.timeline.vocabulary import Side, other_side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.paging import PageWanted

Told = dict[str, Any]
_SHOWN = tuple(BreachListed.model_fields)
_ENTRY = ("id", "kind", "side", "actor_id", "reason_code", "note", "evidence", "upheld", "created_at")


async def list_breaches(
    connection: Connection, actor: Actor, filters: BreachFilters, page: PageWanted
) -> tuple[list[Told], str | None]:
    """A page of what the actor may see, the latest first, and the cursor of the next."""
    given = {
        "b.customer_department_id = {}": filters.customer_department_id,
        "b.provider_department_id = {}": filters.provider_department_id,
        "b.side = {}": filters.side,
        "b.state = ANY({}::text[])": [state.value for state in filters.state],
        "b.breached_at >= {}": filters.breached_from,
        "b.breached_at < {}": filters.breached_before,
    }
    conditions = {condition: value for condition, value in given.items() if value not in (None, [])}
    after = page.typed_after(datetime, UUID)
    rows = await queries.page_of_breaches(
        connection,
        actor,
        filters.department_id,
        conditions,
        after=(after[0], after[1]) if after else None,
        limit=page.limit + 1,
    )
    shown, goes_on = page.split(rows)
    following = page.cursor((shown[-1]["breached_at"], shown[-1]["id"])) if goes_on else None
    return [_listed(row) for row in shown], following


async def list_dossiers(
    connection: Connection, actor: Actor, filters: BreachFilters, page: PageWanted
) -> tuple[list[Told], str | None]:
    """The same page, each with its history."""
    listed, following = await list_breaches(connection, actor, filters, page)
    entries = await queries.entries_of_each(connection, [each["id"] for each in listed])
    return [{**each, "history": _history(entries[each["id"]])} for each in listed], following


async def show_breach(connection: Connection, terms: TermsCache, actor: Actor, breach_id: UUID, now: datetime) -> Told:
    """The dossier, whole. UnknownBreach."""
    breach, _ = await _readable(connection, actor, breach_id)
    return await _whole(connection, terms, actor, breach, now)


async def explain_breach(
    connection: Connection, actor: Actor, breach_id: UUID, new: NewExplanation, *, now: datetime
) -> Told:
    """The side whose promise it was says why; again, while nobody has contested it. EXPLAINING_PROBLEMS."""
    breach, ticket = await _readable(connection, actor, breach_id, hold=True)
    side = Side(breach["side"])
    if side not in disputing_sides(actor, ticket, ticket["holders"]):
        raise NotYourBreach(side=side.value)
    _check_state(breach, BreachState.OPEN, BreachState.EXPLAINED)
    entry = {"kind": "explained", "side": side.value, "actor_id": actor.id, **new.model_dump()}
    return await _said(connection, breach, entry, BreachState.EXPLAINED, now)


async def contest_breach(
    connection: Connection, actor: Actor, breach_id: UUID, new: NewBreachContest, *, now: datetime
) -> Told:
    """The other side says that it was not so. CONTESTING_PROBLEMS."""
    breach, ticket = await _readable(connection, actor, breach_id, hold=True)
    side = other_side(Side(breach["side"]))
    if side not in disputing_sides(actor, ticket, ticket["holders"]):
        raise ContestsOwnReason(side=side.value)
    _check_state(breach, BreachState.EXPLAINED)
    entry = {"kind": "contested", "side": side.value, "actor_id": actor.id, **new.model_dump()}
    return await _said(connection, breach, entry, BreachState.CONTESTED, now)


async def decide_breach(
    connection: Connection, actor: Actor, breach_id: UUID, new: NewBreachDecision, *, now: datetime
) -> Told:
    """What was said last is decided by the other side, whom the agreement names, or an admin. DECIDING_PROBLEMS."""
    breach, ticket = await _readable(connection, actor, breach_id, hold=True)
    owner, state = Side(breach["side"]), BreachState(breach["state"])
    disputed_by = other_side(owner) if state is BreachState.CONTESTED else owner
    side = deciding_side(actor, ticket, disputed_by, await decision_role(connection, ticket))
    if side is None:
        raise MayNotDecideBreach
    _check_state(breach, BreachState.EXPLAINED, BreachState.CONTESTED)
    last = (await queries.entries_of(connection, breach_id))[-1]
    if last["actor_id"] == actor.id:
        raise MayNotDecideBreach
    entry = {"kind": "decided", "side": side.value, "actor_id": actor.id, **new.model_dump()}
    return await _said(connection, breach, entry, BreachState.DECIDED, now)


async def _readable(connection: Connection, actor: Actor, breach_id: UUID, *, hold: bool = False) -> tuple[Row, Row]:
    """The breach and its ticket, or the hand-off whose breach it is, with its two sides. UnknownBreach."""
    breach = await queries.find_breach(connection, breach_id, hold=hold)
    if breach is None:
        raise UnknownBreach
    try:
        ticket = await readable_ticket(connection, actor, breach["ticket_id"])
    except UnknownTicket:
        raise UnknownBreach from None
    sides = {name: breach[name] for name in ("customer_department_id", "provider_department_id")}
    if breach["link_id"] is None:
        return breach, {**ticket, **sides}
    agreed = {"agreement_version_id": await queries.agreement_of_link(connection, breach["link_id"])}
    return breach, as_part(ticket, {**sides, **agreed})


def _check_state(breach: Row, *wanted: BreachState) -> None:
    if breach["state"] not in wanted:
        raise BreachInState(state=breach["state"])


async def _said(connection: Connection, breach: Row, entry: Told, state: BreachState, now: datetime) -> Told:
    await queries.add_entry(connection, uuid7(), breach["id"], entry, state=state.value, now=now)
    return await _told(connection, await queries.find_breach(connection, breach["id"]) or breach)


async def _whole(connection: Connection, terms: TermsCache, actor: Actor, breach: Row, now: datetime) -> Told:
    ticket_id, link_id = breach["ticket_id"], breach["link_id"]
    try:
        clocks = await show_clocks(connection, terms, actor, ticket_id, now, link_id=link_id)
    except UnknownLink:  # the offer was a slip, and was taken back
        clocks = []
    key = breach["clock"], breach["cycle"]
    clock = next((each for each in clocks if (each["clock"], each["cycle"]) == key), None)
    path = f"/v1/tickets/{ticket_id}/clocks/{clock['id']}/explanation" if clock else None
    return {**await _told(connection, breach), "clock_now": clock, "explanation": path}


async def _told(connection: Connection, breach: Row) -> Told:
    return {**_listed(breach), "history": _history(await queries.entries_of(connection, breach["id"]))}


def _history(entries: list[Row]) -> list[Told]:
    return [{name: entry[name] for name in _ENTRY} for entry in entries]


def _listed(row: Row) -> Told:
    return {name: row[name] for name in _SHOWN}
