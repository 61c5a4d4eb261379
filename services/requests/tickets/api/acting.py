"""HTTP for acts on a ticket; a POST never needs If-Match, the ticket's state guards it; a change does."""

from fastapi import Response

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.people.service import PERSON_PROBLEMS
from services.requests.tickets.api import Terms, TicketId, Writer
from services.requests.tickets.queries.read import public_of
from services.requests.tickets.refusals import (
    AMENDMENT_PROBLEMS,
    CORRECTION_PROBLEMS,
    STEP_PROBLEMS,
    CannotServe,
    ForProviderOnly,
    LackingUnknown,
    OnlyLooksOn,
    UnknownEvent,
    UnknownTicket,
)
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import (
    NewAssignment,
    NewComment,
    NewCorrection,
    NewTransition,
    TicketChanges,
    TicketPublic,
)
from services.requests.tickets.schemas.showing import CommentPublic
from services.requests.tickets.schemas.working import TicketAssigned
from services.requests.tickets.service import act, amend
from services.requests.tickets.service.show import comment_of
from services.requests.tickets.service.standing_in import assignee_away, told_of
from services.shared.etags import IfMatch, etag
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)


def _as_it_is_now(row: Row) -> Response:
    return json_answer(public_of(row), 201, {"ETag": etag(row["version"])})


@router.patch(
    "/v1/tickets/{ticket_id:uuid}",
    response_model=TicketPublic,
    responses=problem_responses(UnknownTicket, *AMENDMENT_PROBLEMS, PreconditionFailed, PreconditionRequired),
)
async def amend_ticket(
    ticket_id: TicketId,
    changes: TicketChanges,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    identity: AskIdentity,
    expected: IfMatch,
    now: Now,
) -> Response:
    """Change what is asked. A change by the customer's side answers whatever was asked of it."""
    row = await amend.amend_ticket(connection, terms, identity, actor, ticket_id, changes, expected, now=now)
    return json_answer(public_of(row), headers={"ETag": etag(row["version"])})


@router.post(
    "/v1/tickets/{ticket_id}/transitions",
    status_code=201,
    response_model=TicketPublic,
    responses=problem_responses(UnknownTicket, OnlyLooksOn, LackingUnknown, *STEP_PROBLEMS),
)
async def move_ticket(
    ticket_id: TicketId, step: NewTransition, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Take the ticket to another state; the answer is the ticket as it is then."""
    return _as_it_is_now(await act.move_ticket(connection, terms, actor, ticket_id, step, now=now))


@router.post(
    "/v1/tickets/{ticket_id}/comments",
    status_code=201,
    response_model=CommentPublic,
    responses=problem_responses(UnknownTicket, OnlyLooksOn, ForProviderOnly),
)
async def comment_on_ticket(
    ticket_id: TicketId, new: NewComment, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Write on the ticket. The customer's public comment ends a wait on the customer, unless `answers` is false."""
    event = await act.comment_on_ticket(connection, terms, actor, ticket_id, new, now=now)
    return json_answer(comment_of(event), 201)


@router.post(
    "/v1/tickets/{ticket_id}/assignments",
    status_code=201,
    response_model=TicketAssigned,
    responses=problem_responses(UnknownTicket, OnlyLooksOn, ForProviderOnly, CannotServe, *PERSON_PROBLEMS),
)
async def assign_ticket(
    ticket_id: TicketId,
    new: NewAssignment,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    identity: AskIdentity,
    now: Now,
) -> Response:
    """Say whose the ticket is to work on, one who serves the provider or a hand-off's department; null: nobody's.

    It may be one who is away, and stays theirs: the answer tells until when, and who finds it in their queue meanwhile.
    """
    row = await act.assign_ticket(connection, terms, identity, actor, ticket_id, new, now=now)
    away = await assignee_away(connection.fetch, row, now)
    return json_answer(public_of(row) | told_of(away), 201, {"ETag": etag(row["version"])})


@router.post(
    "/v1/tickets/{ticket_id}/corrections",
    status_code=201,
    response_model=TicketPublic,
    responses=problem_responses(UnknownTicket, UnknownEvent, OnlyLooksOn, *CORRECTION_PROBLEMS),
)
async def take_back_event(
    ticket_id: TicketId, new: NewCorrection, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Take back a slip of one's own side within the hour. Both stay in the history; the fold leaves both out."""
    return _as_it_is_now(await act.take_back(connection, terms, actor, ticket_id, new, now=now))
