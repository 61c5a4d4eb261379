"""The routes of our services: one transaction around each, unknown parameters refused, repeats answered again.

The transaction is the route's and not a yield dependency's, so that the answer, already rendered, can be kept beside
its effect (Idempotency-Key) and everything is committed before a byte of it leaves.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.shared.auth import authenticate, is_protected
from services.shared.db import Connection, hot_connection, hot_transaction
from services.shared.idempotency import (
    KEY_PARAMETER,
    BadKey,
    Fetch,
    KeyUsedForAnother,
    StillRunning,
    key_of,
    remember,
    replay,
    session_fetch,
)
from services.shared.json_input import parsed_json
from services.shared.language import Texts
from services.shared.problems import Forbidden, NotFound, Problem, Unauthenticated, Unavailable, Unprocessable

Handler = Callable[[Request], Awaitable[Response]]


class ProblemDocument(BaseModel):
    """An RFC 9457 problem, as every operation may answer it."""

    class FieldError(BaseModel):
        pointer: str
        code: str
        message: str

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldError]
    trace_id: str


class UnknownParameter(Unprocessable):
    code = "unknown_parameter"
    detail = Texts("There is no query parameter {name}.", "No existe el parámetro {name}.")


class NulCharacter(Unprocessable):
    code = "nul_character"
    detail = Texts("Addresses must not hold the character U+0000.", "La dirección no admite el carácter U+0000.")


class StrictJsonRequest(Request):
    """A request whose JSON is read strictly: no NaN, no lone surrogates, at most 64 levels."""

    async def json(self) -> Any:
        return parsed_json(await self.body())


def problem_responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """What a route says in the contract about the problems that it may answer."""
    listed: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        listed.setdefault(problem.status, []).append(problem)
    return {
        status: {
            "description": " · ".join(f"`{each.code}`: {each.title.en}" for each in same),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status, same in listed.items()
    }


def _query_names(dependant: Dependant) -> set[str]:
    """The names that a route reads from the query, its dependencies' and query models' included."""
    names: set[str] = set()
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names.update(field.alias or name for name, field in model.model_fields.items())
        else:
            names.add(parameter.alias)
    return names.union(*(_query_names(inner) for inner in dependant.dependencies))


class SecretRoute(APIRoute):
    """A route in a transaction of its own; its answers are never kept (they may hold a secret)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().__init__(path, endpoint, **given)
        usual: list[type[Problem]] = [Unprocessable, Unavailable]
        if is_protected(self.dependant):
            usual += [Unauthenticated, Forbidden]
        if "{" in path:
            usual.append(NotFound)
        self.tell_problems(*usual)

    def tell_problems(self, *problems: type[Problem]) -> None:
        """Add problems to those that the contract lists for this route."""
        for status, told in problem_responses(*problems).items():
            own = self.responses.get(status)
            if own is None:
                self.responses[status] = told
            elif told["description"] not in own.get("description", ""):
                both = " · ".join(filter(None, [own.get("description"), told["description"]]))
                self.responses[status] = {**told, **own, "description": both}

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()
        names, is_closed = _query_names(self.dependant), is_protected(self.dependant)

        async def answer(request: Request) -> Response:
            request = StrictJsonRequest(request.scope, request.receive)
            if is_closed and await authenticate(request) is None:
                raise Unauthenticated
            _refuse_unknown(request, names)
            return await self.answer_in_transaction(request, handle)

        return answer

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        """Run the route's function; what it wrote is committed before its answer is returned."""
        async with request.app.state.sessions() as session, session.begin():
            request.state.session = session
            return await handle(request)


class KeyedRoute(SecretRoute):
    """What routes share that answer a repeated Idempotency-Key as the first time: the contract's word about it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().__init__(path, endpoint, **given)
        if "POST" in (self.methods or ()) and is_protected(self.dependant):
            self.openapi_extra = {**(self.openapi_extra or {}), "parameters": [KEY_PARAMETER]}
            self.tell_problems(BadKey, KeyUsedForAnother, StillRunning)


class ServiceRoute(KeyedRoute):
    """The usual route: in its transaction, and a repeated Idempotency-Key is answered as the first time."""

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        async with request.app.state.sessions() as session, session.begin():
            request.state.session = session
            return await _once(request, session_fetch(session), handle)


class HotRoute(KeyedRoute):
    """As ServiceRoute, on the driver's own connection: for features whose statements are too hot for a session.

    A GET has no transaction around it: at READ COMMITTED each of its statements sees a snapshot of its own anyway, and
    BEGIN and COMMIT cost as much as they do.
    """

    def needs_transaction(self, request: Request) -> bool:
        """Whether BEGIN and COMMIT go around the function's statements."""
        return request.method != "GET"

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        opened = hot_transaction if self.needs_transaction(request) else hot_connection
        async with opened(request.app.state.engine) as connection:
            request.state.connection = connection
            return await _once(request, connection.fetch, handle)


class OneStatementRoute(HotRoute):
    """A HotRoute whose function makes its effect with one statement, which is a transaction by itself.

    Only a kept answer (Idempotency-Key) needs one around both.
    """

    def needs_transaction(self, request: Request) -> bool:
        return "idempotency-key" in request.headers


async def _once(request: Request, fetch: Fetch, handle: Handler) -> Response:
    """The answer that was kept for the request's Idempotency-Key, else a fresh one, kept from now on."""
    actor = await authenticate(request) if request.method == "POST" else None
    key = await key_of(request, actor.id) if actor is not None else None
    if key is None:
        return await handle(request)
    now = datetime.now(UTC)
    kept = await replay(fetch, key, now)
    if kept is not None:
        return kept
    answer = await handle(request)
    await remember(fetch, key, answer, now)
    return answer


def _refuse_unknown(request: Request, names: set[str]) -> None:
    query: bytes = request.scope["query_string"]
    unknown = [name for name in request.query_params if name not in names] if query else []
    if unknown:
        raise UnknownParameter(pointer=f"?{unknown[0]}", name=unknown[0])
    if b"%00" in query or "\x00" in request.scope["path"]:
        raise NulCharacter(pointer="?")


def _operation_id(route: APIRoute) -> str:
    return f"{str(route.tags[0]).replace('-', '_')}_{route.name}"


def feature_router(tag: str, route_class: type[APIRoute] = ServiceRoute) -> APIRouter:
    """A feature's router: its tag, its operation ids (`tag_verb_noun`), our routes."""
    return APIRouter(tags=[tag], route_class=route_class, generate_unique_id_function=_operation_id)


async def _session_of(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


Transaction = Annotated[AsyncSession, Depends(_session_of)]
"""A route's session; the route commits it when its function has returned and before the answer leaves."""


async def _connection_of(request: Request) -> Connection:
    connection: Connection = request.state.connection
    return connection


HotTransaction = Annotated[Connection, Depends(_connection_of)]
"""A HotRoute's connection; the route commits it as it does a session."""


async def _now() -> datetime:
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(_now)]
"""The clock, at the edge: the instant that the use case is told."""
