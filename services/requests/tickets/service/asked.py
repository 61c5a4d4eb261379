"""What is asked, checked and with its promise: for submitting it, for a preview, and for changing it later."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.pinning import pin_of
from services.requests.catalogue.approvals import ApprovalLevel, needed
from services.requests.catalogue.form import Form, FormRefused, missing, refused, refused_quickly
from services.requests.catalogue.terms import Current, OfferingTerms
from services.requests.departments.service import Identity, require_department
from services.requests.people.service import require_people
from services.requests.tickets.policies import can_name_requester, can_submit_for
from services.requests.tickets.refusals import (
    CustomerDepartmentMissing,
    MayNotNameRequester,
    MayNotSubmitFor,
    NeededByMissing,
    NotOffered,
    QuantityMissing,
    check_instant,
)
from services.requests.tickets.rules.quota import MOST, quantity_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewTicket, refs_document
from services.requests.tickets.service.relate import named_ticket
from services.requests.timeline.promised import PinnedObligation, PinnedTerms
from services.requests.timeline.vocabulary import ClockName
from services.shared.auth import Actor
from services.shared.db import Connection


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be made: the columns that it fills in, what is promised for it, and what it lacks.

    `missing` are the pointers that the form expects and the fields leave out, `levels` whose approval it needs first.
    """

    draft: Row
    offered: OfferingTerms
    pinned: PinnedTerms
    missing: tuple[str, ...]
    levels: tuple[ApprovalLevel, ...]


async def check_may_ask(connection: Connection, identity: Identity, actor: Actor, new: NewTicket) -> UUID:
    """For which department is asked: the one named, else the only one to which the caller belongs.

    CustomerDepartmentMissing, MayNotSubmitFor, MayNotNameRequester, InstantOutside, UnknownTicket;
    for what does not exist, that it does not.
    """
    customer_id = new.customer_department_id
    if customer_id is None:
        if len(actor.department_roles) != 1:
            raise CustomerDepartmentMissing(pointer="/customer_department_id")
        (customer_id,) = actor.department_roles
    if not can_submit_for(actor, customer_id):
        await require_department(connection.fetch, identity, customer_id, pointer="/customer_department_id")
        raise MayNotSubmitFor(pointer="/customer_department_id")
    requester_id = new.requester_id
    if requester_id not in (None, actor.id) and not can_name_requester(actor, customer_id):
        await require_people(connection.fetch, identity, {requester_id: "/requester_id"})
        raise MayNotNameRequester(pointer="/requester_id")
    check_instant(new.needed_by, "/needed_by")
    if new.follows is not None:
        await named_ticket(connection, actor, new.follows, "/follows")
    return customer_id


async def asked_under(
    connection: Connection,
    current: Current,
    identity: Identity,
    actor: Actor,
    new: NewTicket,
    customer_id: UUID,
    now: datetime,
) -> Asked:
    """The request as this generation promises it.

    UnknownOffering, UnknownDepartment, DepartmentsUnavailable, NotOffered, UnknownPerson, PeopleUnavailable,
    FormRefused, NeededByMissing, QuantityMissing.
    """
    offered = await current.terms_for(
        connection.fetch, identity, offering_id=new.offering_id, customer_department_id=customer_id
    )
    offering = offered.offering
    if not offering.is_offered:
        raise NotOffered(pointer="/offering_id")
    await require_people(connection.fetch, identity, _named_people(actor, new))
    await check_form(offering.form, new.fields)
    pinned = pin_of(offered, new.priority.value, now)
    check_obligations(pinned.obligations, new.needed_by_text(), new.fields)
    draft = {
        **_columns(actor, new),
        "id": uuid7(),
        "offering_id": offering.id,
        "offering_version": offering.version,
        "customer_department_id": customer_id,
        "provider_department_id": offered.provider.id,
        "is_confidential": offering.is_confidential,
        "agreement_version_id": pinned.agreement_version_id,
        "source": None,
        "source_key": None,
    }
    lacking = missing(offering.form, new.fields) if offering.form else ()
    levels = needed(offering.approvals, new.fields) if offering.approvals else ()
    return Asked(draft, offered, pinned, lacking, levels)


async def check_form(form: Form | None, fields: Mapping[str, Any]) -> None:
    """FormRefused. In a thread where it may take long: the largest fields and form take some tenths of a second."""
    if form is None:
        return
    refusals = refused_quickly(form, fields)
    if refusals is None:
        refusals = await asyncio.to_thread(refused, form, fields)
    if refusals:
        raise FormRefused(refusals)


def check_obligations(
    obligations: Iterable[PinnedObligation], needed_by: str | None, fields: Mapping[str, Any]
) -> None:
    """NeededByMissing under an obligation of notice, QuantityMissing under a quota of quantities."""
    for obligation in obligations:
        if obligation.clock is ClockName.NOTICE and needed_by is None:
            raise NeededByMissing(pointer="/needed_by")
        if obligation.clock is ClockName.QUOTA and quantity_of(fields, obligation.quantity) is None:
            where = f"/fields{obligation.quantity}"
            raise QuantityMissing(pointer=where, where=where, most=MOST)


def _named_people(actor: Actor, new: NewTicket) -> dict[UUID, str]:
    """Whom the ticket names, each with the pointer to where; who asks is known by their token."""
    named = {person_id: f"/participants/{place}" for place, person_id in reversed(list(enumerate(new.participants)))}
    if new.beneficiary_id is not None:
        named[new.beneficiary_id] = "/beneficiary_id"
    if new.requester_id is not None:
        named[new.requester_id] = "/requester_id"
    if not actor.is_client:
        named.pop(actor.id, None)
    return named


def _columns(actor: Actor, new: NewTicket) -> Row:
    """The columns that say what is asked, by whom and for whom."""
    return {
        "subject": new.subject,
        "description": new.description,
        "requester_id": new.requester_id or (None if actor.is_client else actor.id),
        "beneficiary_id": new.beneficiary_id,
        "participants": list(dict.fromkeys(new.participants)),
        "assignee_id": None,
        "priority": new.priority.value,
        "promised_priority": new.priority.value,
        "needed_by": new.needed_by_text(),
        "fields": new.fields,
        "external_refs": refs_document(new.external_refs),
    }
