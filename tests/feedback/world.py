"""What surrounds the feedback service in its tests: who calls it, and what other services publish."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import nats
import orjson
from fastapi import FastAPI
from nats.js.api import StreamConfig
from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.feedback.app import create_app
from services.feedback.settings import FeedbackSettings
from services.launcher.databases import DatabaseUrls
from services.launcher.nats import EmbeddedNats
from services.launcher.spawning import running
from tests.issuer import Issuer

SUBJECT = "acuerdo.requests.ticket.submitted.v1"
STREAM = "ACUERDO_REQUESTS"
Event = dict[str, Any]


def a_submitted_ticket(
    customer: UUID, provider: UUID, at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC), **changes: Any
) -> Event:
    """What requests publishes when a ticket was submitted; `changes` join or replace fields of its data."""
    ticket = str(uuid7())
    data = {
        "ticket_id": ticket,
        "customer_department_id": str(customer),
        "provider_department_id": str(provider),
        "offering_id": str(uuid4()),
        "requester_id": None,
        "priority": "normal",
        "submitted_at": at.isoformat().replace("+00:00", "Z"),
    }
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": "urn:acuerdo:requests",
        "type": SUBJECT,
        "subject": ticket,
        "time": data["submitted_at"],
        "datacontenttype": "application/json",
        "data": data | changes,
    }


class World:
    """The service, its callers, its NATS server and its tables."""

    def __init__(self, app: FastAPI, wire: EmbeddedNats, issuer: Issuer) -> None:
        self.app = app
        self._wire = wire
        self._issuer = issuer

    @contextmanager
    def nats_running(self) -> Iterator[None]:
        """NATS runs while the block does, always on the same port and data; then it is stopped."""
        log = self._wire.home.with_name("nats.log")
        with running(self._wire.program(), log, self._wire.is_ready):
            yield

    @asynccontextmanager
    async def service_running(self) -> AsyncIterator[None]:
        """The service's lifespan: its consumers run while the block does."""
        async with self.app.router.lifespan_context(self.app):
            yield

    def client(self, *, scope: str = "interactions:read", **claims: Any) -> httpx.AsyncClient:
        """Somebody with these claims, who calls the service."""
        headers = {"Authorization": f"Bearer {self._issuer.token(scope=scope, **claims)}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://feedback", headers=headers)

    def member_of(self, department: UUID, role: str) -> httpx.AsyncClient:
        """A person with this role in this department and none in the organisation."""
        return self.client(roles=[], departments={str(department): role})

    async def publish(self, *events: Event | bytes) -> None:
        """Put these into requests' stream as they are, the same ones again too."""
        connection = await nats.connect(self._wire.url)
        jetstream = connection.jetstream()
        await jetstream.add_stream(StreamConfig(name=STREAM, subjects=["acuerdo.requests.>"]))
        for event in events:
            await jetstream.publish(SUBJECT, event if isinstance(event, bytes) else orjson.dumps(event))
        await connection.close()

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement reads in the service's database."""
        async with self.app.state.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    async def counts(self) -> dict[tuple[UUID, UUID], int]:
        """Tickets by customer and provider."""
        rows = await self.rows("SELECT customer_department_id, provider_department_id, tickets FROM interaction")
        return {(customer, provider): tickets for customer, provider, tickets in rows}

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """Status and body of /health/ready."""
        async with self.client() as client:
            answer = await client.get("/health/ready")
        return answer.status_code, answer.json()

    async def caught_up(self) -> bool:
        """Whether all that was published has taken effect or was laid aside."""
        _, body = await self.readiness()
        return bool(body["checks"]["consumers"]["caught_up"])


@asynccontextmanager
async def a_world(urls: DatabaseUrls, folder: Path, issuer: Issuer) -> AsyncIterator[World]:
    """The service on this database, its lifespan not begun, and a NATS server in `folder`, not started."""
    wire = EmbeddedNats.prepare(folder / "nats", "password-of-a-test")
    app = create_app(FeedbackSettings(database_url=urls.runtime, nats_url=wire.url))
    app.state.tokens = issuer.verifier
    yield World(app, wire, issuer)
    await app.state.engine.dispose()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline, f"{holds} does not come true"
        await asyncio.sleep(0.02)
