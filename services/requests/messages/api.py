"""HTTP for messages: everybody reads their own, and nobody else's."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.requests.messages import service
from services.requests.messages.models import Message
from services.requests.messages.queries import page_of_items, page_of_messages
from services.requests.messages.refusals import UnknownMessage
from services.requests.messages.schemas import MessageChanges, MessageItemPublic, MessagePublic
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("messages")

Reader = Annotated[Actor, requires("tickets:read")]
Writer = Annotated[Actor, requires("tickets:write")]


@router.get("/v1/messages", responses=problem_responses(BadCursor))
async def list_messages(
    actor: Reader, session: Transaction, page: Paging, is_read: Annotated[bool | None, Query()] = None
) -> Page[MessagePublic]:
    """What the platform has told you, newest first."""
    messages, following = await page_of_messages(session, actor.id, page, is_read=is_read)
    return Page(items=await service.shown(session, messages), next=following)


@router.get("/v1/messages/{message_id}", responses=problem_responses(UnknownMessage))
async def get_message(
    message_id: Id, actor: Reader, session: Transaction, request: Request, response: Response
) -> MessagePublic:
    """One of your messages."""
    return await _told(session, await service.readable_message(session, actor, message_id), request, response)


@router.patch(
    "/v1/messages/{message_id}",
    responses=problem_responses(UnknownMessage, PreconditionFailed, PreconditionRequired),
)
async def change_message(
    message_id: Id,
    changes: MessageChanges,
    actor: Writer,
    session: Transaction,
    expected: IfMatch,
    now: Now,
    request: Request,
    response: Response,
) -> MessagePublic:
    """Say that you have read it, or not yet. If-Match: what was added since you read it stays unread."""
    message = await service.mark_message(
        session, actor, message_id, is_read=changes.is_read, check_version=expected.check, now=now
    )
    return await _told(session, message, request, response)


@router.get("/v1/messages/{message_id}/items", responses=problem_responses(UnknownMessage, BadCursor))
async def list_items(message_id: Id, actor: Reader, session: Transaction, page: Paging) -> Page[MessageItemPublic]:
    """All that a message tells, newest first."""
    message = await service.readable_message(session, actor, message_id)
    items, following = await page_of_items(session, message.id, page)
    return Page(items=[MessageItemPublic.model_validate(item) for item in items], next=following)


async def _told(session: Transaction, message: Message, request: Request, response: Response) -> MessagePublic:
    tag_answer(request, response, message.version)
    (public,) = await service.shown(session, [message])
    return public
