"""One item of a batch: acts on one ticket that stand or fall together, by the use cases that single requests have."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.tickets.queries.read import ticket_as_acted
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas.working import TicketActs
from services.requests.tickets.service import act
from services.requests.tickets.service.standing_in import assignee_away, told_of
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.problems import Problem


async def act_on_ticket(
    connection: Connection, terms: TermsCache, identity: Identity, actor: Actor, item: TicketActs, *, now: datetime
) -> Row:
    """Assign, comment and move, as far as the item wants it; the ticket afterwards, in a few columns.

    In the transaction of `connection`, which undoes all of it where one act is refused: the problems of the single
    routes, with pointers from the item.
    """
    given, ticket_id = item.model_fields_set, item.ticket_id
    away: Row = {}
    if "assignment" in given:
        with _pointing_into("assignment"):
            row = await act.assign_ticket(connection, terms, identity, actor, ticket_id, item.assignment, now=now)
        away = told_of(await assignee_away(connection.fetch, row, now))
    if "comment" in given:
        with _pointing_into("comment"):
            await act.comment_on_ticket(connection, terms, actor, ticket_id, item.comment, now=now)
    if "transition" in given:
        with _pointing_into("transition"):
            await act.move_ticket(connection, terms, actor, ticket_id, item.transition, now=now)
    return await ticket_as_acted(connection, ticket_id) | away


@contextmanager
def _pointing_into(name: str) -> Iterator[None]:
    """What a use case says of its own input is said of that part of the item."""
    try:
        yield
    except UnknownTicket as unknown:
        unknown.pointer = "/ticket_id"
        raise
    except Problem as problem:
        if problem.pointer is not None:
            problem.pointer = f"/{name}{problem.pointer}"
        problem.errors = [{**error, "pointer": f"/{name}{error['pointer']}"} for error in problem.errors]
        raise
