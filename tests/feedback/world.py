"""What surrounds the feedback service in its tests: who calls it, and what other services publish."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import nats
import orjson
from fastapi import FastAPI
from nats.js.api import StreamConfig
from sqlalchemy import text

from services.feedback import inbound
from services.feedback.app import create_app
from services.feedback.interactions.service import count_promises, count_promises_of_part, count_ticket
from services.feedback.invitations.rules.links import Links
from services.feedback.invitations.service import ask_about_fulfilment, withdraw_invitations
from services.feedback.people.service import take_in_person
from services.feedback.settings import FeedbackSettings
from services.launcher.databases import DatabaseUrls
from services.launcher.nats import EmbeddedNats
from services.launcher.spawning import running
from services.shared.inbox import InboundEvent, cloud_event_of
from tests.feedback.told import Event
from tests.issuer import Issuer

STREAMS = ("ACUERDO_IDENTITY", "ACUERDO_REQUESTS")
ORIGIN = "https://acuerdo.example"
LINK_SECRET = "f4d0a6c2b8e15397d1c3a5e7090b2d4f"
SUBMITTED = "acuerdo.requests.ticket.submitted.v1"
EFFECTS: tuple[tuple[type[InboundEvent], Callable[..., Awaitable[None]]], ...] = (
    (inbound.TicketSubmitted, count_ticket),
    (inbound.TicketFulfilled, ask_about_fulfilment),
    (inbound.TicketReopened, withdraw_invitations),
    (inbound.TicketMeasured, count_promises),
    (inbound.HandOffMeasured, count_promises_of_part),
    (inbound.PersonChanged, take_in_person),
)


class World:
    """The service, its callers, its NATS server and its tables."""

    def __init__(self, app: FastAPI, wire: EmbeddedNats, issuer: Issuer) -> None:
        self.app = app
        self.wire = wire
        self._issuer = issuer

    @property
    def links(self) -> Links:
        """What the service makes links with."""
        links: Links = self.app.state.links
        return links

    @contextmanager
    def nats_running(self) -> Iterator[None]:
        """NATS runs while the block does, always on the same port and data; then it is stopped."""
        log = self.wire.home.with_name("nats.log")
        with running(self.wire.program(), log, self.wire.is_ready):
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

    def person(self, person: UUID, **claims: Any) -> httpx.AsyncClient:
        """This person signed in, with the scopes that everybody has."""
        scope = "surveys:read responses:read responses:write interactions:read"
        return self.client(scope=scope, subject=person, **claims)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """Somebody who follows a link, without signing in."""
        headers = {"Accept": "text/html,*/*;q=0.8", **headers}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://feedback", headers=headers)

    def member_of(self, department: UUID, role: str) -> httpx.AsyncClient:
        """A person with this role in this department and none in the organisation."""
        return self.client(roles=[], departments={str(department): role})

    async def publish(self, *events: Event | bytes) -> None:
        """Put these into their service's stream as they are, the same ones again too."""
        connection = await nats.connect(self.wire.url)
        jetstream = connection.jetstream()
        for stream in STREAMS:
            service = stream.partition("_")[2].lower()
            await jetstream.add_stream(StreamConfig(name=stream, subjects=[f"acuerdo.{service}.>"]))
        for event in events:
            subject, body = (SUBMITTED, event) if isinstance(event, bytes) else (event["type"], orjson.dumps(event))
            await jetstream.publish(subject, body)
        await connection.close()

    async def take_in(self, *events: Event) -> None:
        """Let these take effect, each in a transaction of its own, without NATS."""
        for event in events:
            ((model, effect),) = (each for each in EFFECTS if each[0].subject == event["type"])
            read = cloud_event_of(model).model_validate_json(orjson.dumps(event))
            async with self.app.state.sessions.begin() as session:
                await effect(session, read.data, read)

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
    settings = {"database_url": urls.runtime, "nats_url": wire.url, "public_url": ORIGIN, "link_secret": LINK_SECRET}
    app = create_app(FeedbackSettings.model_validate(settings))
    app.state.tokens = issuer.verifier
    yield World(app, wire, issuer)
    await app.state.engine.dispose()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline, f"{holds} does not come true"
        await asyncio.sleep(0.02)
