"""Accepting an import: the mapping and the file's first line are checked at once, rows later."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.catalogue.queries import find_offered
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.service import Identity, require_departments
from services.requests.imports.models import ImportJob
from services.requests.imports.queries import WAITING, find_job
from services.requests.imports.refusals import (
    BadMapping,
    BadTimeFormat,
    ColumnMissing,
    ColumnTwice,
    HasEnded,
    MayNotImport,
    NoHeaderLine,
    NoXesLog,
    UnknownImport,
    UnknownZone,
)
from services.requests.imports.rules.csv_log import header_of
from services.requests.imports.rules.mapping import is_readable
from services.requests.imports.rules.records import NotThisFormat
from services.requests.imports.rules.xes_log import check_xes
from services.requests.imports.schemas import ImportMapping
from services.requests.tickets.policies import IMPORT
from services.requests.worktime.zones import known_zones
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch

WAKE_UP = text("SELECT pg_notify('imports', '')")


def read_mapping(document: str) -> ImportMapping:
    """The mapping that this JSON declares; BadMapping with a pointer to each wrong field."""
    try:
        return ImportMapping.model_validate_json(document)
    except ValidationError as invalid:
        raise BadMapping(
            errors=[
                {
                    "pointer": "/mapping" + "".join(f"/{escaped(step)}" for step in error["loc"]),
                    "code": error["type"],
                    "message": error["msg"],
                }
                for error in invalid.errors()
            ]
        ) from invalid


def can_import(actor: Actor) -> bool:
    """Whether the actor may bring in another system's work."""
    return IMPORT in actor.scopes and (actor.is_client or actor.has_role("admin"))


async def accept_import(
    session: AsyncSession,
    actor: Actor,
    identity: Identity,
    mapping: ImportMapping,
    content: bytes,
    *,
    is_dry_run: bool,
    now: datetime,
) -> ImportJob:
    """A job that waits for the worker.

    MayNotImport, UnknownZone, BadTimeFormat, NoHeaderLine, ColumnMissing, ColumnTwice, NoXesLog, UnknownDepartment,
    DepartmentsUnavailable, UnknownOffering.
    """
    if not can_import(actor):
        raise MayNotImport
    if mapping.time_zone not in known_zones():
        raise UnknownZone(pointer="/mapping/time_zone", zone=mapping.time_zone)
    if not is_readable(mapping.time_format):
        raise BadTimeFormat(pointer="/mapping/time_format", time_format=mapping.time_format)
    await _know_departments(session, identity, mapping)
    if await find_offered(session_fetch(session), mapping.offering_id) is None:
        raise UnknownOffering(pointer="/mapping/offering_id", offering_id=mapping.offering_id)
    _check_file(mapping, content)
    job = ImportJob(
        id=uuid7(),
        state="queued",
        is_dry_run=is_dry_run,
        progress=0.0,
        mapping=mapping.model_dump(mode="json"),
        content=content,
        errors=[],
        result=None,
        created_by=actor.id,
        created_at=now,
        ended_at=None,
    )
    session.add(job)
    await session.flush()
    await session.execute(WAKE_UP)
    return job


async def cancel_import(session: AsyncSession, actor: Actor, job_id: UUID, *, now: datetime) -> ImportJob:
    """Stop an import; what it brought in so far stays. MayNotImport, UnknownImport, HasEnded."""
    job = await readable_import(session, actor, job_id, lock=True)
    if job.state not in WAITING:
        raise HasEnded
    job.state, job.ended_at, job.content, job.version = "cancelled", now, None, job.version + 1
    return job


async def readable_import(session: AsyncSession, actor: Actor, job_id: UUID, *, lock: bool = False) -> ImportJob:
    """The job, for whoever may import. MayNotImport, UnknownImport."""
    if not can_import(actor):
        raise MayNotImport
    job = await find_job(session, job_id, lock=lock, with_content=False)
    if job is None:
        raise UnknownImport
    return job


async def _know_departments(session: AsyncSession, identity: Identity, mapping: ImportMapping) -> None:
    """All departments that the mapping names are known here; each that is not is asked of identity."""
    named: dict[UUID, str | None] = {}
    for group, department_id in mapping.groups.items():
        named.setdefault(department_id, f"/mapping/groups/{escaped(group)}")
    named[mapping.default_provider_department_id] = "/mapping/default_provider_department_id"
    named[mapping.customer_department_id] = "/mapping/customer_department_id"
    await require_departments(session_fetch(session), identity, named)


def _check_file(mapping: ImportMapping, content: bytes) -> None:
    """The file begins as its format does, and a CSV's header has the columns that the mapping names, each once."""
    try:
        if mapping.format == "xes":
            check_xes(content)
            return
        header = header_of(content, mapping.delimiter)
    except NotThisFormat as other:
        if mapping.format == "xes":
            raise NoXesLog(pointer="/file", why=str(other)) from other
        raise NoHeaderLine(pointer="/file") from other
    named = {f"columns/{name}": column for name, column in mapping.columns.model_dump().items() if column is not None}
    kept = {f"keep/{place}": column for place, column in enumerate(mapping.keep)}
    for name, column in (named | kept).items():
        if column not in header:
            raise ColumnMissing(pointer=f"/mapping/{name}", column=column, columns=", ".join(header)[:500])
        if header.count(column) > 1:
            raise ColumnTwice(pointer=f"/mapping/{name}", column=column)


def escaped(key: object) -> str:
    """A key as a step of a JSON pointer.

    >>> escaped("Net/LAN ~1")
    'Net~1LAN ~01'
    """
    return str(key).replace("~", "~0").replace("/", "~1")
