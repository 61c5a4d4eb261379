"""Tickets whose promises count round the clock, opened at any instant; and workers that look at them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.service.worker import FiringWorker
from services.requests.people.queries import store_people
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import open_ticket, unfold
from services.requests.tickets.service.verify import Difference, verify_tickets
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Fact, Submitted
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.rulings import AgreementRuled
from services.requests.timeline.vocabulary import ClockName, Side
from services.shared.db import hot_connection, hot_transaction, make_engine
from tests.requests.people import a_person

ROUND_THE_CLOCK = "SELECT calendar_id FROM calendar_assignment WHERE department_id IS NULL"
MARKS = "SELECT ticket_id, name, payload::text FROM ticket_event WHERE kind = 'mark' ORDER BY ticket_id, sequence"


def ago(**spans: float) -> datetime:
    """An instant in the past."""
    return datetime.now(UTC) - timedelta(**spans)


@dataclass
class Bell:
    """A database, the calendar round the clock, and a pair of departments: IT serves HR."""

    url: str
    engine: AsyncEngine
    calendar_id: UUID
    it: UUID = field(default_factory=uuid4)
    hr: UUID = field(default_factory=uuid4)
    terms: TermsCache = field(default_factory=TermsCache)

    def target(self, duration: str, clock: ClockName = ClockName.RESOLUTION, **more: Any) -> PinnedTarget:
        return PinnedTarget(clock, duration, self.calendar_id, **more)

    def obligation(self, clock: ClockName, duration: str) -> PinnedObligation:
        return PinnedObligation(clock, self.calendar_id, duration)

    async def open(
        self,
        opened_at: datetime,
        *targets: PinnedTarget,
        obligations: Sequence[PinnedObligation] = (),
        no_answer_window: str | None = None,
        agreement_version_id: UUID | None = None,
        **columns: Any,
    ) -> UUID:
        """A ticket that was submitted then."""
        pinned = PinnedTerms(
            "IT",
            self.calendar_id,
            targets,
            {"customer": self.calendar_id},
            obligations=tuple(obligations),
            no_answer_window=no_answer_window,
            agreement_version_id=agreement_version_id,
        )
        event = Event(uuid7(), 1, opened_at, opened_at, Actor(Side.CUSTOMER, uuid4()), Submitted())
        draft = self._draft(agreement_version_id=agreement_version_id, **columns)
        async with hot_transaction(self.engine) as connection:
            current = await self.terms.current(connection.fetch)
            row = await open_ticket(connection, current, draft, pinned, [event], now=opened_at)
        assert row is not None
        return UUID(str(row["id"]))

    async def due_in(self, seconds: float) -> UUID:
        """A ticket with one clock, which is due then."""
        opened_at = datetime.now(UTC) + timedelta(seconds=seconds - 60)
        return await self.open(opened_at, self.target("PT60S", warnings=()))

    def _draft(self, **columns: Any) -> dict[str, Any]:
        usual = {
            "id": uuid7(),
            "subject": "Late",
            "description": "",
            "offering_id": uuid4(),
            "offering_version": 1,
            "customer_department_id": self.hr,
            "provider_department_id": self.it,
            "requester_id": None,
            "beneficiary_id": None,
            "participants": [],
            "assignee_id": None,
            "priority": "normal",
            "promised_priority": "normal",
            "needed_by": None,
            "is_confidential": False,
            "agreement_version_id": None,
            "fields": {},
            "external_refs": [],
            "source": None,
            "source_key": None,
        }
        return usual | columns

    async def act(
        self,
        ticket_id: UUID,
        *facts: Fact,
        side: Side = Side.PROVIDER,
        at: datetime | None = None,
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """Facts on a ticket, of `at`, written down at `now`; its row then."""
        now = now or datetime.now(UTC)
        async with hot_transaction(self.engine) as connection:
            current = await self.terms.current(connection.fetch)
            row = await hold_ticket(connection, ticket_id)
            assert row is not None
            held = await unfold(connection, current, row)
            events = [
                Event(uuid7(), held.next_sequence + place, at or now, now, Actor(side, uuid4()), fact)
                for place, fact in enumerate(facts)
            ]
            return await append(connection, current, held, events, now=now)

    async def rule(self, ticket_id: UUID, *, at: datetime, **windows: Any) -> None:
        """Another agreement, with these windows and without a promise, holds for the ticket from then on."""
        pinned = PinnedTerms("IT", self.calendar_id, (), {"customer": self.calendar_id}, **windows)
        async with hot_transaction(self.engine) as connection:
            current = await self.terms.current(connection.fetch)
            row = await hold_ticket(connection, ticket_id)
            assert row is not None
            held = await unfold(connection, current, row)
            event = Event(uuid7(), held.next_sequence, at, at, Actor(Side.SYSTEM), AgreementRuled(pinned))
            await append(connection, current, held, [event], now=at)

    def worker(self, **more: Any) -> FiringWorker:
        return FiringWorker(self.engine, self.terms, **more)

    async def turn(self, worker: FiringWorker | None = None) -> None:
        """What a worker does when it looks once."""
        async with hot_connection(self.engine) as connection:
            await (worker or self.worker()).turn(connection)

    async def fetch(self, sql: str, *arguments: object) -> list[Any]:
        async with hot_connection(self.engine) as connection:
            return await connection.fetch(sql, *arguments)

    async def marks(self) -> dict[UUID, list[tuple[str, int, int]]]:
        """(clock, cycle, percent) of what fired on each ticket, in the order in which it was written."""
        found: dict[UUID, list[tuple[str, int, int]]] = {}
        for ticket_id, name, text in await self.fetch(MARKS):
            payload = orjson.loads(text)
            if name == "threshold_fired":
                mark = (payload["clock"], payload["cycle"], payload["percent"])
                found.setdefault(ticket_id, []).append(mark)
        return found

    async def told(self) -> list[dict[str, Any]]:
        """The data of the events of clocks that left, in their order."""
        rows = await self.fetch("SELECT subject, body::text FROM outbox WHERE subject LIKE '%clock%' ORDER BY position")
        return [orjson.loads(body)["data"] | {"subject": subject.split(".")[3]} for subject, body in rows]

    async def differences(self) -> list[Difference]:
        """What is kept otherwise than all events come to."""
        return [each async for found in verify_tickets(self.engine, self.terms) for each in found.differences]

    async def person(self, **departments: str) -> UUID:
        """Somebody with these roles in the departments `it` and `hr`."""
        roles = {getattr(self, name): role for name, role in departments.items()}
        person = a_person(departments=roles)
        async with hot_transaction(self.engine) as connection:
            await store_people(connection.fetch, [person])
        return person.id

    async def agreed(self, *escalations: dict[str, Any]) -> UUID:
        """The version of an agreement with these escalation rules, which tickets may pin."""
        agreement_id, version_id = uuid7(), uuid7()
        rules = [{"raise_priority": None, "reassign_to": None, "notify": []} | rule for rule in escalations]
        async with hot_transaction(self.engine) as connection:
            await connection.execute(
                "INSERT INTO agreement VALUES ($1, $2, $3, 'UTC', 1, 1, now(), $1)", agreement_id, self.hr, self.it
            )
            await connection.execute(
                "INSERT INTO agreement_version (id, agreement_id, number, content, effective_from, proposed_by,"
                " proposed_for, proposed_at) VALUES ($1, $2, 1, $3::text::jsonb, '2026-01-01', $1, 'customer', now())",
                version_id,
                agreement_id,
                orjson.dumps({"escalations": rules}, default=str).decode(),
            )
        return version_id


@asynccontextmanager
async def a_bell(url: str) -> AsyncIterator[Bell]:
    """On this database."""
    engine = make_engine(url)
    connection = await asyncpg.connect(url)
    calendar_id = await connection.fetchval(ROUND_THE_CLOCK)
    await connection.close()
    yield Bell(url, engine, calendar_id)
    await engine.dispose()
