"""The worker that runs imports: one at a time each, in batches that each commit whole, taken up after a restart."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.queries import find_departments
from services.requests.departments.service import Identity
from services.requests.imports.models import ImportJob
from services.requests.imports.queries import WAITING, find_job, waiting_jobs
from services.requests.imports.rules.records import RowError
from services.requests.imports.rules.rows import Log, LogRow, read_log
from services.requests.imports.schemas import ImportMapping
from services.requests.imports.service.bring_in import Import, Tally, bring_in
from services.requests.imports.service.reading import kept_columns, mapping_of, records_of
from services.requests.working import work_on
from services.shared.db import OUTAGES, Sessions, hot_transaction
from services.shared.idempotency import session_fetch

log = logging.getLogger(__name__)

BATCH = 50
"""Cases that one transaction brings in."""
LISTED = 1_000
"""Row errors that a job lists; all are counted."""
LOOK = 1.0
"""Seconds between two looks for a job."""
TRIES = 5
"""Interruptions in a row after which a job has failed for good."""
_LOCK = "SELECT pg_try_advisory_lock(hashtext('import'), hashtext($1))"
_PATIENTLY = "SET LOCAL lock_timeout = '60s'"
"""Another import of the same cases may hold them for a whole batch."""
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('import'), hashtext($1))"
GIVEN_UP = RowError(
    0, None, "import_given_up", f"Interrupted {TRIES} times in a row. What was brought in stays; import the log again."
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What the worker works with: the database in its two ways, the terms in memory, the client for identity."""

    engine: AsyncEngine
    sessions: Sessions
    terms: TermsCache
    identity: httpx.AsyncClient


class ImportInterrupted(Exception):
    """Something went wrong in the middle of a job; what its batches committed stays."""

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        super().__init__(str(job_id))


class _DryRun(Exception):
    """Takes back what a batch of a dry run has written."""


async def run_imports(bench: Bench) -> None:
    """Run what is queued until cancelled. A job that is interrupted goes on at the next look, and fails after five."""
    interrupted: Counter[UUID] = Counter()

    async def next_import() -> bool:
        try:
            has_run = await run_next_import(bench)
        except ImportInterrupted as interruption:
            interrupted[interruption.job_id] += 1
            log.warning("an import is interrupted", exc_info=interruption)
            if interrupted[interruption.job_id] >= TRIES:
                await _fail(bench, interruption.job_id, repr(interruption.__cause__))
            return False
        if has_run:
            interrupted.clear()
        return has_run

    await work_on("imports", next_import, look=LOOK)


async def run_next_import(bench: Bench) -> bool:
    """Run the oldest job that no other worker has (it holds a lock); false where none is left. ImportInterrupted."""
    async with bench.sessions() as session:
        waiting = await waiting_jobs(session)
    async with bench.engine.connect() as lease:
        connection: Any = (await lease.get_raw_connection()).driver_connection
        for job_id in waiting:
            if not await connection.fetchval(_LOCK, str(job_id)):
                continue
            try:
                job = await _take(bench, job_id)
                if job is not None:
                    await _run(bench, job)
                    return True
            except Exception as error:
                raise ImportInterrupted(job_id) from error
            finally:
                with suppress(*OUTAGES):
                    await connection.execute(_UNLOCK, str(job_id))
    return False


async def _take(bench: Bench, job_id: UUID) -> ImportJob | None:
    """The job with its file, under way from now on; none if it has ended meanwhile."""
    async with bench.sessions() as session, session.begin():
        job = await find_job(session, job_id, lock=True)
        if job is None or job.state not in WAITING:
            return None
        job.state, job.version = "running", job.version + 1
        return job


async def _run(bench: Bench, job: ImportJob) -> None:
    mapping = ImportMapping.model_validate_json(orjson.dumps(job.mapping))
    named = {mapping.customer_department_id, mapping.default_provider_department_id, *mapping.groups.values()}
    async with bench.sessions() as session:
        departments = await find_departments(session_fetch(session), named)
    codes = {department.id: department.code for department in departments.values()}
    now = datetime.now(UTC)
    read = await asyncio.to_thread(
        read_log,
        records_of(job.content or b"", mapping),
        mapping_of(mapping, codes),
        now=now,
    )
    running = Import(
        mapping, {code: department_id for department_id, code in codes.items()}, kept_columns(mapping), _nobody(bench)
    )
    tally = Tally()
    done = 0
    for batch in _batches(read):
        await _bring_in_batch(bench, running, batch, tally, is_dry_run=job.is_dry_run)
        done += len(batch)
        if not await _still_wanted(bench, job.id, done / len(read.cases)):
            break
    await _end(bench, job.id, read, tally)


def _nobody(bench: Bench) -> Identity:
    """Identity as the worker may ask it: not at all; every department of the mapping was learned on accepting it."""
    return Identity(bench.identity, "")


def _batches(read: Log) -> Iterator[Sequence[tuple[str, list[LogRow]]]]:
    cases = iter(read.cases.items())
    while batch := list(itertools.islice(cases, BATCH)):
        yield batch


async def _bring_in_batch(
    bench: Bench, running: Import, batch: Sequence[tuple[str, list[LogRow]]], tally: Tally, *, is_dry_run: bool
) -> None:
    with suppress(_DryRun):
        async with hot_transaction(bench.engine) as connection:
            await connection.execute(_PATIENTLY)
            current = await bench.terms.current(connection.fetch)
            await bring_in(connection, current, running, dict(batch), tally, now=datetime.now(UTC))
            if is_dry_run:
                raise _DryRun


async def _still_wanted(bench: Bench, job_id: UUID, progress: float) -> bool:
    """Note how far the job is; false once it was cancelled."""
    async with bench.sessions() as session, session.begin():
        job = await find_job(session, job_id, lock=True, with_content=False)
        if job is None or job.state not in WAITING:
            return False
        job.progress = round(progress, 4)
        job.version += 1
        return True


async def _end(bench: Bench, job_id: UUID, read: Log, tally: Tally) -> None:
    """Tell what came of it; of one that was cancelled too, what it brought in stays."""
    async with bench.sessions() as session, session.begin():
        job = await find_job(session, job_id, lock=True, with_content=False)
        if job is None or job.state not in (*WAITING, "cancelled"):
            return
        if job.state in WAITING:
            job.state, job.progress, job.content = "done", 1.0, None
            job.ended_at = datetime.now(UTC)
        job.version += 1
        job.errors = [error._asdict() for error in read.errors[:LISTED]]
        job.result = {"rows_read": read.rows, "rows_refused": len(read.errors), **tally.told()}


async def _fail(bench: Bench, job_id: UUID, why: str) -> None:
    with suppress(*OUTAGES):
        async with bench.sessions() as session, session.begin():
            job = await find_job(session, job_id, lock=True, with_content=False)
            if job is not None and job.state in WAITING:
                log.error("the import %s has failed: %s", job_id, why)
                job.state, job.content, job.ended_at = "failed", None, datetime.now(UTC)
                job.errors = [GIVEN_UP._asdict()]
                job.version += 1
