"""HTTP for a ticket's checklist."""

from fastapi import Response

from services.requests.answers import json_answer
from services.requests.tickets.api import Reader, TicketId, Writer
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn, TicketHasEnded, UnknownTicket
from services.requests.tickets.schemas.showing import Listed
from services.requests.tickets.schemas.steps import NewStepNote, TicketStepPublic
from services.requests.tickets.service import steps
from services.requests.tickets.service.steps import StepStandsSo, UnknownStep
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)


@router.get(
    "/v1/tickets/{ticket_id}/steps",
    response_model=Listed[TicketStepPublic],
    responses=problem_responses(UnknownTicket),
)
async def list_steps(ticket_id: TicketId, actor: Reader, connection: HotTransaction) -> Response:
    """The standard steps of what was asked for, with what is done and who answers for it."""
    return json_answer({"items": await steps.show_steps(connection, actor, ticket_id), "next": None})


@router.post(
    "/v1/tickets/{ticket_id}/steps",
    status_code=201,
    response_model=TicketStepPublic,
    responses=problem_responses(UnknownTicket, UnknownStep, OnlyLooksOn, ForProviderOnly, TicketHasEnded, StepStandsSo),
)
async def note_step(
    ticket_id: TicketId, new: NewStepNote, actor: Writer, connection: HotTransaction, now: Now
) -> Response:
    """Check a step off, or take that back. Steps that are not optional are done before the ticket is fulfilled."""
    return json_answer(await steps.note_ticket_step(connection, actor, ticket_id, new, now=now), 201)
