"""HTTP for attachments: a file comes in and goes out piece by piece, with no connection to the database meanwhile."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import StreamingResponse
from uuid_utils.compat import uuid7

from services.requests.answers import json_answer
from services.requests.attachments import refusals, service
from services.requests.attachments.parts import form_events
from services.requests.attachments.receiving import Limits, Received, receive
from services.requests.attachments.rules import disposition_of
from services.requests.attachments.schemas import DOWNLOADS, UPLOAD_FORM, AttachmentPublic
from services.requests.attachments.storage import Storage
from services.requests.tickets.api import Reader, TicketId, Writer
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn, UnknownTicket
from services.requests.tickets.schemas.showing import Listed
from services.shared.auth import Actor
from services.shared.db import hot_connection, hot_transaction
from services.shared.etags import IfMatch, NotModified, etag, names_version
from services.shared.idempotency import BadKey, IdempotencyKey, remember, replay
from services.shared.problems import PayloadTooLarge, PreconditionFailed, PreconditionRequired
from services.shared.routing import (
    Handler,
    HotRoute,
    HotTransaction,
    KeyedRoute,
    Now,
    feature_router,
    problem_responses,
)

ALL = "/v1/tickets/{ticket_id}/attachments"
ONE = "/v1/tickets/{ticket_id}/attachments/{attachment_id}"
AS_A_DOWNLOAD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
"""A file is saved, never shown: whatever somebody attached does nothing in the name of this origin."""
AttachmentId = Annotated[UUID, Path()]


class StreamedRoute(KeyedRoute):
    """A route whose function takes its own transactions: what it waits for in between holds no connection."""

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        return await handle(request)


router = feature_router("attachments", HotRoute)
streamed = feature_router("attachments", StreamedRoute)


async def _engine(request: Request) -> AsyncEngine:
    return cast(AsyncEngine, request.app.state.engine)


async def _storage(request: Request) -> Storage:
    return cast(Storage, request.app.state.attachments)


async def _limits(request: Request) -> Limits:
    return cast(Limits, request.app.state.attachment_limits)


Engine = Annotated[AsyncEngine, Depends(_engine)]
Files = Annotated[Storage, Depends(_storage)]
Allowed = Annotated[Limits, Depends(_limits)]


@streamed.post(
    ALL,
    status_code=201,
    response_model=AttachmentPublic,
    openapi_extra={"requestBody": UPLOAD_FORM},
    responses=problem_responses(
        UnknownTicket,
        OnlyLooksOn,
        ForProviderOnly,
        refusals.NoForm,
        refusals.EmptyFile,
        refusals.FileTypeNotTaken,
        refusals.NotWhatItIsCalled,
        refusals.TooManyAttachments,
        refusals.StorageAway,
        PayloadTooLarge,
    ),
)
async def attach_file(
    ticket_id: TicketId, actor: Writer, engine: Engine, files: Files, allowed: Allowed, request: Request, now: Now
) -> Response:
    """Attach a file: `multipart/form-data` with the part `file`, and `visibility` if it is internal."""
    key = _key_sent(request)
    async with hot_connection(engine) as connection:
        await service.check_may_attach(connection, actor, ticket_id)
    events = form_events(request.headers.get("content-type", ""), cast(AsyncIterator[bytes], request.stream()))
    received = await receive(uuid7(), events, files, allowed)
    once = _once(request, actor, key, received)
    async with hot_transaction(engine) as connection:
        kept = await replay(connection.fetch, once, now) if once else None
        if kept is None:
            answer = await _recorded(connection, actor, ticket_id, received, allowed, now)
            if once:
                await remember(connection.fetch, once, answer, now)
            return answer
    await files.remove(received.id)  # the first time's file is the one
    return kept


async def _recorded(
    connection: HotTransaction, actor: Actor, ticket_id: UUID, received: Received, allowed: Limits, now: datetime
) -> Response:
    row = await service.record_attachment(connection, actor, ticket_id, received, allowed, now=now)
    headers = {"Location": ONE.format(ticket_id=ticket_id, attachment_id=row["id"]), "ETag": etag(row["version"])}
    return json_answer(service.public_attachment(row), 201, headers)


def _key_sent(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise BadKey(pointer="#Idempotency-Key")
    return key


def _once(request: Request, actor: Actor, key: str | None, received: Received) -> IdempotencyKey | None:
    """The use of a key; what was asked with it is told by the file's hash, as nobody has all of the body."""
    if key is None:
        return None
    parts = (request.url.path, received.filename, received.visibility.value, received.sha256)
    return IdempotencyKey(actor.id, key, hashlib.sha256("\n".join(parts).encode()).hexdigest())


@router.get(ALL, response_model=Listed[AttachmentPublic], responses=problem_responses(UnknownTicket))
async def list_attachments(ticket_id: TicketId, actor: Reader, connection: HotTransaction) -> Response:
    """The ticket's files, the oldest first; those that were removed say by whom."""
    rows = await service.list_attachments(connection, actor, ticket_id)
    return json_answer({"items": [service.public_attachment(row) for row in rows], "next": None})


@router.get(
    ONE,
    response_model=AttachmentPublic,
    responses=problem_responses(UnknownTicket, refusals.UnknownAttachment, refusals.AttachmentRemoved),
)
async def get_attachment(
    ticket_id: TicketId, attachment_id: AttachmentId, actor: Reader, connection: HotTransaction, request: Request
) -> Response:
    """What is known of a file."""
    row = await service.readable_attachment(connection, actor, ticket_id, attachment_id)
    known = request.headers.get("if-none-match")
    if known is not None and names_version(known, row["version"], weak=True):
        raise NotModified(row["version"])
    return json_answer(service.public_attachment(row), headers={"ETag": etag(row["version"])})


@streamed.get(
    f"{ONE}/content",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file", "content": DOWNLOADS},
        **problem_responses(
            UnknownTicket, refusals.UnknownAttachment, refusals.AttachmentRemoved, refusals.StorageAway
        ),
    },
)
async def download_file(
    ticket_id: TicketId, attachment_id: AttachmentId, actor: Reader, engine: Engine, files: Files
) -> Response:
    """The file itself, as a download."""
    async with hot_connection(engine) as connection:
        row = await service.readable_attachment(connection, actor, ticket_id, attachment_id)
    headers = {
        "Content-Length": str(row["size"]),
        "Content-Disposition": disposition_of(row["filename"]),
        **AS_A_DOWNLOAD,
    }
    return StreamingResponse(await _found(files, row["id"]), media_type=row["media_type"], headers=headers)


async def _found(files: Storage, attachment_id: UUID) -> AsyncIterator[bytes]:
    try:
        return await files.read(attachment_id)
    except FileNotFoundError as error:
        raise refusals.StorageAway from error


@streamed.delete(
    ONE,
    status_code=204,
    responses=problem_responses(
        UnknownTicket,
        refusals.UnknownAttachment,
        refusals.AttachmentRemoved,
        refusals.NotYours,
        PreconditionFailed,
        PreconditionRequired,
    ),
)
async def remove_file(
    ticket_id: TicketId,
    attachment_id: AttachmentId,
    actor: Writer,
    engine: Engine,
    files: Files,
    expected: IfMatch,
    now: Now,
) -> None:
    """Remove a file. That it was there, and who removed it, stays."""
    async with hot_transaction(engine) as connection:
        await service.remove_attachment(connection, actor, ticket_id, attachment_id, expected, now=now)
    await service.forget_file(files, attachment_id)
