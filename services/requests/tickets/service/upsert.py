"""A request by the reference that another system keeps it under: asked once, and then brought up to date."""

from datetime import datetime
from typing import NamedTuple

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.tickets.queries.references import Reference
from services.requests.tickets.refusals import ExternalRefTaken
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.amend import amend_ticket, changed_by
from services.requests.tickets.service.references import asked_by_reference, changes_asked, ticket_by_reference
from services.requests.tickets.service.submit import submit_ticket
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.etags import Expected

NOT_THERE = 0
"""The version of a ticket for which nobody has asked yet."""


class Upserted(NamedTuple):
    """A ticket's row, and whether it is new."""

    row: Row
    is_new: bool


async def upsert_ticket(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    reference: Reference,
    new: NewTicket,
    expected: Expected,
    *,
    now: datetime,
) -> Upserted:
    """The ticket with this reference, new or brought up to date with what is given.

    PreconditionFailed, FixedAtSubmission, ExternalRefTaken (of a ticket that they may not see), SUBMISSION_PROBLEMS,
    AMENDMENT_PROBLEMS.
    """
    wanted = asked_by_reference(new, reference)
    row = await ticket_by_reference(connection, actor, reference)
    if row is None:
        expected.check(NOT_THERE)
        try:
            return Upserted(await submit_ticket(connection, terms, identity, actor, wanted, now=now), is_new=True)
        except ExternalRefTaken:  # of this reference: somebody was faster; of another one: it stays refused
            row = await ticket_by_reference(connection, actor, reference)
            if row is None:
                raise
    changes = changes_asked(row, wanted)
    if not changed_by(changes, row):
        expected.check(row["version"])
        return Upserted(row, is_new=False)
    amended = await amend_ticket(connection, terms, identity, actor, row["id"], changes, expected, now=now)
    return Upserted(amended, is_new=False)
