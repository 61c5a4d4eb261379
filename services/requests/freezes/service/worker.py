"""The worker that takes an agreed freeze to every open ticket and hand-off that it covers, and a withdrawn one back.

A hand-off is covered by what its own two departments froze, whoever asked for the ticket and whoever provides it.
Each batch commits whole, with how far it has come: killed at any point, every ticket is ruled on once. New tickets pin
a freeze by themselves; tickets that are imported or reopened meanwhile are looked for each minute.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.freezes import queries
from services.requests.tickets.queries.between import Pair, Part, parts_between
from services.requests.tickets.service.appending import Act, by_system
from services.requests.tickets.service.recording import Unfolded
from services.requests.tickets.service.touring import BATCH, tour, visit
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn, Ruling
from services.shared.db import Connection, hot_transaction


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
    pair = Pair(job["customer_department_id"], job["provider_department_id"])
    parts = await parts_between(connection, pair, job["offering_ids"], found)

    async def rule(_: Current, held: Unfolded) -> Act | None:
        return _ruled(held, job, parts.get(held.row["id"], ()), now)

    visited = await visit(connection, terms, "a freeze", found, rule)
    after, is_done = visited.up_to or job["after"], visited.is_whole and len(found) < BATCH
    await queries.advance_job(connection, job, after, visited.concerned, is_done=is_done)
    return True


def _ruled(held: Unfolded, job: Any, parts: Sequence[Part], now: datetime) -> Act | None:
    """The freeze, or its end, on the ticket and the links among its `parts`, as they stand now that it is held."""
    if held.row["ended_at"] is not None and not job["is_withdrawal"]:
        return None
    frozen = _frozen_parts(held, job["id"])
    rulings: list[Ruling] = [FreezeWithdrawn(job["id"], part) for part in frozen]
    if not job["is_withdrawal"]:
        is_open = {None, *(link.id for link in held.progress.links if link.is_open)}
        new = [part for part in parts if part in is_open and part not in frozen]
        rulings = [FreezeRuled(job["id"], job["begins_at"], job["ends_at"], part) for part in new]
    return by_system(held, rulings, now) if rulings else None


def _frozen_parts(held: Unfolded, freeze_id: UUID) -> list[Part]:
    """On what of the ticket it is ruled, and was not withdrawn since; of links those that are known."""
    latest: dict[Part, bool] = {}
    for event in held.events:
        if isinstance(event.payload, FreezeRuled | FreezeWithdrawn) and event.payload.freeze_id == freeze_id:
            latest[event.payload.link] = isinstance(event.payload, FreezeRuled)
    return [part for part, is_frozen in latest.items() if is_frozen]
