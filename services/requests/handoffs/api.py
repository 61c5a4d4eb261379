"""HTTP for hand-offs: an offer makes a link of the ticket, and each answer to it is a POST below the link."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.handoffs.refusals import (
    ANSWER_PROBLEMS,
    ASKING_PROBLEMS,
    OFFER_PROBLEMS,
    RETURN_PROBLEMS,
    ForAsked,
    ForOfferer,
    ForReceiver,
)
from services.requests.handoffs.schemas import (
    Bounce,
    HandOffsPublic,
    LinkAnswer,
    LinkPublic,
    NewAnswer,
    NewHandOff,
    NewQuestion,
)
from services.requests.handoffs.service import answer, asking, offer
from services.requests.handoffs.service.showing import show_hand_offs
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.refusals import UnknownTicket
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)
LinkId = Annotated[UUID, Path()]
_LINK = "/v1/tickets/{ticket_id}/hand-offs/{link_id}"


@router.get(
    "/v1/tickets/{ticket_id}/hand-offs", response_model=HandOffsPublic, responses=problem_responses(UnknownTicket)
)
async def list_hand_offs(
    ticket_id: TicketId, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Which departments were offered which part of the ticket, who took it over, and from when to when."""
    return json_answer(await show_hand_offs(connection, terms, actor, ticket_id, now=now))


@router.post(
    "/v1/tickets/{ticket_id}/hand-offs",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*OFFER_PROBLEMS),
)
async def offer_hand_off(
    ticket_id: TicketId,
    new: NewHandOff,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    identity: AskIdentity,
    now: Now,
) -> Response:
    """Offer part of the ticket to another department, as its provider or as the holder of `parent_id`."""
    return json_answer(await offer.offer_hand_off(connection, terms, identity, actor, ticket_id, new, now=now), 201)


@router.post(
    f"{_LINK}/acceptances",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*ANSWER_PROBLEMS, ForReceiver),
)
async def accept_hand_off(
    ticket_id: TicketId, link_id: LinkId, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Take over what was offered: from here on the department's part is its own."""
    return json_answer(await answer.accept_hand_off(connection, terms, actor, ticket_id, link_id, now=now), 201)


@router.post(
    f"{_LINK}/bounces",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*ANSWER_PROBLEMS, ForReceiver),
)
async def bounce_hand_off(
    ticket_id: TicketId,
    link_id: LinkId,
    new: Bounce,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """Refuse what was offered, and say why; who offered it is told."""
    told = await answer.bounce_hand_off(connection, terms, actor, ticket_id, link_id, reason=new.reason, now=now)
    return json_answer(told, 201)


@router.post(
    f"{_LINK}/withdrawals",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*ANSWER_PROBLEMS, ForOfferer),
)
async def withdraw_hand_off(
    ticket_id: TicketId,
    link_id: LinkId,
    new: LinkAnswer,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """Take an offer back that nobody has answered yet."""
    told = await answer.withdraw_hand_off(connection, terms, actor, ticket_id, link_id, reason=new.reason, now=now)
    return json_answer(told, 201)


@router.post(
    f"{_LINK}/returns",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*RETURN_PROBLEMS, ForReceiver),
)
async def return_hand_off(
    ticket_id: TicketId,
    link_id: LinkId,
    new: LinkAnswer,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """The department has done its part; what it handed on itself ends with it."""
    told = await answer.return_hand_off(connection, terms, actor, ticket_id, link_id, reason=new.reason, now=now)
    return json_answer(told, 201)


@router.post(
    f"{_LINK}/questions",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*RETURN_PROBLEMS, ForReceiver),
)
async def ask_on_hand_off(
    ticket_id: TicketId,
    link_id: LinkId,
    new: NewQuestion,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """The department asks whoever handed its part on, or the requester; its part waits, and the ticket goes on."""
    return json_answer(await asking.ask_on_hand_off(connection, terms, actor, ticket_id, link_id, new, now=now), 201)


@router.post(
    f"{_LINK}/answers",
    status_code=201,
    response_model=LinkPublic,
    responses=problem_responses(*ASKING_PROBLEMS, ForAsked),
)
async def answer_on_hand_off(
    ticket_id: TicketId,
    link_id: LinkId,
    new: NewAnswer,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    now: Now,
) -> Response:
    """Answer what the department asked: who was asked does, or who handed the part on."""
    comment = new.comment
    told = await asking.answer_on_hand_off(connection, terms, actor, ticket_id, link_id, comment=comment, now=now)
    return json_answer(told, 201)
