"""The worker that takes a granted exclusion to each ticket that lived in that time, as a decision.

Each batch commits whole, with how far it has come: killed at any point, every ticket has the decision once.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.requests.breaches.exclusions import queries
from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.recording import append, unfold
from services.requests.tickets.service.touring import BATCH, tour, visit
from services.requests.timeline.decisions import ExclusionGranted
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection, hot_transaction

SYSTEM = Actor(Side.SYSTEM, automatic=True)


async def run_exclusions(engine: AsyncEngine, terms: TermsCache) -> None:
    """Take exclusions to tickets until cancelled."""
    await tour("an exclusion", lambda: exclude_some(engine, terms, now=datetime.now(UTC)))


async def exclude_some(engine: AsyncEngine, terms: TermsCache, *, now: datetime) -> bool:
    """Decide on the next few tickets; false where nothing is left to do."""
    async with hot_transaction(engine) as connection:
        return await exclude_batch(connection, terms, now=now)


async def exclude_batch(connection: Connection, terms: TermsCache, *, now: datetime) -> bool:
    """The same in a transaction of the caller's."""
    job = await queries.claim_job(connection)
    if job is None:
        return False
    found = await queries.tickets_concerned(connection, job, BATCH)
    applied = await visit(
        connection, "an exclusion", found, lambda ticket_id: _decide_on(connection, terms, ticket_id, job, now)
    )
    after = found[-1] if found else job["after"]
    await queries.advance_job(connection, job["id"], after, applied, is_done=len(found) < BATCH)
    return True


async def _decide_on(connection: Connection, terms: TermsCache, ticket_id: UUID, job: Any, now: datetime) -> bool:
    """Whether the ticket had not got it yet."""
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        return False
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, row)
    decided = (event.payload for event in held.events)
    if any(isinstance(each, ExclusionGranted) and each.exclusion_id == job["id"] for each in decided):
        return False
    at = held.after_records(now)
    decision = ExclusionGranted(job["id"], job["begins_at"], job["ends_at"])
    event = Event(uuid7(), held.next_sequence, at, at, SYSTEM, decision)
    await append(connection, current, held, [event], now=at)
    return True
