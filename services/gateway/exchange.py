"""One request on its way through the gateway, and the one place where its answer leaves."""

import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from services.shared.problems import Problem, render

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Fields = list[tuple[bytes, bytes]]

_TRACEPARENT = re.compile(
    rb"(?:00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
    rb"|(?!ff|00)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?)"
)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_SECURITY: Fields = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_POLICY = b"content-security-policy"
_CONTENT_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


class ClientGone(Exception):
    """The client left; there is nobody to answer."""


class Exchange:
    """A request's scope and channels, its trace, and what every answer to it carries.

    `route` is what metrics call it; `fields` joins the answer's header (rate limit, CORS). `linger` is set where
    the answer leaves before the request was read: it takes what still comes, for a moment, before it closes.
    """

    __slots__ = (
        "_send", "fields", "is_secure", "linger", "method", "path", "receive", "request_id", "route", "scope",
        "started_at", "status", "trace_id", "traceparent",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.is_secure = scope["scheme"] == "https"
        self.started_at = time.perf_counter()
        self.status = 0
        self.route = "unmatched"
        self.fields: Fields = []
        self.linger: Callable[[], Awaitable[None]] | None = None
        self.trace_id = self.request_id = ""
        self.traceparent = b""

    def continue_trace(self, traceparent: bytes, request_id: bytes) -> None:
        """Keep a valid W3C `traceparent` and a well-formed request id; make what is missing."""
        match = _TRACEPARENT.fullmatch(traceparent)
        if match:
            self.traceparent, self.trace_id = traceparent, (match[1] or match[2]).decode()
        else:
            noise = os.urandom(24).hex()
            self.trace_id = noise[:32]
            self.traceparent = f"00-{self.trace_id}-{noise[32:]}-01".encode()
        self.request_id = request_id.decode() if _REQUEST_ID.fullmatch(request_id) else self.trace_id

    @property
    def has_begun(self) -> bool:
        """Whether the answer's head has left."""
        return self.status != 0

    async def begin(
        self, status: int, fields: Iterable[tuple[bytes, bytes]], *, content_policy: bytes = _CONTENT_POLICY
    ) -> None:
        """Send the answer's head, with what every answer carries; a policy among `fields` (a service's page) stands."""
        answer = [*fields, *self.fields, (b"x-request-id", self.request_id.encode()), *_SECURITY]
        if not any(name == _POLICY for name, _ in answer):
            answer.append((_POLICY, content_policy))
        if self.linger is not None:
            answer.append((b"connection", b"close"))
        if self.is_secure:
            answer.append(_STRICT_TRANSPORT)
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": answer})

    async def write(self, chunk: bytes, *, more: bool) -> None:
        """Send a piece of the answer's body; waits while the client is slow to take it."""
        if self.linger is not None and not more:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            await self.linger()
            chunk = b""
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def answer(
        self,
        status: int,
        fields: Iterable[tuple[bytes, bytes]],
        body: bytes,
        *,
        content_policy: bytes = _CONTENT_POLICY,
    ) -> None:
        """Send a whole answer; to HEAD, only its head."""
        length = (b"content-length", b"%d" % len(body))
        await self.begin(status, [*fields, length], content_policy=content_policy)
        await self.write(b"" if self.method == "HEAD" else body, more=False)

    def rendered(self, problem: Problem, accept_language: bytes) -> tuple[int, Fields, bytes]:
        """A problem as status, fields and body, about this path and trace."""
        status, fields, body = render(
            problem,
            instance=self.path,
            trace_id=self.trace_id,
            accept_language=accept_language.decode("latin-1"),
        )
        return status, [(name.lower().encode(), value.encode()) for name, value in fields.items()], body
