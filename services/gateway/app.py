"""The gateway as one ASGI application: what it is made of, and what lives from its start to its end."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from services.gateway.contract import merge, read_documents
from services.gateway.draining import Drain
from services.gateway.exchange import Receive, Scope, Send
from services.gateway.gate import Gate
from services.gateway.metrics import Metrics
from services.gateway.own import OwnPages
from services.gateway.proxy.vigil import Vigil
from services.gateway.routes import ROUTES, RouteTable, Service
from services.gateway.settings import GatewaySettings
from services.gateway.templates import Templates
from services.gateway.upstreams.breaker import Breaker
from services.gateway.upstreams.hop import Hopper
from services.gateway.upstreams.readiness import Readiness
from services.gateway.upstreams.upstream import Instance, Upstream
from services.shared.key_ring import TokenVerifier


def create_app(settings: GatewaySettings | None = None) -> "Gateway":
    """The gateway. Refuses to start with a route table or a contract that contradicts itself."""
    settings = settings or GatewaySettings()
    table = RouteTable(ROUTES)
    documents = read_documents(settings.openapi_dir, tuple(table.services))
    return Gateway(settings, table, merge(documents, table))


class Gateway:
    """Plain ASGI: starts what lives long in its lifespan, hands every request to the gate."""

    def __init__(self, settings: GatewaySettings, table: RouteTable, contract: dict[str, Any]) -> None:
        self.settings = settings
        self.contract = contract
        self._table = table
        self._gate: Gate | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" if self._gate is not None:
                await self._gate.handle(scope, receive, send)
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1000})
            case other:
                raise RuntimeError(f"the gateway takes no {other}, or its lifespan has not begun")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._opened() as self._gate:
                gc.freeze()  # what lives as long as the process is not looked through again and again
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except OSError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Gate]:
        """A gate with its connections, its watch over the services, and its metrics."""
        settings = self.settings
        async with AsyncExitStack() as stack:
            hopper = Hopper(keepalive_seconds=settings.keepalive_seconds, connect_seconds=settings.connect_seconds)
            stack.push_async_callback(hopper.close)
            upstreams = {service: _upstream(service, settings) for service in self._table.services}
            readiness = Readiness(tuple(upstreams.values()), hopper, every_seconds=settings.readiness_seconds)
            await stack.enter_async_context(_running(readiness.watch()))
            vigil = Vigil()
            await stack.enter_async_context(_running(vigil.keep()))
            metrics = Metrics(upstreams.values())
            if settings.metrics_port is not None:
                server, _ = metrics.serve(settings.metrics_host, settings.metrics_port)
                stack.callback(server.server_close)
                stack.callback(server.shutdown)

            def begin_drain() -> None:
                readiness.is_draining = True
                for upstream in upstreams.values():
                    upstream.end_streams()

            drain = Drain(begin_drain, seconds=settings.drain_seconds)
            drain.install()
            stack.callback(drain.remove)
            yield Gate(
                settings,
                table=self._table,
                templates=Templates(self.contract["paths"]),
                upstreams=upstreams,
                hopper=hopper,
                verifier=TokenVerifier(settings.jwks_url, issuer=settings.issuer, audience=settings.audience),
                vigil=vigil,
                own=OwnPages(self.contract, readiness),
                metrics=metrics,
            )


def _upstream(service: Service, settings: GatewaySettings) -> Upstream:
    instances = [
        Instance(origin, Breaker(failures=settings.breaker_failures, seconds=settings.breaker_seconds))
        for origin in settings.urls_of(service)
    ]
    return Upstream(
        service, instances, most_requests=settings.upstream_concurrency, most_streams=settings.upstream_streams
    )


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """A task that ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
