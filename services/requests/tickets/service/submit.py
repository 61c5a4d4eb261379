"""Submitting a ticket: what is asked, who may ask, what is promised, written in one statement."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.queries import current_generation
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.departments.service import Identity, require_department
from services.requests.events import TicketSubmitted
from services.requests.people.service import require_people
from services.requests.tickets.policies import can_name_requester, can_submit_for
from services.requests.tickets.queries.write import Superseded
from services.requests.tickets.refusals import (
    CustomerDepartmentMissing,
    MayNotNameRequester,
    MayNotSubmitFor,
    NotOffered,
    check_instant,
)
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.recording import open_ticket, pin
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Submitted
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.problems import Problem


async def submit_ticket(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    new: NewTicket,
    *,
    now: datetime,
) -> Row:
    """A new ticket to the department of its offering; its row.

    It is made of what is in memory, in one statement that holds only while that is current; else it is made again.

    CustomerDepartmentMissing, MayNotSubmitFor, MayNotNameRequester, UnknownOffering, UnknownDepartment,
    DepartmentsUnavailable, UnknownPerson, PeopleUnavailable, NotOffered, InstantOutside.
    """
    customer_id = _customer_of(actor, new)
    await _check_may_ask(connection, identity, actor, new, customer_id)
    check_instant(new.needed_by, "/needed_by")
    current = await terms.latest(connection.fetch)
    while True:  # each turn is a change that somebody committed meanwhile
        try:
            return await _submit_under(connection, current, identity, actor, new, customer_id, now)
        except Superseded as superseded:
            current = terms.of_generation(superseded.token)
        except Problem:
            token = await current_generation(connection.fetch)
            if token == current.token:
                raise
            current = terms.of_generation(token)


async def _submit_under(
    connection: Connection,
    current: Current,
    identity: Identity,
    actor: Actor,
    new: NewTicket,
    customer_id: UUID,
    now: datetime,
) -> Row:
    """The ticket as this generation promises it. Superseded, and the problems that it calls for."""
    offered = await current.terms_for(
        connection.fetch, identity, offering_id=new.offering_id, customer_department_id=customer_id
    )
    if not offered.offering.is_offered:
        raise NotOffered(pointer="/offering_id")
    await require_people(connection.fetch, identity, _named_people(actor, new))
    ticket_id = uuid7()
    draft = {
        **_asked(actor, new),
        "id": ticket_id,
        "offering_id": offered.offering.id,
        "offering_version": offered.offering.version,
        "customer_department_id": customer_id,
        "provider_department_id": offered.provider.id,
        "is_confidential": offered.offering.is_confidential,
        "source": None,
        "source_key": None,
    }
    event = Event(uuid7(), 1, now, now, ActingSide(Side.CUSTOMER, actor.id), Submitted())
    leaving = TicketSubmitted(
        ticket_id=ticket_id,
        customer_department_id=customer_id,
        provider_department_id=offered.provider.id,
        offering_id=offered.offering.id,
        requester_id=draft["requester_id"],
        priority=new.priority.value,
        submitted_at=now,
    )
    row = await open_ticket(
        connection,
        current,
        draft,
        pin(offered, new.priority.value),
        [event],
        now=now,
        leaving=[leaving],
        only_under=current.token,
    )
    if row is None:
        raise LookupError("a ticket without a source conflicts with none")
    return row


def _customer_of(actor: Actor, new: NewTicket) -> UUID:
    """For which department is asked: the one named, else the only one to which the caller belongs."""
    department_id = new.customer_department_id
    if department_id is None:
        if len(actor.department_roles) != 1:
            raise CustomerDepartmentMissing(pointer="/customer_department_id")
        (department_id,) = actor.department_roles
    return department_id


async def _check_may_ask(
    connection: Connection, identity: Identity, actor: Actor, new: NewTicket, customer_id: UUID
) -> None:
    """MayNotSubmitFor, MayNotNameRequester; for what does not exist, that it does not."""
    if not can_submit_for(actor, customer_id):
        await require_department(connection.fetch, identity, customer_id, pointer="/customer_department_id")
        raise MayNotSubmitFor(pointer="/customer_department_id")
    requester_id = new.requester_id
    if requester_id is None or requester_id == actor.id or can_name_requester(actor, customer_id):
        return
    await require_people(connection.fetch, identity, {requester_id: "/requester_id"})
    raise MayNotNameRequester(pointer="/requester_id")


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


def _asked(actor: Actor, new: NewTicket) -> Row:
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
        "agreement_version_id": None,
        "fields": new.fields,
        "external_refs": [ref.model_dump() for ref in new.external_refs],
    }
