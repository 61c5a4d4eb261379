"""The worker that takes a granted exclusion to each ticket that lived in that time, as a decision.

Each batch commits whole, with how far it has come: killed at any point, every ticket has the decision once.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.requests.breaches.exclusions import queries
from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.service.recording import append, unfold
from services.requests.timeline.decisions import ExclusionGranted
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.vocabulary import Side
from services.shared.db import OUTAGES, Connection, hot_transaction
from services.shared.problems import Unavailable

log = logging.getLogger(__name__)

BATCH = 20
"""Tickets of one transaction: so long, some 50 ms, may an act on one of them have to wait."""
LOOK = 1.0
PAUSE = 10.0
SYSTEM = Actor(Side.SYSTEM, automatic=True)


async def run_exclusions(engine: AsyncEngine, terms: TermsCache) -> None:
    """Take exclusions to tickets until cancelled."""
    while True:
        try:
            while await exclude_some(engine, terms, now=datetime.now(UTC)):
                pass
        except OUTAGES as error:
            log.warning("no exclusion can be taken to tickets: %r", error)
        except Exception:
            log.exception("an exclusion is interrupted, and goes on later")
            await asyncio.sleep(PAUSE)
        await asyncio.sleep(LOOK)


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
    applied = 0
    for ticket_id in found:
        try:
            async with connection.transaction():
                applied += await _decide_on(connection, terms, ticket_id, job, now)
        except (*OUTAGES, Unavailable):
            raise  # that passes: the whole batch is tried again
        except Exception:
            log.exception("nothing can be decided on the ticket %s, which stays as it is", ticket_id)
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
