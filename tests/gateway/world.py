"""A gateway between real sockets: applications on real servers behind it, and clients that may send any bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn

from services.gateway.app import Gateway, create_app
from services.gateway.exchange import Receive, Scope, Send
from services.gateway.settings import GatewaySettings
from tests.issuer import Issuer

App = Callable[[Scope, Receive, Send], Any]
SERVICES = ("identity", "requests", "feedback")
ISSUER = Issuer()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served(app: Any, *, port: int = 0) -> AsyncIterator[str]:
    """The application on a real server in this loop; gives its origin."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    is_gateway = isinstance(app, Gateway)
    config = uvicorn.Config(
        app, http="httptools", log_level="critical", access_log=False, proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=1, lifespan="on" if is_gateway else "off",
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        await (server.shutdown(sockets=[listener]) if is_gateway else _stop_at_once(server))


async def _stop_at_once(server: uvicorn.Server) -> None:
    for each in server.servers:
        each.close()
    for task in list(server.server_state.tasks):
        task.cancel()
    await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


@asynccontextmanager
async def scripted(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncIterator[str]:
    """A server that says exactly what the script says, for answers that no good server gives."""

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@dataclass
class Recorder:
    """A service that answers 200 with what it was sent, and remembers it."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health/ready":
            await answer(send, {"status": "ready", "checks": {"database": "up", "nats": "away"}})
            return
        body = await read_body(receive)
        headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        seen = {
            "method": scope["method"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": dict(headers),
            "body": body.decode("latin-1"),
        }
        self.requests.append(seen)
        await answer(send, seen)

    @property
    def last(self) -> dict[str, Any]:
        return self.requests[-1]


async def read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def answer(
    send: Send, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, length: bool = True
) -> None:
    """Answer with JSON."""
    body = orjson.dumps(value)
    fields = {"content-type": "application/json", **(headers or {})}
    if length:
        fields["content-length"] = str(len(body))
    listed = [(name.encode(), each.encode()) for name, each in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})


async def issuer_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Only a JWKS."""
    await answer(send, ISSUER.jwks)


def write_contracts(directory: Path, **paths: dict[str, Any]) -> Path:
    """The three services' documents, with these paths."""
    for service in SERVICES:
        document = {"openapi": "3.1.0", "info": {"title": service, "version": "1"}, "paths": paths.get(service, {})}
        (directory / f"{service}.json").write_bytes(orjson.dumps(document))
    return directory


TICKETS: dict[str, Any] = {"/v1/tickets": {"get": {}, "post": {}}, "/v1/tickets/{ticket_id}": {"get": {}, "patch": {}}}
SIGNING_IN: dict[str, Any] = {"/v1/sessions": {"post": {}}}


@dataclass
class World:
    """A gateway with a client that is signed in."""

    origin: str
    client: httpx.AsyncClient
    token: str

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    async def raw(self, sent: bytes, *, seconds: float = 3.0) -> bytes:
        """What the gateway answers to these very bytes, until it closes or is silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        received = b""
        try:
            async with asyncio.timeout(seconds):
                while chunk := await reader.read(65536):
                    received += chunk
        except TimeoutError:
            pass
        finally:
            writer.close()
        return received

    def head(self, method: str = "GET", path: str = "/v1/tickets", *fields: str) -> bytes:
        """The head of a raw request of somebody who is signed in."""
        lines = [f"{method} {path} HTTP/1.1", "Host: acuerdo", f"Authorization: Bearer {self.token}", *fields, "", ""]
        return "\r\n".join(lines).encode()


@asynccontextmanager
async def a_world(directory: Path, requests: Any, **settings: Any) -> AsyncIterator[World]:
    """A gateway whose `requests` service is this application, these origins, or this origin."""
    async with a_gateway(directory, requests, **settings) as origin, signed_in(origin) as world:
        yield world


@asynccontextmanager
async def signed_in(origin: str) -> AsyncIterator[World]:
    """A client at the gateway with a good token of somebody new."""
    token = ISSUER.token()
    authorization = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=origin, headers=authorization, trust_env=False, verify=False) as client:  # noqa: S501
        yield World(origin, client, token)


@asynccontextmanager
async def a_gateway(directory: Path, requests: Any, **settings: Any) -> AsyncIterator[str]:
    """A gateway's origin; identity is an issuer of tokens, feedback records."""
    async with AsyncExitStack() as stack:
        others = await stack.enter_async_context(served(issuer_app))
        if callable(requests):
            requests = await stack.enter_async_context(served(requests))
        chosen = {
            "identity_urls": (others,),
            "requests_urls": requests if isinstance(requests, tuple) else (requests,),
            "feedback_urls": (others,),
            "jwks_url": f"{others}/oauth2/jwks",
            "openapi_dir": write_contracts(directory, requests=TICKETS, identity=SIGNING_IN),
            "readiness_seconds": 0.05,
            **settings,
        }
        yield await stack.enter_async_context(served(create_app(GatewaySettings(**chosen))))
