"""The reads of import jobs, and how a worker takes one."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import col, select

from services.requests.imports.models import ImportJob
from services.shared.paging import PageWanted, older_than

WAITING = ("queued", "running")


_WITHOUT_FILE = defer(cast(InstrumentedAttribute[bytes | None], ImportJob.content), raiseload=True)
"""A log may be large: only the worker that reads it takes it out of its row."""


async def find_job(
    session: AsyncSession, job_id: UUID, *, lock: bool = False, with_content: bool = True
) -> ImportJob | None:
    """The job, with its file or without; with `lock` until the transaction ends."""
    options = [] if with_content else [_WITHOUT_FILE]
    return await session.get(ImportJob, job_id, options=options, with_for_update=True if lock else None)


async def waiting_jobs(session: AsyncSession) -> list[UUID]:
    """The jobs that have not ended, the oldest first."""
    wanted = select(ImportJob.id).where(col(ImportJob.state).in_(WAITING))
    return list((await session.scalars(wanted.order_by(col(ImportJob.created_at), col(ImportJob.id)))).all())


async def page_of_jobs(session: AsyncSession, page: PageWanted) -> tuple[list[ImportJob], str | None]:
    """Jobs, newest first."""
    columns = (col(ImportJob.created_at), col(ImportJob.id))
    wanted = select(ImportJob).options(_WITHOUT_FILE).order_by(*(column.desc() for column in columns))
    wanted = wanted.limit(page.limit + 1)
    after = page.typed_after(datetime, UUID)
    if after is not None:
        wanted = wanted.where(older_than(columns, after))
    rows, more = page.split((await session.scalars(wanted)).all())
    return list(rows), page.cursor((rows[-1].created_at, rows[-1].id)) if more else None
