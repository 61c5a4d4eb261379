"""Figures 3 and 4: CPU of the requests service to submit, show and list tickets, against FastAPI on bare asyncpg.

Both run as the launcher runs a service, on one embedded PostgreSQL; ours has NATS beside it, and what its relay and its
consumers use is counted. Clients ask both in turn. Ours submits by a form, under an agreement that both departments'
managers have signed: three targets, and the customer owes notice, a complete form and replies.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson

from services.launcher.databases import DatabaseUrls
from services.launcher.nats import running_nats
from services.launcher.ports import free_port
from services.launcher.postgres import THROW_AWAY, running_postgres
from tests.bench import bare
from tests.bench.measuring import CONNECTIONS, Asked, Figure, cpu_seconds, in_turn, listening, never_sleeping, process
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.people import People
from tests.requests.tickets.agreeing import COMPLETENESS, FORM, NOTICE, REPLY, later
from tests.requests.tickets.desk import TARGETS

ROUNDS = 5
MOST = 2.5
WEEK = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
LEAST = ("subject", "offering_id", "description")
"""What of a request the baseline is sent."""
PROMISED = {
    "acknowledge": "running",
    "completeness": "met",
    "first_response": "running",
    "notice": "met",
    "resolution": "running",
}
SERVER = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header", "--no-proxy-headers")


class Identity(asyncio.Protocol):
    """As much of identity as the requests service asks: two departments, and the keys of the bench's tokens."""

    answers: dict[str, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            path, self._received = self._received.split(b" ", 2)[1].decode(), self._received[end + 4 :]
            body = self.answers.get(path.removeprefix("/v1/departments/"), b"{}")
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


@dataclass
class Stand:
    """Both servers, ready to be asked, with who asks ours and the tickets made there so far."""

    ours: int
    port: int
    baseline: int
    baseline_port: int
    people: People
    urls: DatabaseUrls
    customer: UUID
    provider: UUID
    network: UUID
    offering: str = ""
    made: list[str] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        """For what is not measured."""
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=self.people.admin(), trust_env=False, timeout=30
        )

    def asking(self, department: UUID, role: str, status: int = 200) -> Asked:
        """Somebody with that role in that department at each connection."""
        headers = [self.people.one_of(department, role)["Authorization"] for _ in range(CONNECTIONS)]
        return Asked(self.port, [f"Authorization: {header}\r\n" for header in headers], status)

    def asking_baseline(self, status: int = 200) -> Asked:
        """The same number of connections to the baseline."""
        return Asked(self.baseline_port, [""] * CONNECTIONS, status)

    async def all_sent(self) -> None:
        """Until the relay has published everything."""
        connection = await asyncpg.connect(self.urls.owner)
        for _ in range(400):
            if not await connection.fetchval("SELECT count(*) FROM outbox"):
                break
            await asyncio.sleep(0.05)
        await connection.close()


@asynccontextmanager
async def a_stand() -> AsyncIterator[Stand]:
    """Both servers, ours with a calendar, an offering and an agreement about it; all ends with the block."""
    issuer, customer, provider, network = Issuer(), uuid4(), uuid4(), uuid4()
    Identity.answers = {"/oauth2/jwks": orjson.dumps(issuer.jwks)}
    for code, department in (("HR", customer), ("IT", provider), ("NET", network)):
        told = {"id": department, "code": code, "name": code, "time_zone": "UTC", "is_open": True, "version": 1}
        Identity.answers[str(department)] = orjson.dumps(told)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acuerdo-bench-")))
        postgres = stack.enter_context(running_postgres(folder / "postgres", "superuser-of-a-bench", THROW_AWAY))
        nats = stack.enter_context(running_nats(folder / "nats", "password-of-a-bench"))
        urls = await Databases(postgres).fresh("requests")
        await _with_bare_tables(urls)
        identity, port, baseline = free_port(), free_port(), free_port()
        server = await asyncio.get_running_loop().create_server(Identity, "127.0.0.1", identity)
        stack.callback(server.close)
        settings = {
            "ACUERDO_DATABASE_URL": urls.runtime,
            "ACUERDO_NATS_URL": nats.url,
            "ACUERDO_JWKS_URL": f"http://127.0.0.1:{identity}/oauth2/jwks",
            "ACUERDO_IDENTITY_URL": f"http://127.0.0.1:{identity}",
        }
        ours = process(sys.executable, "-m", "services", "serve", "requests", "--port", str(port), **settings)
        least = ("uvicorn", "tests.bench.bare:create_app", "--factory", "--port", str(baseline), *SERVER)
        stand = Stand(
            stack.enter_context(ours),
            port,
            stack.enter_context(process(sys.executable, "-m", *least, **{bare.DATABASE: urls.owner})),
            baseline,
            People(issuer),
            urls,
            customer,
            provider,
            network,
        )
        await asyncio.gather(listening(port), listening(baseline))
        stand.offering = await _published(stand)
        yield stand


async def _with_bare_tables(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.owner)
    await connection.execute(bare.TABLES)
    await connection.close()


async def _published(stand: Stand) -> str:
    """The offering's id, once its departments are known, work by a calendar and agree on what is promised for it."""
    offering = {
        "code": "computer",
        "name": "A computer",
        "provider_department_id": str(stand.provider),
        "default_targets": TARGETS,
        "form": FORM,
    }
    async with stand.client() as client:
        calendar = {"name": "Madrid", "time_zone": "Europe/Madrid", "shifts": WEEK}
        made = (await client.post("/v1/calendars", json=calendar)).raise_for_status().json()
        for department in (stand.customer, stand.provider):
            path = f"/v1/calendars/assignments/{department}"
            known = (await client.get(path)).raise_for_status().headers["etag"]
            given = await client.put(path, json={"calendar_id": made["id"]}, headers={"If-Match": known})
            given.raise_for_status()
        offered = (await client.post("/v1/offerings", json=offering)).raise_for_status()
        offering_id = str(offered.json()["id"])
        await _agree(stand, client, made["id"], offering_id)
    return offering_id


async def _agree(stand: Stand, client: httpx.AsyncClient, calendar_id: str, offering_id: str) -> None:
    """An agreement that covers every ticket of the customer about the offering, in force since yesterday."""
    text = {
        "customer_department_id": str(stand.customer),
        "provider_department_id": str(stand.provider),
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [offering_id],
        "targets": [each for each in TARGETS if each["priority"] is None],
        "obligations": [NOTICE, COMPLETENESS, REPLY],
        "effective_from": later(-1),
    }
    asker, provider = (stand.people.one_of(each, "manager") for each in (stand.customer, stand.provider))
    made = (await client.post("/v1/agreements", json=text, headers=asker)).raise_for_status().json()
    for headers in (asker, provider):
        path = f"/v1/agreements/{made['id']}/signatures"
        (await client.post(path, json={"version": 1}, headers=headers)).raise_for_status()


def asked_for(stand: Stand) -> dict[str, Any]:
    """What a person asks for, by the form, with more than the notice that the agreement wants."""
    return {
        "subject": "A computer for a new colleague",
        "offering_id": stand.offering,
        "description": "x" * 200,
        "needed_by": later(30),
        "fields": {"model": "Latitude 5450", "sets": 1, "colour": "grey"},
    }


async def _check_is_agreed(stand: Stand) -> None:
    """RuntimeError where what was submitted last is not promised by the agreement."""
    async with stand.client() as client:
        ticket = (await client.get(f"/v1/tickets/{stand.made[-1]}")).raise_for_status().json()
        clocks = (await client.get(f"/v1/tickets/{stand.made[-1]}/clocks")).raise_for_status().json()
    promised = {each["clock"]: each["state"] for each in clocks["items"]}
    if ticket["agreement_version_id"] is None or promised != PROMISED:
        raise RuntimeError(f"what was submitted is promised as {promised}")


async def _spent(pid: int, asked: Asked, contents: list[tuple[str, bytes]], seen: Callable[[bytes], object]) -> float:
    """Microseconds of CPU a request."""
    before = cpu_seconds(pid)
    await asked.all(contents, seen)
    return (cpu_seconds(pid) - before) / len(contents) * 1e6


async def submitting(stand: Stand, requests: int = 400) -> Figure:
    """Figure 3."""
    asked = asked_for(stand)
    body, least = orjson.dumps(asked), orjson.dumps({name: asked[name] for name in LEAST})
    ours, baseline = stand.asking(stand.customer, "member", 201), stand.asking_baseline(201)

    async def take_ours() -> float:
        before = cpu_seconds(stand.ours)
        await ours.all([("/v1/tickets", body)] * requests, lambda made: stand.made.append(orjson.loads(made)["id"]))
        await stand.all_sent()
        return (cpu_seconds(stand.ours) - before) / requests * 1e6

    async def take_baseline() -> float:
        return await _spent(stand.baseline, baseline, [("/tickets", least)] * requests, len)

    figure = await _compared(
        "3  POST /v1/tickets",
        take_ours,
        take_baseline,
        "the requests service as served, until its relay has published every event: token, form, agreement, "
        "ticket, fact, ledger, three clocks, notice and completeness decided, outbox, its imports out of the garbage "
        "collector's sight; against FastAPI with two asyncpg inserts in a transaction, and Python's usual collector",
    )
    await _check_is_agreed(stand)
    return figure


async def showing(stand: Stand, requests: int = 600) -> Figure:
    """Figure 4, one ticket."""
    ids = (stand.made * requests)[:requests]
    ours, baseline = stand.asking(stand.provider, "agent"), stand.asking_baseline()
    return await _compared(
        "4  GET /v1/tickets/{id}",
        lambda: _spent(stand.ours, ours, [(f"/v1/tickets/{each}", b"") for each in ids], len),
        lambda: _spent(stand.baseline, baseline, [(f"/tickets/{each}", b"") for each in ids], len),
        "the requests service as served, with token and the check of who may read; against FastAPI with one asyncpg "
        "select of the same row and a declared answer",
    )


async def listing(stand: Stand, requests: int = 100) -> Figure:
    """Figure 4, a page."""
    ours, baseline = stand.asking(stand.provider, "agent"), stand.asking_baseline()
    return await _compared(
        "4  GET /v1/tickets, 50 of them",
        lambda: _spent(stand.ours, ours, [("/v1/tickets", b"")] * requests, len),
        lambda: _spent(stand.baseline, baseline, [("/tickets", b"")] * requests, len),
        "a page of 50 as one of the provider's agents sees it, with its cursor; against FastAPI with one asyncpg "
        "select of the same rows and a declared answer",
    )


async def _compared(
    what: str, ours: Callable[[], Awaitable[float]], baseline: Callable[[], Awaitable[float]], note: str
) -> Figure:
    await ours(), await baseline()  # warm
    with never_sleeping():
        spent, least = await in_turn(ROUNDS, ours, baseline)
    ratio = spent / least
    return Figure(what, f"{spent:.0f} µs", f"{least:.0f} µs", f"{ratio:.2f}×", f"≤ {MOST}×", ratio <= MOST, note)
