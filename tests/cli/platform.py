"""A small platform for the command line: identity and requests, real, behind one address; without NATS and gateway."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import Response

from services.cli.commands import main
from services.gateway.routes import ROUTES, RouteTable, Service
from services.identity.app import create_app as identity_app
from services.identity.settings import IdentitySettings
from services.requests.app import create_app as requests_app
from services.requests.imports.service import worker
from services.requests.settings import RequestsSettings
from tests.embedded import Databases
from tests.issuer import Issuer

Captured = pytest.CaptureFixture[str]
SCOPES = (
    "departments:read departments:write people:read calendars:read calendars:write offerings:read offerings:write"
    " tickets:read tickets:write tickets:import reports:read"
)


@dataclass(frozen=True)
class SmallPlatform:
    """Where it is, an administrator's token, and the address of requests' database.

    The next looks at an import are answered with the statuses in `away`, as by a gateway whose service restarts.
    """

    url: str
    token: str
    issuer: Issuer
    database_url: str
    away: list[int] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        """How a command finds it."""
        return ["--url", self.url, "--token", self.token]


@asynccontextmanager
async def small_platform(databases: Databases, issuer: Issuer) -> AsyncIterator[SmallPlatform]:
    async with (
        databases.passing("requests") as requests,
        databases.passing("identity") as identity,
        _standing_on(requests.runtime, identity.runtime, issuer) as made,
    ):
        yield made


@asynccontextmanager
async def _standing_on(database_url: str, identity_url: str, issuer: Issuer) -> AsyncIterator[SmallPlatform]:
    identity = identity_app(IdentitySettings(database_url=identity_url))
    requests = requests_app(RequestsSettings(database_url=database_url))
    identity.state.tokens = requests.state.tokens = issuer.verifier
    routes = RouteTable(ROUTES)

    away: list[int] = []

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        route = routes.match(scope["path"])
        chosen = identity if route is not None and route.service is Service.IDENTITY else requests
        is_a_look = scope["method"] == "GET" and scope["path"].startswith("/v1/imports/")
        if is_a_look and away:
            await Response(status_code=away.pop())(scope, receive, send)
            return
        await chosen(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="critical"))
    transport = httpx.ASGITransport(identity)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as asked:
        requests.state.identity = asked
        state = requests.state
        bench = worker.Bench(state.engine, state.sessions, state.terms, asked)
        serving, importing = asyncio.create_task(server.serve()), asyncio.create_task(worker.run_imports(bench))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        token = issuer.token(scope=SCOPES, roles=["admin"])
        yield SmallPlatform(f"http://127.0.0.1:{port}", token, issuer, database_url, away)
        importing.cancel()
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await importing
        await serving
    for each in (identity, requests):
        await each.state.engine.dispose()
    identity.state.passwords.close()


LOG = """case,state,at,group
C1,New,2026-02-01T09:00:00Z,Net work
C1,Done,2026-02-02T09:00:00Z,Net work
C2,New,2026-02-01T10:00:00Z,?
C2,New,2026-02-01T11:00:00Z,A group whose name is long and longer
"""
MAPPING = """
source = "helpdesk"
time_zone = "UTC"
unknown = ["?"]
[columns]
case = "case"
state = "state"
time = "at"
group = "group"
[states]
"New" = { state = "submitted" }
"Done" = { state = "fulfilled" }
[customer]
code = "STAFF"
name = "Staff"
[default_provider]
code = "DESK"
name = "The desk"
[groups]
make = true
[offering]
code = "incident"
name = "Incident"
default_targets = [{ clock = "resolution", duration = "PT8H" }]
"""


def files(folder: Path, *, log: str = LOG, mapping: str = MAPPING) -> list[str]:
    """The arguments of an import of this log with this mapping."""
    (folder / "log.csv").write_text(log)
    (folder / "mapping.toml").write_text(mapping)
    return [str(folder / "log.csv"), "--mapping", str(folder / "mapping.toml")]


async def command(*arguments: str) -> int:
    """Run it beside the platform, which answers from this loop."""
    return await asyncio.to_thread(main, arguments)


def told(captured: Captured) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(captured.readouterr().out)
    return job
