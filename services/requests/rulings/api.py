"""HTTP for rulings on a ticket."""

from fastapi import Response

from services.requests.answers import json_answer
from services.requests.calendars.api import CalendarId, Threads
from services.requests.calendars.api import Writer as CalendarWriter
from services.requests.calendars.refusals import VERSION_PROBLEMS, MayNotWriteCalendars, UnknownCalendar
from services.requests.calendars.schemas import NextCalendarVersion
from services.requests.rulings.rules import (
    ConfirmsOwnProposal,
    ElapsedIsProposed,
    PriorityNotPromised,
    PromisedAlready,
    ProposalNotOpen,
    ProposesOrConfirms,
    UnknownProposal,
)
from services.requests.rulings.schemas import NewRuling, RulingPublic, VersionPreview
from services.requests.rulings.service import foresee
from services.requests.rulings.service.priority import rule_priority, show_rulings
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.refusals import OnlyLooksOn, TicketHasEnded, UnknownTicket
from services.requests.tickets.schemas.showing import Listed
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)
calendar_router = feature_router("calendars", HotRoute)


@router.post(
    "/v1/tickets/{ticket_id}/rulings",
    status_code=201,
    response_model=RulingPublic,
    responses=problem_responses(
        UnknownTicket,
        UnknownProposal,
        OnlyLooksOn,
        ConfirmsOwnProposal,
        TicketHasEnded,
        ProposesOrConfirms,
        ProposalNotOpen,
        ElapsedIsProposed,
        PromisedAlready,
        PriorityNotPromised,
    ),
)
async def rule_on_ticket(
    ticket_id: TicketId, new: NewRuling, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Propose another promised priority, or confirm the other side's proposal, which then is ruled.

    Whom the agreement names (`priority_role`) rules at once. Open targets go on with the new priority's durations.
    """
    told = await rule_priority(connection, terms, actor, ticket_id, new, now=now)
    return json_answer(RulingPublic(**told).model_dump(by_alias=True), 201)


@router.get(
    "/v1/tickets/{ticket_id}/rulings", response_model=Listed[RulingPublic], responses=problem_responses(UnknownTicket)
)
async def list_rulings(ticket_id: TicketId, actor: Reader, connection: HotTransaction, terms: Terms) -> Response:
    """What was ruled on the ticket, and what was proposed to be, in the order in which it was recorded."""
    items = await show_rulings(connection, terms, actor, ticket_id)
    return json_answer({"items": [RulingPublic(**each).model_dump(by_alias=True) for each in items], "next": None})


@calendar_router.post(
    "/v1/calendars/{calendar_id:uuid}/versions/preview",
    response_model=VersionPreview,
    responses=problem_responses(UnknownCalendar, MayNotWriteCalendars, *VERSION_PROBLEMS),
)
async def preview_version(
    calendar_id: CalendarId,
    new: NextCalendarVersion,
    actor: CalendarWriter,
    connection: HotTransaction,
    threads: Threads,
    terms: Terms,
    now: Now,
) -> Response:
    """Which open clocks a new version would move, and by how much: the same body as a new version; nothing is written.

    For whoever may save it. Counted are all clocks that follow the calendar; listed those of tickets that you may read.
    """
    return json_answer(await foresee.preview_version(connection, threads, terms, actor, calendar_id, new, now=now))
