"""Changing what was asked: one fact that says what changed, and the ticket's own row with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from services.requests.catalogue.approvals import raised
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.people.service import require_people
from services.requests.tickets.policies import amending_side, sides_of
from services.requests.tickets.queries.read import offering_as_pinned
from services.requests.tickets.queries.references import keep_references, references_of
from services.requests.tickets.refusals import (
    ApprovalMissing,
    ForCustomerOnly,
    OnlyLooksOn,
    QuantityGrows,
    TicketHasEnded,
    check_instant,
)
from services.requests.tickets.rules.quota import quantity_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import TicketChanges
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.asked import check_form, check_obligations
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.tickets.service.references import claim_references
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Amended
from services.requests.timeline.vocabulary import ClockName, Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.etags import Expected


async def amend_ticket(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    ticket_id: UUID,
    changes: TicketChanges,
    expected: Expected,
    *,
    now: datetime,
) -> Row:
    """The ticket with these changes; as it was where they change nothing.

    UnknownTicket, OnlyLooksOn, ForCustomerOnly, PreconditionFailed, TicketHasEnded, InstantOutside, UnknownPerson,
    PeopleUnavailable, FormRefused, NeededByMissing, QuantityMissing, QuantityGrows, ExternalRefTaken.
    """
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    given = changes.given()
    side = _side(actor, held.row, given)
    expected.check(held.row["version"])
    if held.progress.ended_at is not None:
        raise TicketHasEnded
    if "needed_by" in given:
        check_instant(changes.needed_by, "/needed_by")
    changed = changed_by(changes, held.row)
    if not changed:
        return held.row
    await require_people(connection.fetch, identity, _named_people(actor, held.row, changed))
    await _check_asked(connection, held, changed)
    acting = ActingSide(side, actor.id, automatic=actor.is_client)
    at = max(now, held.progress.latest[0])
    event = Event(uuid7(), held.next_sequence, at, now, acting, Amended(changed))
    if "external_refs" in changed:
        references = references_of(changed["external_refs"])
        await claim_references(connection, actor, references, ticket_id)
        await keep_references(connection, ticket_id, references)
    return await append(connection, current, held, [event], now=now, columns=changed)


def changed_by(changes: TicketChanges, row: Row) -> Row:
    """What these changes change of the ticket, as its row keeps it."""
    return {name: value for name, value in changes.given().items() if _spelled(value) != _spelled(row[name])}


async def _check_asked(connection: Connection, held: Unfolded, changed: Row) -> None:
    """FormRefused and ApprovalMissing by what the ticket pinned; NeededByMissing, QuantityMissing, QuantityGrows."""
    asked = held.row | changed
    if "fields" in changed:
        pinned = await offering_as_pinned(connection, asked["offering_id"], asked["offering_version"])
        await check_form(pinned.form, asked["fields"])
        if pointer := raised(pinned.approvals, held.row["fields"], asked["fields"]):
            raise ApprovalMissing(pointer=f"/fields{pointer}", where=f"/fields{pointer}")
    if not changed.keys().isdisjoint(("needed_by", "fields")):
        check_obligations(held.pinned.obligations, asked["needed_by"], asked["fields"])
    if "fields" in changed:
        _check_quantity(held, asked["fields"])


def _check_quantity(held: Unfolded, fields: Mapping[str, Any]) -> None:
    """QuantityGrows: what a quota counted at submission stands, so that nobody asks for little and then for more."""
    for obligation in held.pinned.obligations:
        if obligation.clock is not ClockName.QUOTA or obligation.quantity is None:
            continue
        counted, wanted = (quantity_of(each, obligation.quantity) for each in (held.row["fields"], fields))
        if counted is not None and wanted is not None and wanted > counted:
            raise QuantityGrows(pointer=f"/fields{obligation.quantity}", counted=counted)


def _side(actor: Actor, row: Row, given: dict[str, Any]) -> Side:
    sides = sides_of(actor, row, row["holders"])
    if not sides:
        raise OnlyLooksOn
    side = amending_side(actor, sides, given)
    if side is None:
        first = next((name for name in given if name != "external_refs"), None)
        raise ForCustomerOnly(pointer=first and f"/{first}")
    return side


def _spelled(value: Any) -> bytes:
    """A value as JSON, where 1 is not true."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def _named_people(actor: Actor, row: Row, changed: dict[str, Any]) -> dict[UUID, str]:
    """Whom the changes newly name, each with the pointer to where."""
    known = {row["requester_id"], row["beneficiary_id"], *row["participants"], actor.id}
    named = {each: f"/participants/{place}" for place, each in enumerate(changed.get("participants", ()))}
    if changed.get("beneficiary_id") is not None:
        named[changed["beneficiary_id"]] = "/beneficiary_id"
    return {person_id: pointer for person_id, pointer in named.items() if person_id not in known}
