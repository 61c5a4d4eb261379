"""HTTP for the approvals of a ticket."""

from fastapi import Response

from services.requests.answers import json_answer
from services.requests.approvals import service
from services.requests.approvals.refusals import APPROVAL_PROBLEMS
from services.requests.approvals.schemas import NewApproval, TicketApproval
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.refusals import UnknownTicket
from services.requests.tickets.schemas.showing import Listed
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)


@router.get(
    "/v1/tickets/{ticket_id}/approvals",
    response_model=Listed[TicketApproval],
    responses=problem_responses(UnknownTicket),
)
async def list_approvals(
    ticket_id: TicketId, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Whose approval was asked for the ticket, level by level, and what they answered."""
    items = await service.show_approvals(connection, terms, actor, ticket_id, now)
    return json_answer({"items": items, "next": None})


@router.post(
    "/v1/tickets/{ticket_id}/approvals",
    status_code=201,
    response_model=TicketApproval,
    responses=problem_responses(UnknownTicket, *APPROVAL_PROBLEMS),
)
async def answer_approval(
    ticket_id: TicketId, new: NewApproval, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Approve or decline at the level that is open, as who is asked there or as a deputy of theirs."""
    return json_answer(await service.answer_approval(connection, terms, actor, ticket_id, new, now=now), 201)
