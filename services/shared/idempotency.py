"""A POST that is repeated with its Idempotency-Key is answered again and done once.

The answer is kept for 24 hours in the service's table `idempotency_key`, written in the transaction of the effect; the
same statements serve a session and the bare driver (`fetch`).
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import DateTime, Field, SQLModel

from services.shared.language import Texts
from services.shared.problems import BadRequest, Conflict

KEPT = timedelta(hours=24)
_KEY_PATTERN = "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$"
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "a repeat with the same key is done once and answered the same for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": _KEY_PATTERN},
}
"""How the contract tells the header field of routes that take it."""
REPLAYED_HEADERS = ("location", "etag", "content-type")
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""`await fetch(sql, *arguments)` with `$1`-style parameters, answering rows."""


class KeyUsedForAnother(Conflict):
    code = "idempotency_key_reused"
    detail = Texts(
        "This Idempotency-Key was used for another request.", "Este Idempotency-Key ya se usó para otra petición."
    )


class StillRunning(Conflict):
    code = "idempotency_key_running"
    detail = Texts(
        "The first request with this Idempotency-Key is still running.",
        "La primera petición con este Idempotency-Key aún está en curso.",
    )


class BadKey(BadRequest):
    code = "bad_idempotency_key"
    detail = Texts(
        "An Idempotency-Key has 1 to 200 printable ASCII characters.",
        "Un Idempotency-Key tiene de 1 a 200 caracteres ASCII imprimibles.",
    )


class IdempotencyRow(SQLModel):
    """The columns of a service's table `idempotency_key`."""

    actor_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    headers: str
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One use of a key: whose, which, and a hash of what was asked with it."""

    actor_id: UUID
    key: str
    fingerprint: str


async def key_of(request: Request, actor_id: UUID) -> IdempotencyKey | None:
    """The request's key, none where none was sent; BadKey for an unusable one."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise BadKey(pointer="#Idempotency-Key")
    asked = b"\n".join([request.method.encode(), request.url.path.encode(), await _payload(request)])
    return IdempotencyKey(actor_id, key, hashlib.sha256(asked).hexdigest())


async def _payload(request: Request) -> bytes:
    """What was sent; of a form in parts without the boundary, which clients draw anew each time."""
    body = await request.body()
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    boundary = _BOUNDARY.search(parameters)
    if kind.strip().lower() != "multipart/form-data" or boundary is None:
        return body
    return body.replace(b"--" + (boundary[1] or boundary[2]).encode(), b"--")


def session_fetch(session: AsyncSession) -> Fetch:
    """`fetch` inside a session's transaction."""

    async def fetch(sql: str, *arguments: object) -> Sequence[Any]:
        await session.flush()
        result = await (await session.connection()).exec_driver_sql(sql, arguments)
        return result.all() if result.returns_rows else ()

    return fetch


async def replay(fetch: Fetch, key: IdempotencyKey, now: datetime) -> Response | None:
    """The answer given before; none where this use is the first.

    Takes the key's lock for the transaction. KeyUsedForAnother, StillRunning.
    """
    (row,) = await fetch(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"idempotency:{key.actor_id}:{key.key}"
    )
    if not row[0]:
        raise StillRunning(pointer="#Idempotency-Key")
    rows = await fetch(
        "SELECT fingerprint, status, headers, body FROM idempotency_key"
        " WHERE actor_id = $1 AND key = $2 AND created_at > $3",
        key.actor_id,
        key.key,
        now - KEPT,
    )
    if not rows:
        return None
    fingerprint, status, headers, body = rows[0]
    if fingerprint != key.fingerprint:
        raise KeyUsedForAnother(pointer="#Idempotency-Key")
    answer = Response(body, status)
    for line in headers.splitlines():
        name, _, value = line.partition(": ")
        answer.headers[name] = value
    return answer


async def remember(fetch: Fetch, key: IdempotencyKey, answer: Response, now: datetime) -> None:
    """Keep this answer beside its effect, in the same transaction."""
    kept = "\n".join(f"{name}: {answer.headers[name]}" for name in REPLAYED_HEADERS if name in answer.headers)
    await fetch(
        "INSERT INTO idempotency_key (actor_id, key, fingerprint, status, headers, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (actor_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,"
        " headers = excluded.headers, body = excluded.body, created_at = excluded.created_at",
        key.actor_id,
        key.key,
        key.fingerprint,
        answer.status_code,
        kept,
        bytes(answer.body),
        now,
    )


async def forget_expired(fetch: Fetch, now: datetime) -> None:
    """Delete what is older than 24 hours."""
    await fetch("DELETE FROM idempotency_key WHERE created_at <= $1", now - KEPT)
