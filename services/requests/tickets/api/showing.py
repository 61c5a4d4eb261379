"""HTTP for what a ticket's readers see of it over time: history, comments, ledger, clocks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from services.requests.answers import json_answer
from services.requests.calendars.refusals import COMPUTE_PROBLEMS
from services.requests.calendars.refusals import told_as_problems as working_time_told
from services.requests.tickets.api import Reader, Terms, TicketId
from services.requests.tickets.refusals import UnknownClock, UnknownLink, UnknownTicket
from services.requests.tickets.schemas.showing import (
    ClockPublic,
    CommentPublic,
    EventPublic,
    ExplanationPublic,
    LedgerIntervalPublic,
    Listed,
)
from services.requests.tickets.service import clocks, show
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Id

router = feature_router("tickets", HotRoute)
_UNKNOWN = problem_responses(UnknownTicket)
_UNKNOWN_PART = problem_responses(UnknownTicket, UnknownLink)
OfLink = Annotated[Id | None, Query(description="of that hand-off; without: of the ticket itself")]


def _listed(items: list[dict[str, Any]]) -> Response:
    return json_answer({"items": items, "next": None})


@router.get("/v1/tickets/{ticket_id}/history", response_model=Listed[EventPublic], responses=_UNKNOWN)
async def get_history(
    ticket_id: TicketId, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Every event on the ticket, in the order in which they were recorded."""
    rows = await show.show_history(connection, terms, actor, ticket_id, now)
    return _listed([{name: row[name] for name in EventPublic.model_fields} for row in rows])


@router.get("/v1/tickets/{ticket_id}/comments", response_model=Listed[CommentPublic], responses=_UNKNOWN)
async def list_comments(ticket_id: TicketId, actor: Reader, connection: HotTransaction, terms: Terms) -> Response:
    """What was written on the ticket, in order."""
    return _listed(await show.show_comments(connection, terms, actor, ticket_id))


@router.get("/v1/tickets/{ticket_id}/ledger", response_model=Listed[LedgerIntervalPublic], responses=_UNKNOWN_PART)
async def get_ledger(
    ticket_id: TicketId,
    actor: Reader,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
    link_id: OfLink = None,
) -> Response:
    """Who held the ticket in each second of its life: intervals without gap or overlap, in order of time."""
    return _listed(await show.show_ledger(connection, terms, actor, ticket_id, now, link_id=link_id))


@router.get("/v1/tickets/{ticket_id}/clocks", response_model=Listed[ClockPublic], responses=_UNKNOWN_PART)
async def list_clocks(
    ticket_id: TicketId,
    actor: Reader,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
    link_id: OfLink = None,
) -> Response:
    """The ticket's clocks as they stand now."""
    return _listed(await clocks.show_clocks(connection, terms, actor, ticket_id, now, link_id=link_id))


@router.get(
    "/v1/tickets/{ticket_id}/clocks/{clock_id}/explanation",
    response_model=ExplanationPublic,
    responses=problem_responses(UnknownTicket, UnknownClock, *COMPUTE_PROBLEMS),
)
async def explain_clock(
    ticket_id: TicketId,
    clock_id: Annotated[UUID, Path()],
    actor: Reader,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """Why a clock stands as it does, as data: each interval counted or not, and for what reason."""
    with working_time_told():
        return json_answer(await clocks.explain_ticket_clock(connection, terms, actor, ticket_id, clock_id, now))
