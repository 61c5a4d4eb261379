"""PostgreSQL says farewell to a connection before it ends it; what is done in between is an outage and no error."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import asyncpg
import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text

from services.shared.routing import HotRoute, HotTransaction, Transaction, feature_router
from services.shared.service_app import service_app
from services.shared.settings import ServiceSettings
from tests.embedded import Databases
from tests.issuer import Issuer

router, hot_router = feature_router("farewells"), feature_router("hot-farewells", HotRoute)
Dismissal = Callable[[int], Awaitable[None]]


async def _dismissal(request: Request) -> Dismissal:
    dismissal: Dismissal = request.app.state.dismiss
    return dismissal


Dismiss = Annotated[Dismissal, Depends(_dismissal)]


@router.post("/v1/farewells")
async def be_dismissed(session: Transaction, dismiss: Dismiss) -> None:
    await dismiss(await session.scalar(text("SELECT pg_backend_pid()")) or 0)


@hot_router.post("/v1/hot-farewells")
async def be_dismissed_when_hot(connection: HotTransaction, dismiss: Dismiss) -> None:
    await dismiss(await connection.fetchval("SELECT pg_backend_pid()"))


@asynccontextmanager
async def proxy(port: int) -> AsyncIterator[int]:
    """The port of a proxy that passes on all that PostgreSQL says, but hangs up a second after PostgreSQL did."""
    passing: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        writers.extend([writer, server_writer])
        passing.append(asyncio.create_task(pass_on(reader, server_writer)))
        passing.append(asyncio.create_task(pass_on(server_reader, writer)))

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            await asyncio.sleep(1)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])
        for task in passing:
            task.cancel()
        for writer in writers:
            writer.close()
        await asyncio.gather(*passing, *(writer.wait_closed() for writer in writers), return_exceptions=True)


@pytest.fixture
async def app(databases: Databases, issuer: Issuer) -> AsyncIterator[FastAPI]:
    urls = await databases.empty("toy")
    port = databases.server.port

    async def dismiss(pid: int) -> None:
        admin = await asyncpg.connect(databases.server.url())
        await admin.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await admin.close()
        await asyncio.sleep(0.1)  # the farewell is on its way to us

    async with proxy(port) as in_between:
        settings = ServiceSettings(database_url=urls.runtime.replace(f":{port}/", f":{in_between}/"))
        app = service_app(settings, name="toy", routers=[router, hot_router])
        app.state.tokens, app.state.dismiss = issuer.verifier, dismiss
        yield app
        await app.state.engine.dispose()


@pytest.mark.parametrize("path", ["/v1/farewells", "/v1/hot-farewells"])
async def test_a_commit_after_the_farewell_is_told_as_an_outage(app: FastAPI, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy") as client:
        answer = await client.post(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
