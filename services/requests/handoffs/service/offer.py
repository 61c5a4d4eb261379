"""Offering a part of a ticket to another department."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.freezing import freezes_covering, rulings_of
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity, require_department
from services.requests.handoffs.policies import can_act_for
from services.requests.handoffs.refusals import ForOfferer, told_as_problems
from services.requests.handoffs.schemas import NewHandOff
from services.requests.handoffs.service.held import HeldTicket, held_ticket
from services.requests.handoffs.service.promising import Promised, promised_for
from services.requests.handoffs.service.showing import Told, told_link
from services.requests.handoffs.service.telling import tell_of_offer
from services.requests.tickets.refusals import check_instant
from services.requests.timeline.facts import HandOffOffered
from services.requests.timeline.posting import check_offer
from services.requests.timeline.rulings import FreezeRuled
from services.shared.auth import Actor
from services.shared.db import Connection


async def offer_hand_off(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    ticket_id: UUID,
    new: NewHandOff,
    *,
    now: datetime,
) -> Told:
    """Offer part of the ticket, as its provider or as the holder of `parent_id`; the link. OFFER_PROBLEMS."""
    check_instant(new.needed_by, "/needed_by")
    held = await held_ticket(connection, terms, actor, ticket_id)
    if new.parent_id is not None:
        held.link(new.parent_id, "/parent_id")
    if not can_act_for(actor, held.offerer_of(new.parent_id)):
        raise ForOfferer
    department = await require_department(connection.fetch, identity, new.department_id, pointer="/department_id")
    code = _code_of(held, department)
    with told_as_problems():
        timeline, provider = held.ticket.at(now), held.ticket.pinned.provider
        check_offer(timeline.state, timeline.links, code, provider=provider, parent=new.parent_id)
    promised = await promised_for(
        connection,
        held.current,
        identity,
        new,
        offerer_id=held.offerer_of(new.parent_id),
        provider=code,
        priority=held.ticket.row["promised_priority"],
        now=now,
    )
    fact = _offer(new, code, promised, held.ticket.row["promised_priority"])
    frozen = await _frozen(connection, held, new, fact.link_id, now)
    row = await held.record(connection, held.acting(actor, new.parent_id), fact, now, rulings=frozen)
    await tell_of_offer(connection, row, fact, department.id, actor, now=now)
    return await told_link(connection, terms, actor, ticket_id, fact.link_id, now=now)


async def _frozen(
    connection: Connection, held: HeldTicket, new: NewHandOff, link_id: UUID, now: datetime
) -> list[FreezeRuled]:
    """What the two departments have frozen already, for the link as for a new ticket between them."""
    offerer_id = held.offerer_of(new.parent_id)
    if offerer_id is None:
        return []
    freezes = await freezes_covering(connection.fetch, new.offering_id, offerer_id, new.department_id)
    return [replace(ruling, link=link_id) for ruling in rulings_of(freezes, now)]


def _offer(new: NewHandOff, code: str, promised: Promised, priority: str) -> HandOffOffered:
    return HandOffOffered(
        link_id=uuid7(),
        department=code,
        wait=new.wait,
        parent=new.parent_id,
        comment=new.comment,
        offering_id=new.offering_id,
        offering_version=promised.offering_version,
        needed_by=new.needed_by_text(),
        fields=new.fields,
        missing=promised.missing,
        quota_promised=promised.quota.allowed if promised.quota else None,
        quota_observed=promised.quota.used if promised.quota else None,
        terms=promised.terms,
        priority=priority,
    )


def _code_of(held: HeldTicket, department: Department) -> str:
    """The code under which this ticket knows the department already, whatever it is called now; else its code."""
    if department.id == held.ticket.row["provider_department_id"]:
        return held.ticket.pinned.provider
    known = (link for link in held.ticket.progress.links if held.departments.get(link.id) == department.id)
    return next((link.department for link in known), department.code)
