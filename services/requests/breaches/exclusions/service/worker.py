"""The worker that takes a granted exclusion to each ticket and hand-off that lived in that time, as a decision.

Each batch commits whole, with how far it has come: killed at any point, every ticket has the decision once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.breaches.exclusions import queries
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.tickets.queries.between import Pair, Part, parts_between
from services.requests.tickets.service.appending import Act, by_system
from services.requests.tickets.service.recording import Unfolded
from services.requests.tickets.service.touring import BATCH, tour, visit
from services.requests.timeline.decisions import ExclusionGranted
from services.shared.db import Connection, hot_transaction


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
    parts = await _parts(connection, job, found)

    async def rule(_: Current, held: Unfolded) -> Act | None:
        return _decided(held, job, parts.get(held.row["id"], ()), now)

    visited = await visit(connection, terms, "an exclusion", found, rule)
    after, is_done = visited.up_to or job["after"], visited.is_whole and len(found) < BATCH
    await queries.advance_job(connection, job["id"], after, visited.concerned, is_done=is_done)
    return True


async def _parts(connection: Connection, job: Any, found: Sequence[UUID]) -> Mapping[UUID, Sequence[Part]]:
    """What of these tickets it covers: what it names, or all that is between the two departments."""
    if job["ticket_id"] is not None:
        return {ticket_id: [job["link_id"]] for ticket_id in found}
    pair = Pair(job["customer_department_id"], job["provider_department_id"])
    return await parts_between(connection, pair, job["offering_ids"], found)


def _decided(held: Unfolded, job: Any, parts: Sequence[Part], now: datetime) -> Act | None:
    """The decision on those of these parts of the ticket that lived in that time and have not got it yet."""
    granted = (each.payload for each in held.events if isinstance(each.payload, ExclusionGranted))
    known = {each.link for each in granted if each.exclusion_id == job["id"]}
    span = job["begins_at"], job["ends_at"]
    new = [part for part in parts if part not in known and _lived_in(held, part, *span)]
    return by_system(held, [ExclusionGranted(job["id"], *span, part) for part in new], now) if new else None


def _lived_in(held: Unfolded, part: Part, begins_at: datetime, ends_at: datetime) -> bool:
    """Whether the ticket, or that link of it, was there in that time."""
    lives = {link.id: (link.offered_at, link.ended_at) for link in held.progress.links}
    born_at, ended_at = (held.progress.created_at, held.progress.ended_at) if part is None else lives[part]
    return born_at < ends_at and (ended_at is None or ended_at > begins_at)
