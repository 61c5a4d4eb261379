"""HTTP for contests of a ticket's ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.requests.answers import json_answer
from services.requests.breaches.contests import service
from services.requests.breaches.contests.refusals import CONTESTING_PROBLEMS, DECIDING_PROBLEMS
from services.requests.breaches.contests.schemas import ContestPublic, NewContest, NewContestDecision
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.schemas.showing import Listed
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)


@router.post(
    "/v1/tickets/{ticket_id}/contests",
    status_code=201,
    response_model=ContestPublic,
    responses=problem_responses(*CONTESTING_PROBLEMS),
)
async def contest_interval(
    ticket_id: TicketId, new: NewContest, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Contest a time of the ledger: it was somebody else's. Nothing changes until that is decided."""
    return json_answer(await service.contest_interval(connection, terms, actor, ticket_id, new, now=now), 201)


@router.get(
    "/v1/tickets/{ticket_id}/contests", response_model=Listed[ContestPublic], responses=problem_responses(UnknownTicket)
)
async def list_contests(ticket_id: TicketId, actor: Reader, connection: HotTransaction) -> Response:
    """What was contested on the ticket, and what was decided on it."""
    return json_answer({"items": await service.list_contests(connection, actor, ticket_id), "next": None})


@router.post(
    "/v1/tickets/{ticket_id}/contests/{contest_id}/decisions",
    status_code=201,
    response_model=ContestPublic,
    responses=problem_responses(*DECIDING_PROBLEMS),
)
async def decide_contest(
    ticket_id: TicketId,
    contest_id: Annotated[UUID, Path()],
    new: NewContestDecision,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """Uphold or dismiss a contest: for a manager of the other side, whom the agreement names, or administrators.

    What is upheld enters the outcomes after decisions (`outcome_after_decisions`), which stand beside the first ones.
    """
    told = await service.decide_contest(connection, terms, actor, ticket_id, contest_id, new, now=now)
    return json_answer(told, 201)
