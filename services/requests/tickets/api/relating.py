"""HTTP for what tickets are to each other: relations, and merging one into another."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from services.requests.answers import json_answer
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.queries.read import public_of
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn, TicketHasEnded, UnknownTicket
from services.requests.tickets.schemas import TicketPublic
from services.requests.tickets.schemas.relations import NewMerge, NewRelation, RelationPublic
from services.requests.tickets.schemas.showing import Listed
from services.requests.tickets.service import relate
from services.requests.tickets.service.merge import CannotBeMerged, MergedAcross
from services.requests.tickets.service.merge import merge_ticket as merge
from services.requests.tickets.service.relate import (
    AlreadyRelated,
    MergeStands,
    RelatedToItself,
    RelationInCircle,
    UnknownRelation,
)
from services.shared.etags import IfMatch, NotModified, etag, names_version
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses

router = feature_router("tickets", HotRoute)
RelationId = Annotated[UUID, Path()]
ALL = "/v1/tickets/{ticket_id}/relations"
ONE = "/v1/tickets/{ticket_id}/relations/{relation_id}"
_TAG = {"ETag": etag(relate.ONLY_VERSION)}


def _in_order(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in RelationPublic.model_fields}


@router.get(ALL, response_model=Listed[RelationPublic], responses=problem_responses(UnknownTicket))
async def list_relations(ticket_id: TicketId, actor: Reader, connection: HotTransaction) -> Response:
    """How the ticket belongs together with others that you may read."""
    shown = await relate.show_relations(connection, actor, ticket_id)
    return json_answer({"items": [_in_order(each) for each in shown], "next": None})


@router.post(
    ALL,
    status_code=201,
    response_model=RelationPublic,
    responses=problem_responses(UnknownTicket, OnlyLooksOn, RelatedToItself, AlreadyRelated, RelationInCircle),
)
async def relate_ticket(
    ticket_id: TicketId, new: NewRelation, actor: Writer, connection: HotTransaction, now: Now
) -> Response:
    """Say that the ticket follows, duplicates or blocks another one. You read both; none leads back to itself."""
    shown = await relate.relate_tickets(connection, actor, ticket_id, new, now=now)
    headers = _TAG | {"Location": ONE.format(ticket_id=ticket_id, relation_id=shown["id"])}
    return json_answer(_in_order(shown), 201, headers)


@router.get(ONE, response_model=RelationPublic, responses=problem_responses(UnknownTicket, UnknownRelation))
async def get_relation(
    ticket_id: TicketId, relation_id: RelationId, actor: Reader, connection: HotTransaction, request: Request
) -> Response:
    """One relation of the ticket."""
    shown = await relate.show_relation(connection, actor, ticket_id, relation_id)
    known = request.headers.get("if-none-match")
    if known is not None and names_version(known, relate.ONLY_VERSION, weak=True):
        raise NotModified(relate.ONLY_VERSION)
    return json_answer(_in_order(shown), headers=_TAG)


@router.delete(
    ONE,
    status_code=204,
    responses=problem_responses(
        UnknownTicket, UnknownRelation, OnlyLooksOn, MergeStands, PreconditionFailed, PreconditionRequired
    ),
)
async def end_relation(
    ticket_id: TicketId, relation_id: RelationId, actor: Writer, connection: HotTransaction, expected: IfMatch, now: Now
) -> None:
    """Relate the tickets so no longer. What a merge related stays."""
    await relate.end_relation(connection, actor, ticket_id, relation_id, expected, now=now)


@router.post(
    "/v1/tickets/{ticket_id}/merges",
    status_code=201,
    response_model=TicketPublic,
    responses=problem_responses(
        UnknownTicket,
        OnlyLooksOn,
        ForProviderOnly,
        RelatedToItself,
        MergedAcross,
        TicketHasEnded,
        CannotBeMerged,
        RelationInCircle,
    ),
)
async def merge_ticket(
    ticket_id: TicketId, new: NewMerge, actor: Writer, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Merge the ticket into another one of the same offering: it is cancelled, its people take part in the other."""
    row = await merge(connection, terms, actor, ticket_id, new.into, now=now)
    return json_answer(public_of(row), 201, {"ETag": etag(row["version"])})
