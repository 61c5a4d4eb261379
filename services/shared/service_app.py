"""What is the same in every service: health, problem documents, the trace, the lifespan of its tasks."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from sqlalchemy import text
from starlette.responses import JSONResponse

from services.shared.db import OUTAGES, make_engine, make_sessions
from services.shared.department_roles import RolesFromMe
from services.shared.key_ring import TokenVerifier
from services.shared.problem_handlers import add_problem_handlers
from services.shared.routing import ProblemDocument
from services.shared.settings import ServiceSettings

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[tuple[bool, object]]]
"""A readiness check: whether it passes, and what to tell."""
Task = Callable[[], Awaitable[None]]
"""A task of the service's lifespan, cancelled at its end."""


def service_app(
    settings: ServiceSettings,
    *,
    name: str,
    routers: Iterable[APIRouter],
    tasks: Callable[[FastAPI], Iterable[Task]] = lambda app: (),
    checks: Callable[[FastAPI], Mapping[str, Check]] = lambda app: {},
    around: Callable[[FastAPI], AbstractAsyncContextManager[None]] = lambda app: nullcontext(),
) -> FastAPI:
    """A FastAPI app with `state.engine`, `state.sessions`, `state.tokens`, `state.settings`, our handlers and health.

    `tasks(app)` run from its start to its end; `checks(app)` join the database's in /health/ready.
    """
    engine = make_engine(settings.database_url, pool_size=settings.pool_size)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            await stack.enter_async_context(around(app))
            running = [asyncio.create_task(_kept(task)) for task in tasks(app)]
            try:
                yield
            finally:
                for each in running:
                    each.cancel()
                for each in running:
                    with suppress(asyncio.CancelledError):
                        await each

    app = FastAPI(
        title=f"Acuerdo {name}",
        version="1.0.0",
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.engine, app.state.sessions, app.state.settings = engine, make_sessions(engine), settings
    app.state.tokens = TokenVerifier(settings.jwks_url, issuer=settings.issuer, audience=settings.audience)
    app.state.department_roles = RolesFromMe(settings.identity_url)
    for router in routers:
        app.router.routes.extend(router.routes)
    _add_health(app, lambda: {"database": lambda: _database(app), **checks(app)})
    add_problem_handlers(app)
    return app


async def _kept(task: Task) -> None:
    """Run a task that never ends by itself. If it does, the process goes: half a service must not look whole."""
    try:
        await task()
        log.error("a task of this service has ended; the process ends, to be started again")
    except Exception:
        log.exception("a task of this service has failed; the process ends, to be started again")
    signal.raise_signal(signal.SIGTERM)


async def _database(app: FastAPI) -> tuple[bool, object]:
    try:
        async with app.state.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except OUTAGES as error:
        return False, type(error).__name__
    return True, "up"


def _add_health(app: FastAPI, checks_of: Callable[[], Mapping[str, Check]]) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        checks = checks_of()
        results = dict(zip(checks, await asyncio.gather(*(check() for check in checks.values())), strict=True))
        is_ready = all(passed for passed, _ in results.values())
        body = {
            "status": "ready" if is_ready else "starting",
            "checks": {key: told for key, (_, told) in results.items()},
        }
        return JSONResponse(body, 200 if is_ready else 503)


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The service's contract: OpenAPI 3.1, problems in our own shape."""
    document = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=app.router.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDocument"] = problem
    for item in document.get("paths", {}).values():
        for operation in item.values():
            _tell_parameters(operation)
    return document


def _tell_parameters(operation: Mapping[str, Any]) -> None:
    """No parameter is null: it is there or left out. If-Match is needed where its absence is answered 428.

    (Unless If-None-Match may stand in its place.)
    """
    parameters = {each["name"]: each for each in operation.get("parameters", ())}
    for parameter in parameters.values():
        match parameter["schema"]:
            case {"anyOf": [kept, {"type": "null"}], **told}:
                parameter["schema"] = {**kept, **told}
    if "428" in operation["responses"] and "If-None-Match" not in parameters:
        parameters["If-Match"]["required"] = True
