"""A client of the event stream for tests, straight on an app: httpx's transport waits for an answer's end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI

from services.requests.app import create_app
from services.requests.settings import RequestsSettings
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, Headers


class Listener:
    """Reads frames: `next()` is the next event, `place` the last id, `places` those of the events."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.place = ""
        self.places: list[str] = []
        self.is_over = asyncio.Event()
        self.is_done = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()
        self._came = asyncio.Event()
        self._gone = asyncio.Event()
        self._frames: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        self.body += message.get("body", b"")
        *whole, rest = self.body.split(b"\n\n")
        self.body = rest if self.status == 200 else self.body
        for frame in whole if self.status == 200 else ():
            fields = dict(line.split(": ", 1) for line in frame.decode().splitlines() if not line.startswith(":"))
            self.place = fields.get("id", self.place)
            if "event" in fields:
                self.places.append(fields["id"])
                self._frames.put_nowait(fields)
        self._came.set()
        if not message.get("more_body"):
            self.is_over.set()

    async def begun(self) -> "Listener":
        async with asyncio.timeout(10):
            await self._came.wait()
        return self

    async def next(self, seconds: float = 10.0) -> tuple[str, dict[str, Any]]:
        async with asyncio.timeout(seconds):
            fields = await self._frames.get()
        return fields["event"], orjson.loads(fields["data"])

    async def changed(self) -> tuple[str, str, str]:
        """The next change: ticket id, what happened, state."""
        kind, data = await self.next()
        assert kind == "ticket.changed", data
        return data["ticket_id"], data["name"], data["state"]

    async def is_silent(self, seconds: float = 0.6) -> bool:
        await asyncio.sleep(seconds)
        return self._frames.empty()

    def leave(self) -> None:
        self._gone.set()


@asynccontextmanager
async def listening(app: FastAPI, headers: Headers, last_event_id: str | None = None) -> AsyncIterator[Listener]:
    """A stream of the app, open for the block."""
    listener = Listener()
    sent = headers | ({"Last-Event-ID": last_event_id} if last_event_id is not None else {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/tickets/events",
        "raw_path": b"/v1/tickets/events",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("requests", 80),
    }
    task = asyncio.create_task(app(scope, listener.receive, listener.send))
    task.add_done_callback(lambda _: listener.is_done.set())
    try:
        yield await listener.begun()
    finally:
        listener.leave()
        listener.reads.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def another_process(desk: Desk, url: str, issuer: Issuer) -> AsyncIterator[FastAPI]:
    """The service once more, on the same database."""
    app = create_app(RequestsSettings(database_url=url))
    app.state.tokens, app.state.identity = issuer.verifier, desk.app.state.identity
    yield app
    await app.state.live.close()
    await app.state.engine.dispose()
