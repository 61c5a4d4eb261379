"""The worker that takes a new calendar or agreement version to every open ticket and hand-off that it concerns.

It finds what is to be ruled by itself, so whoever saves a version need not know of it. Each batch commits whole, with
how far it has come: killed at any point, every ticket is ruled on once. One that cannot be folded is told in the log.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.agreements.pinning import pin_agreement
from services.requests.agreements.queries.read import contents_of
from services.requests.agreements.rules.content import AgreementContent
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.departments.service import Identity
from services.requests.rulings import queries
from services.requests.rulings.service.links import rulings_on_links
from services.requests.tickets.rules.chained import chained
from services.requests.tickets.service.appending import Act, by_system
from services.requests.tickets.service.recording import Unfolded
from services.requests.tickets.service.touring import BATCH, tour, visit
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, Ruling
from services.requests.timeline.vocabulary import Restart
from services.shared.db import Connection, hot_transaction


async def run_rulings(engine: AsyncEngine, terms: TermsCache, identity: Identity) -> None:
    """Rule on open tickets until cancelled."""
    await tour(
        "a ruling",
        lambda: rule_some(engine, terms, identity, now=datetime.now(UTC)),
        lambda: look_back(engine),  # an act may be dated back behind a version
    )


async def look_back(engine: AsyncEngine) -> None:
    """Take the latest version of each calendar to the open clocks that are still in an earlier one."""
    async with hot_transaction(engine) as connection:
        await queries.notice_left_behind(connection)


async def rule_some(engine: AsyncEngine, terms: TermsCache, identity: Identity, *, now: datetime) -> bool:
    """Rule on the next few tickets; false where nothing is left to do."""
    async with hot_transaction(engine) as connection:
        return await rule_batch(connection, terms, identity, now=now)


async def rule_batch(connection: Connection, terms: TermsCache, identity: Identity, *, now: datetime) -> bool:
    """The same in a transaction of the caller's."""
    await queries.notice_rulings(connection, now)
    job = await queries.claim_job(connection)
    if job is None:
        return False
    content = None
    if job["agreement_version_id"] is not None:
        version_id = job["agreement_version_id"]
        content = (await contents_of(connection.fetch, [version_id]))[version_id]
    found = await _concerned(connection, job, content)

    async def rule(current: Current, held: Unfolded) -> Act | None:
        return await _ruled(connection, current, identity, held, job, content, now)

    visited = await visit(connection, terms, "a ruling", found, rule)
    after, is_done = visited.up_to or job["after"], visited.is_whole and len(found) < BATCH
    await queries.advance_job(connection, job["id"], after, visited.concerned, is_done=is_done)
    return True


async def _concerned(connection: Connection, job: Any, content: AgreementContent | None) -> list[UUID]:
    if content is None:
        return await queries.tickets_following(
            connection, job["calendar_id"], job["calendar_version"], job["after"], BATCH
        )
    return await queries.open_tickets_of(connection, list(content.offering_ids), job, BATCH)


async def _ruled(
    connection: Connection,
    current: Current,
    identity: Identity,
    held: Unfolded,
    job: Any,
    content: AgreementContent | None,
    now: datetime,
) -> Act | None:
    """The rulings on the ticket and its links, where it concerns them as they stand now that it is held."""
    if held.row["ended_at"] is not None:
        return None
    if content is None:
        version = CalendarRuled(job["calendar_id"], job["calendar_version"], Restart(job["elapsed"]))
        if not _concerns(held, version):  # its clocks began in this version, saved while the ticket was written
            return Act(held, (), now)
        return by_system(held, [version], now)
    version_id = job["agreement_version_id"]
    ruling = await _of_agreement(connection, current, identity, held, version_id, content, now)
    on_links = await rulings_on_links(connection, current, identity, held, version_id, content, now)
    rulings = [*([ruling] if ruling else []), *on_links]
    return by_system(held, rulings, now) if rulings else None


def _concerns(held: Unfolded, ruling: CalendarRuled) -> bool:
    """Whether an open clock of the ticket or of one of its links is in an earlier version."""
    links = chained(held.terms, held.progress, held.events).after
    for cycle in (*held.progress.cycles, *(cycle for fold in links for cycle in fold.progress.cycles)):
        follows = cycle.leg.target.calendar_id == ruling.calendar_id and cycle.leg.version < ruling.version
        if cycle.ended_at is None and follows:
            return True
    return False


async def _of_agreement(
    connection: Connection,
    current: Current,
    identity: Identity,
    held: Unfolded,
    version_id: UUID,
    content: AgreementContent,
    now: datetime,
) -> Ruling | None:
    """Whether the version is what covers such a ticket today; the nearest agreement of the two departments is."""
    row = held.row
    if held.progress.terms.agreement_version_id == version_id:
        return None
    offered = await current.terms_for(
        connection.fetch,
        identity,
        offering_id=row["offering_id"],
        customer_department_id=row["customer_department_id"],
        provider_department_id=row["provider_department_id"],
    )
    covering = offered.covering(row["promised_priority"], now)
    if covering is None or covering.version_id != version_id:
        return None
    pinned = pin_agreement(
        content,
        version_id,
        provider=held.pinned.provider,
        offering_id=row["offering_id"],
        priority=row["promised_priority"],
    )
    return AgreementRuled(pinned, content.elapsed)
