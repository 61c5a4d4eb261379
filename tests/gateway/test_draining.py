import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from services.gateway.exchange import Receive, Scope, Send
from services.gateway.settings import PROJECT_ROOT
from tests.gateway.world import ISSUER, TICKETS, answer, free_port, issuer_app, served, write_contracts


class Slow:
    """Answers ordinary requests after half a second, and streams for ever."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/events"):
            fields = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": fields})
            await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await asyncio.sleep(600)
        if scope["path"] == "/v1/tickets":
            await asyncio.sleep(0.5)
        await answer(send, {"status": "ready"})


@asynccontextmanager
async def a_process(directory: Path, jwks: str, requests: str) -> AsyncIterator[tuple[Process, str]]:
    """A gateway in a process of its own, as `serve` starts it."""
    port = free_port()
    environment = {
        **os.environ,
        "ACUERDO_IDENTITY_URLS": jwks,
        "ACUERDO_REQUESTS_URLS": f"{requests}, ",
        "ACUERDO_FEEDBACK_URLS": jwks,
        "ACUERDO_JWKS_URL": f"{jwks}/oauth2/jwks",
        "ACUERDO_OPENAPI_DIR": str(write_contracts(directory, requests=TICKETS)),
        "ACUERDO_DRAIN_SECONDS": "0.3",
    }
    command = (sys.executable, "-m", "services", "serve", "gateway", "--port", str(port))
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=PROJECT_ROOT)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_a_stop_fails_no_request_ends_streams_and_says_so_first(tmp_path: Path) -> None:
    authorization = {"Authorization": f"Bearer {ISSUER.token()}"}
    async with (
        served(issuer_app) as jwks,
        served(Slow()) as requests,
        a_process(tmp_path, jwks, requests) as (
            process,
            origin,
        ),
        httpx.AsyncClient(base_url=origin, headers=authorization, trust_env=False) as client,
    ):
        await until_ready(client)
        async with client.stream("GET", "/v1/tickets/events") as events:
            pieces = events.aiter_raw()
            assert await anext(pieces) == b"data: 1\n\n"
            under_way = [asyncio.create_task(client.get("/v1/tickets")) for _ in range(20)]
            await asyncio.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            assert [piece async for piece in pieces] == []
        draining = await client.get("/health/ready")
        assert (draining.status_code, draining.json()["status"]) == (503, "draining")
        assert (await client.get("/v1/tickets/1")).status_code == 200
        assert [(await each).status_code for each in under_way] == [200] * 20
        async with asyncio.timeout(5):
            assert await process.wait() in {0, -signal.SIGTERM}


async def test_a_missing_contract_stops_the_start_and_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "ACUERDO_OPENAPI_DIR": str(tmp_path)}
    command = (sys.executable, "-m", "services", "serve", "gateway", "--port", str(free_port()))
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=PROJECT_ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode != 0
    assert b"identity.json is missing" in errors
