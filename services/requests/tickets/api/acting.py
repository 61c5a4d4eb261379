"""HTTP for acts on a ticket; a POST never needs If-Match, the ticket's state guards it."""

from fastapi import Response

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.people.service import PERSON_PROBLEMS
from services.requests.tickets.api import Terms, TicketId, Writer
from services.requests.tickets.queries.read import public_of
from services.requests.tickets.refusals import (
    CORRECTION_PROBLEMS,
    STEP_PROBLEMS,
    CannotServe,
    ForProviderOnly,
    OnlyLooksOn,
    UnknownEvent,
    UnknownTicket,
)
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import (
    CommentPublic,
    NewAssignment,
    NewComment,
    NewCorrection,
    NewTransition,
    TicketPublic,
)
from services.requests.tickets.service import act
from services.requests.tickets.service.show import comment_of
from services.shared.etags import etag
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)


def _as_it_is_now(row: Row) -> Response:
    return json_answer(public_of(row), 201, {"ETag": etag(row["version"])})


@router.post(
    "/v1/tickets/{ticket_id}/transitions",
    status_code=201,
    response_model=TicketPublic,
    responses=problem_responses(UnknownTicket, OnlyLooksOn, *STEP_PROBLEMS),
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
    response_model=TicketPublic,
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
    """Say whose the ticket is to work on, one who serves the provider or a hand-off's department; null: nobody's."""
    return _as_it_is_now(await act.assign_ticket(connection, terms, identity, actor, ticket_id, new, now=now))


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
