"""The use cases of requests and feedback in process, with the clock in hand: nothing is kept unless all of it is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker

from services.feedback import app as feedback
from services.feedback.settings import FeedbackSettings
from services.requests import app as requests
from services.requests.agreements.service.budgets import Calculator
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity, identity_client
from services.requests.firing.service.escalate import Escalations
from services.requests.firing.service.fire import fire_due
from services.requests.firing.service.lapse import lapse_next
from services.requests.handoffs.service.lapse import lapse_next_offer
from services.requests.settings import RequestsSettings
from services.requests.standing_orders.service.worker import carry_out
from services.shared.bounded_threads import BoundedThreads
from services.shared.consumers import Consumers
from services.shared.db import Connection, Sessions, make_engine

_NEXT = """
SELECT least((SELECT min(next_fire_at) FROM ticket_clock), (SELECT min(lapses_at) FROM ticket),
    (SELECT min(lapses_at) FROM ticket_link), (SELECT min(next_at) FROM standing_order))
"""
_JUST_AFTER = timedelta(microseconds=1)
ASKING = frozenset(
    f"acuerdo.{subject}.v1"
    for subject in ("requests.ticket.fulfilled", "requests.ticket.reopened", "feedback.invitation.issued")
)
"""What has to be heard in its time: people answer soon after they were asked. The rest is counted whenever it comes."""
_WAITING = "SELECT position, subject, body::text FROM outbox WHERE position > $1 ORDER BY position"


@dataclass
class House:
    """Requests and feedback, each on one connection in one transaction, and what they tell each other.

    Events wait in the outboxes as always, and leave once all is committed. Those `passed` (None: all) have taken effect
    here before, each in its time, so that their coming changes nothing.
    """

    connection: Connection
    sessions: Sessions
    feedback_connection: Connection
    feedback_sessions: Sessions
    terms: TermsCache
    identity: Identity
    calculator: Calculator
    consumers: Mapping[str, Consumers]
    passed: frozenset[str] | None = None
    escalations: Escalations = field(default_factory=Escalations)
    passed_on: dict[str, int] = field(default_factory=lambda: {"requests": 0, "feedback": 0})

    async def until(self, now: datetime) -> None:
        """Whatever falls due until then happens, each at its instant, and everybody hears of it."""
        while (due := await self.connection.fetchval(_NEXT)) is not None and due < now:
            just_after = due + _JUST_AFTER
            if await fire_due(self.connection, self.terms, self.escalations, now=just_after):
                continue
            if await lapse_next(self.connection, self.terms, (), now=just_after) is not None:
                continue
            if await lapse_next_offer(self.connection, self.terms, (), now=just_after) is not None:
                continue
            if not await carry_out(self.connection, self.terms, self.identity, (), now=just_after):
                raise LookupError(f"something is due since {due} and does not happen")
        await self.pass_on(now)

    async def pass_on(self, now: datetime) -> None:
        """Let each service's events take effect in the other."""
        for source, connection, reader in (
            ("requests", self.connection, "feedback"),
            ("feedback", self.feedback_connection, "requests"),
        ):
            for row in await connection.fetch(_WAITING, self.passed_on[source]):
                self.passed_on[source] = row["position"]
                if self.passed is not None and row["subject"] not in self.passed:
                    continue
                await self.consumers[reader].take_in(row["subject"], row["body"], now=now)


@asynccontextmanager
async def opened(databases: Mapping[str, str], passed: frozenset[str] | None = None) -> AsyncIterator[House]:
    """The house on these databases, by service; all that happens in it is committed at the end, or none of it."""
    async with AsyncExitStack() as stack:
        # Left in the reverse order: what requests keeps is committed first, and its events find their way in any case.
        feedback_connection = await _transaction(stack, databases["feedback"])
        connection = await _transaction(stack, databases["requests"])
        client: httpx.AsyncClient = await stack.enter_async_context(nobody())
        sessions, feedback_sessions = _sessions(connection), _sessions(feedback_connection)
        terms, threads = TermsCache(), BoundedThreads("computing", threads=1, places=1)
        stack.callback(threads.close)
        yield House(
            connection=await _driver(connection),
            sessions=sessions,
            feedback_connection=await _driver(feedback_connection),
            feedback_sessions=feedback_sessions,
            terms=terms,
            identity=Identity(client, ""),
            calculator=Calculator(terms.working_times, threads),
            passed=passed,
            consumers={
                "requests": requests.consumers_of(RequestsSettings(database_url=databases["requests"]), sessions),
                "feedback": feedback.consumers_of(
                    FeedbackSettings(database_url=databases["feedback"]), feedback_sessions
                ),
            },
        )


def nobody() -> httpx.AsyncClient:
    """Identity is never asked: every department of the demo is known here, and nobody names another person."""
    return identity_client("http://127.0.0.1:9", timeout=0.1)


async def _transaction(stack: AsyncExitStack, url: str) -> AsyncConnection:
    engine = make_engine(url)
    stack.push_async_callback(engine.dispose)
    connection = await stack.enter_async_context(engine.connect())
    await stack.enter_async_context(connection.begin())
    await connection.execute(text("SELECT 1"))  # only now has the driver's own connection begun its transaction
    return connection


def _sessions(connection: AsyncConnection) -> Sessions:
    return async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


async def _driver(connection: AsyncConnection) -> Connection:
    raw: Connection | None = (await connection.get_raw_connection()).driver_connection
    if raw is None:
        raise LookupError("a connection that is open has one of the driver's")
    return raw
