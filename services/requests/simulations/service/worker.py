"""The worker that runs simulations: one at a time, batch after batch; it writes nothing but its job."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.requests.agreements.pinning import pin_agreement
from services.requests.agreements.rules.content import AgreementContent, content_from
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.simulations.models import Simulation
from services.requests.simulations.queries import (
    WAITING,
    count_tickets,
    events_of_tickets,
    find_simulation,
    next_simulation,
    next_tickets,
)
from services.requests.simulations.rules import (
    Key,
    Reached,
    Tally,
    before_other_versions,
    covers,
    is_left_out,
    reached_by,
    without_quota,
)
from services.requests.simulations.service.accept import MOST_TICKETS, which_of
from services.requests.tickets.rules.stored import event_of
from services.requests.timeline.calendars import Followed
from services.requests.timeline.events import Event
from services.requests.timeline.fold import progress_of, view
from services.requests.timeline.payloads import UnreadableEvent
from services.requests.timeline.promised import PinnedTerms, pinned_from
from services.requests.timeline.rulings import RULINGS
from services.requests.timeline.vocabulary import PartyKind
from services.requests.working import work_on
from services.requests.worktime import WorkingTime, definition_from
from services.shared.db import OUTAGES, Connection, Sessions, hot_transaction

log = logging.getLogger(__name__)

BATCH = 20
"""Tickets folded between two breaths: others wait for some 50 ms."""
_HOLD = "SELECT pg_try_advisory_lock(hashtext('simulation'), hashtext($1))"
_RELEASE = "SELECT pg_advisory_unlock(hashtext('simulation'), hashtext($1))"
GIVEN_UP = {"code": "simulation_given_up", "message": "Something in this simulation cannot be computed."}


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed: a version, or another calendar in the place of one. `at` is when all tickets are looked at."""

    content: AgreementContent | None
    calendar_id: UUID | None
    calendar: WorkingTime | None
    version_id: UUID
    at: datetime

    @classmethod
    def of(cls, job: Simulation) -> "Supposition":
        """What the job keeps."""
        supposed = job.supposed
        content = content_from(supposed["content"]) if "content" in supposed else None
        replaced = UUID(supposed["calendar_id"]) if content is None else None
        calendar = WorkingTime(definition_from(supposed["definition"])) if content is None else None
        return cls(content, replaced, calendar, uuid7(), job.created_at)


async def run_simulations(engine: AsyncEngine, sessions: Sessions, terms: TermsCache) -> None:
    """Run what is queued until cancelled; one that a restart cut short begins anew, for it has written nothing."""
    await work_on("simulations", lambda: run_next_simulation(engine, sessions, terms))


async def run_next_simulation(engine: AsyncEngine, sessions: Sessions, terms: TermsCache) -> bool:
    """Run one to its end; false where none waits, or another worker has it (it holds a lock)."""
    async with engine.connect() as lease:
        connection: Any = (await lease.get_raw_connection()).driver_connection
        async with sessions() as session, session.begin():
            job = await next_simulation(session)
            if job is None:
                return False
            job.state, job.version = "running", job.version + 1
        if not await connection.fetchval(_HOLD, str(job.id)):
            return False
        try:
            tally = await _run(engine, sessions, terms, job)
        except OUTAGES:
            raise
        except Exception:
            log.exception("the simulation %s has failed", job.id)
            await _end(sessions, job.id, "failed", errors=[GIVEN_UP])
            return True
        finally:
            with suppress(*OUTAGES):
                await connection.execute(_RELEASE, str(job.id))
        if tally is not None:
            await _end(sessions, job.id, "done", result=tally.told())
    return True


async def _run(engine: AsyncEngine, sessions: Sessions, terms: TermsCache, job: Simulation) -> Tally | None:
    """What the tickets come to; None where it was cancelled meanwhile."""
    which, supposition, tally = which_of(job.supposed), Supposition.of(job), Tally()
    after: tuple[datetime, UUID] | None = None
    seen, whole = 0, 0
    while True:
        async with hot_transaction(engine) as connection:
            whole = whole or await count_tickets(connection.fetch, which, most=MOST_TICKETS)
            rows = await next_tickets(connection, which, after, BATCH)
            await _look_at(connection, await terms.current(connection.fetch), supposition, rows, tally)
        seen += len(rows)
        if len(rows) < BATCH:
            return tally
        after = rows[-1]["created_at"], rows[-1]["id"]
        if not await _still_wanted(sessions, job.id, min(1.0, seen / max(whole, 1))):
            return None


async def _look_at(
    connection: Connection, current: Current, supposition: Supposition, rows: Sequence[Any], tally: Tally
) -> None:
    events = await events_of_tickets(connection, [row["id"] for row in rows])
    for row in rows:
        content = supposition.content
        if content is not None and not covers(content, row["offering_id"], row["promised_priority"]):
            tally.not_covered += 1
            continue
        try:
            told = [event_of(event) for event in events.get(row["id"], ())]
            if content is not None and is_left_out(told):
                tally.left_out += 1
                continue
            was, would_be = await _both(connection, current, supposition, row, told)
        except (UnreadableEvent, LookupError, ValueError):
            log.warning("the ticket %s cannot be folded for a simulation", row["id"], exc_info=True)
            tally.unreadable += 1
            continue
        tally.add(row["id"], was, would_be)


async def _both(
    connection: Connection, current: Current, supposition: Supposition, row: Any, events: list[Event]
) -> tuple[dict[Key, Reached], dict[Key, Reached]]:
    """The one fold, twice: under what was promised, and under what is supposed."""
    pinned = without_quota(pinned_from(row["terms"]))
    other, kept = pinned, events
    if supposition.content is not None:
        other = _as_agreed(
            pinned, supposition.content, supposition.version_id, row["offering_id"], row["promised_priority"]
        )
        kept = before_other_versions(events)
    named = {*pinned.calendar_ids(), *other.calendar_ids()}
    for event in events:
        if isinstance(event.payload, RULINGS):
            named.update(event.payload.calendar_ids())
    calendars: Mapping[UUID, Followed] = await current.calendars(connection.fetch, named)
    replaced = dict(calendars)
    if supposition.calendar_id in replaced and supposition.calendar is not None:
        replaced[supposition.calendar_id] = supposition.calendar
    return _reached(pinned, calendars, events, supposition.at), _reached(other, replaced, kept, supposition.at)


def _as_agreed(
    pinned: PinnedTerms, content: AgreementContent, version_id: UUID, offering_id: UUID, priority: str
) -> PinnedTerms:
    """What the ticket would have pinned under the version; the calendars of other parties stay."""
    made = pin_agreement(content, version_id, provider=pinned.provider, offering_id=offering_id, priority=priority)
    others = {party: id_ for party, id_ in pinned.calendars.items() if party != str(PartyKind.CUSTOMER)}
    return without_quota(replace(made, calendars={**made.calendars, **others}))


def _reached(
    pinned: PinnedTerms, calendars: Mapping[UUID, Followed], events: Sequence[Event], at: datetime
) -> dict[Key, Reached]:
    terms = pinned.terms(calendars.__getitem__)
    progress = progress_of(terms, events)
    if progress is None:
        raise LookupError("a ticket begins with a fact")
    return reached_by(view(terms, progress, at).clocks)


async def _still_wanted(sessions: Sessions, job_id: UUID, progress: float) -> bool:
    """Note how far it is; false once it was cancelled."""
    async with sessions() as session, session.begin():
        job = await find_simulation(session, job_id, lock=True)
        if job is None or job.state not in WAITING:
            return False
        job.progress, job.version = round(progress, 4), job.version + 1
        return True


async def _end(
    sessions: Sessions,
    job_id: UUID,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    errors: Sequence[dict[str, Any]] = (),
) -> None:
    with suppress(*OUTAGES):
        async with sessions() as session, session.begin():
            job = await find_simulation(session, job_id, lock=True)
            if job is None or job.state not in WAITING:
                return
            job.state, job.result, job.errors, job.ended_at = state, result, list(errors), datetime.now(UTC)
            job.progress = 1.0 if state == "done" else job.progress
            job.version += 1
