"""The worker that takes an agreed freeze to every open ticket that it covers, and a withdrawn one back from them.

Each batch commits whole, with how far it has come: killed at any point, every ticket is ruled on once. New tickets pin
a freeze by themselves; tickets that are imported or reopened meanwhile are looked for each minute.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.freezes import queries
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.recording import append, unfold
from services.requests.tickets.service.touring import BATCH, tour, visit
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn
from services.requests.timeline.vocabulary import Side
from services.shared.db import Connection, hot_transaction

SYSTEM = Actor(Side.SYSTEM, automatic=True)


async def run_freezes(engine: AsyncEngine, terms: TermsCache) -> None:
    """Take freezes to tickets until cancelled."""
    await tour(
        "a freeze",
        lambda: freeze_some(engine, terms, now=datetime.now(UTC)),
        lambda: look_back(engine, now=datetime.now(UTC)),
    )


async def look_back(engine: AsyncEngine, *, now: datetime) -> None:
    """Look anew for tickets that a freeze has not reached and that is not over."""
    async with hot_transaction(engine) as connection:
        await queries.look_again(connection, now)


async def freeze_some(engine: AsyncEngine, terms: TermsCache, *, now: datetime) -> bool:
    """Rule on the next few tickets; false where nothing is left to do."""
    async with hot_transaction(engine) as connection:
        return await freeze_batch(connection, terms, now=now)


async def freeze_batch(connection: Connection, terms: TermsCache, *, now: datetime) -> bool:
    """The same in a transaction of the caller's."""
    job = await queries.claim_job(connection)
    if job is None:
        return False
    is_over = job["ends_at"] <= now or (job["withdrawn_at"] is not None and not job["is_withdrawal"])
    found = [] if is_over else await queries.tickets_concerned(connection, job, BATCH)
    ruled = await visit(
        connection, "a freeze", found, lambda ticket_id: _rule_on(connection, terms, ticket_id, job, now)
    )
    after = found[-1] if found else job["after"]
    await queries.advance_job(connection, job, after, ruled, is_done=len(found) < BATCH)
    return True


async def _rule_on(connection: Connection, terms: TermsCache, ticket_id: UUID, job: Any, now: datetime) -> bool:
    """Whether it concerned the ticket, as it stands now that it is held."""
    row = await hold_ticket(connection, ticket_id)
    if row is None or (row["ended_at"] is not None and not job["is_withdrawal"]):
        return False
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, row)
    told = [e.payload for e in held.events if isinstance(e.payload, FreezeRuled | FreezeWithdrawn)]
    own = [payload for payload in told if payload.freeze_id == job["id"]]
    is_frozen = bool(own) and isinstance(own[-1], FreezeRuled)
    if is_frozen is not job["is_withdrawal"]:
        return False
    at = held.after_records(now)  # what was announced while we waited for the ticket is before the ruling, and stands
    ruling = FreezeWithdrawn(job["id"]) if is_frozen else FreezeRuled(job["id"], job["begins_at"], job["ends_at"])
    event = Event(uuid7(), held.next_sequence, at, at, SYSTEM, ruling)
    await append(connection, current, held, [event], now=at)
    return True
