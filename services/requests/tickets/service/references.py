"""References to other systems: taken by one ticket, found again, and what a repeated request by reference does."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import can_read_ticket
from services.requests.tickets.queries.read import find_ticket
from services.requests.tickets.queries.references import Reference, hold_references, holder_of, references_of
from services.requests.tickets.refusals import ExternalRefElsewhere, ExternalRefTaken, FixedAtSubmission
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import ExternalRef, NewTicket, TicketChanges
from services.shared.auth import Actor
from services.shared.db import Connection

_CHANGEABLE = frozenset({"subject", "description", "beneficiary_id", "participants", "needed_by", "fields"})


async def claim_references(
    connection: Connection, actor: Actor, references: Sequence[Reference], ticket_id: UUID
) -> None:
    """Hold these references for this transaction, for that ticket. ExternalRefTaken."""
    holders = await hold_references(connection, references)
    for place, reference in enumerate(references):
        if holders.get(reference, ticket_id) != ticket_id:
            raise await _taken(connection, actor, reference, holders[reference], f"/external_refs/{place}")


async def _taken(
    connection: Connection, actor: Actor, reference: Reference, holder_id: UUID, pointer: str | None
) -> ExternalRefTaken:
    row = await find_ticket(connection, holder_id)
    is_seen = row is not None and can_read_ticket(actor, row, row["holders"])
    problem = ExternalRefTaken if is_seen else ExternalRefElsewhere
    return problem(pointer=pointer, system=reference[0], id=reference[1], ticket_id=holder_id)


async def ticket_by_reference(connection: Connection, actor: Actor, reference: Reference) -> Row | None:
    """The ticket with this reference; none where no ticket has it. ExternalRefTaken by one that they may not see."""
    ticket_id = await holder_of(connection, reference)
    row = None if ticket_id is None else await find_ticket(connection, ticket_id)
    if row is not None and not can_read_ticket(actor, row, row["holders"]):
        raise ExternalRefElsewhere(system=reference[0], id=reference[1])
    return row


def asked_by_reference(new: NewTicket, reference: Reference) -> NewTicket:
    """What is asked, with the reference among its references."""
    system, external_id = reference
    refs = dict.fromkeys([ExternalRef(system=system, id=external_id), *new.external_refs])
    return new.model_copy(update={"external_refs": list(refs)})


def changes_asked(row: Row, new: NewTicket) -> TicketChanges:
    """What a repeated request changes of its ticket: what it says and may change. References are only added.

    FixedAtSubmission.
    """
    asked: dict[str, Any] = {
        "offering_id": new.offering_id,
        "customer_department_id": new.customer_department_id,
        "requester_id": new.requester_id,
        "promised_priority": new.priority.value if "priority" in new.model_fields_set else None,
    }
    for name, value in asked.items():
        if value is not None and value != row[name]:
            field = "priority" if name == "promised_priority" else name
            raise FixedAtSubmission(pointer=f"/{field}", ticket_id=row["id"], name=field)
    given = {name: getattr(new, name) for name in _CHANGEABLE & new.model_fields_set}
    known = [ExternalRef(system=system, id=external_id) for system, external_id in references_of(row["external_refs"])]
    return TicketChanges(**given, external_refs=list(dict.fromkeys([*known, *new.external_refs])))
