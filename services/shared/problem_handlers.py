"""Whatever is raised in a service becomes a problem document, here and nowhere else."""

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.shared.etags import NotModified, etag
from services.shared.problems import (
    BadRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Problem,
    Unavailable,
    Unprocessable,
    render,
)

log = logging.getLogger(__name__)
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_id_of(traceparent: str) -> str:
    """The trace id of a W3C `traceparent` header; a fresh one where there is none.

    >>> trace_id_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    '0af7651916cd43dd8448eb211c80319c'
    """
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else secrets.token_hex(16)


def _answer(request: Request, problem: Problem) -> Response:
    trace_id = getattr(request.state, "trace_id", None) or trace_id_of(request.headers.get("traceparent", ""))
    status, headers, body = render(
        problem,
        instance=request.url.path,
        trace_id=trace_id,
        accept_language=request.headers.get("accept-language", ""),
    )
    return Response(body, status, headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer what was raised in this app: refusals as they are, outages as 503, anything unexpected as 500."""

    async def on_problem(request: Request, raised: Any) -> Response:
        return _answer(request, raised)

    async def on_not_modified(request: Request, raised: Any) -> Response:
        return Response(status_code=304, headers={"ETag": etag(raised.version)})

    async def on_invalid(request: Request, raised: Any) -> Response:
        return _answer(request, Unprocessable(errors=[_field_error(error, raised.body) for error in raised.errors()]))

    async def on_departure(request: Request, raised: Any) -> Response:
        return _answer(request, BadRequest())  # nobody reads it: the client left before it had sent everything

    async def on_http(request: Request, raised: Any) -> Response:
        return _answer(request, _from_status(app, request, raised.status_code, raised.detail))

    async def on_database(request: Request, raised: Any) -> Response:
        if isinstance(raised, DBAPIError) and not (raised.connection_invalidated or _is_outage(raised.orig)):
            return _answer_unexpected(request, raised)
        log.warning("the database does not answer: %s", raised)
        return _answer(request, Unavailable())

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(NotModified, on_not_modified)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(ClientDisconnect, on_departure)
    app.add_exception_handler(HTTPException, on_http)
    for outage in (DBAPIError, PoolTimeout, ConnectionError, TimeoutError, asyncpg.PostgresConnectionError):
        app.add_exception_handler(outage, on_database)
    app.add_exception_handler(asyncpg.InterfaceError, on_database)
    app.add_exception_handler(asyncpg.InternalClientError, on_database)
    app.add_exception_handler(asyncpg.CannotConnectNowError, on_database)
    app.add_middleware(AnswersTheUnexpected)


class AnswersTheUnexpected:
    """Whatever no handler knows is logged and answered 500, and goes no further.

    Starlette's own handler of Exception raises it again once it has answered: the server then closes the connection,
    under the next request that comes on it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as the app inside does; where an answer has begun already, its end is the server's business."""
        has_begun = False

        async def note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as raised:
            if has_begun or scope["type"] != "http":
                raise
            await _answer_unexpected(Request(scope, receive), raised)(scope, receive, send)


def _answer_unexpected(request: Request, raised: Exception) -> Response:
    log.error("unexpected: %s %s", request.method, request.url.path, exc_info=raised)
    return _answer(request, Problem())


def _is_outage(error: BaseException | None) -> bool:
    codes = ("08", "57P", "53", "55P03", "57014", "40")
    return str(getattr(error, "sqlstate", None) or "08").startswith(codes)


def _from_status(app: FastAPI, request: Request, status: int, why: str) -> Problem:
    if status == MethodNotAllowed.status:
        allowed = ", ".join(sorted(_methods_of_path(app, request)))
        return MethodNotAllowed(headers={"Allow": allowed}, allowed=allowed)
    if status == PayloadTooLarge.status:
        return PayloadTooLarge(limit="")
    return NotFound() if status == 404 else BadRequest(errors=[{"pointer": "", "code": "bad_request", "message": why}])


def _methods_of_path(app: FastAPI, request: Request) -> set[str]:
    found: set[str] = set()
    for route in app.router.routes:
        if route.matches(dict(request.scope))[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found


def _field_error(error: Mapping[str, Any], body: object) -> dict[str, str]:
    """One error of pydantic with where it is: "/field/0" in the body, "?name" in the query, "#name" in the headers."""
    place, *path = error["loc"] or ("body",)
    if place == "body":
        path = _steps_in(body, path, is_missing=error["type"] == "missing")
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    prefix = {"query": "?", "header": "#", "path": ":", "cookie": "cookie:"}.get(str(place))
    pointer = f"/{'/'.join(steps)}" if prefix is None and steps else f"{prefix or ''}{'/'.join(steps)}"
    context, message = error.get("ctx", {}), str(error["msg"])
    if error["type"] == "json_invalid":
        pointer, message = "", f"{message}: {context.get('error', '')}"
    return {"pointer": pointer + str(context.get("path", "")), "code": str(error["type"]), "message": message}


def _steps_in(body: Any, path: Sequence[str | int], *, is_missing: bool) -> list[str | int]:
    """The steps of an error's path that lead somewhere in the body; pydantic's names for branches of a union do not."""
    steps: list[str | int] = []
    for place, step in enumerate(path):
        if _leads_on(body, step):
            body = body[step]
            steps.append(step)
        elif is_missing and place == len(path) - 1:
            steps.append(step)
    return steps


def _leads_on(body: object, step: str | int) -> bool:
    if isinstance(body, list):
        return isinstance(step, int) and step < len(body)
    return isinstance(body, dict) and step in body
