"""HTTP for imports: hand in a log with its mapping, follow the job, cancel it."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Path, Request, Response, UploadFile

from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.imports import refusals
from services.requests.imports.queries import page_of_jobs
from services.requests.imports.refusals import MayNotImport
from services.requests.imports.schemas import ImportJobPublic, ImportMapping
from services.requests.imports.service import accept
from services.shared.auth import Actor, requires
from services.shared.etags import tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import InContract, Page

router = feature_router("imports")

Importer = Annotated[Actor, requires("tickets:import")]
ImportId = Annotated[UUID, Path()]


@router.post(
    "/v1/imports",
    status_code=202,
    responses=problem_responses(
        refusals.BadMapping,
        refusals.UnknownZone,
        refusals.NoHeaderLine,
        refusals.BadTimeFormat,
        refusals.ColumnMissing,
        refusals.ColumnTwice,
        refusals.NoXesLog,
        MayNotImport,
        UnknownOffering,
        *DEPARTMENT_PROBLEMS,
    ),
)
async def start_import(
    actor: Importer,
    session: Transaction,
    identity: AskIdentity,
    now: Now,
    response: Response,
    file: Annotated[UploadFile, File(description="the log: CSV in UTF-8 with a header line, or XES")],
    mapping: Annotated[str, InContract(ImportMapping), Form(description="what the log means, as JSON")],
    dry_run: Annotated[bool, Form(description="only tell what would come of it")] = False,
) -> ImportJobPublic:
    """Bring in the log of another system. Rows are read by a job; wrong ones are listed there, good ones land."""
    declared = accept.read_mapping(mapping)
    job = await accept.accept_import(session, actor, identity, declared, await file.read(), is_dry_run=dry_run, now=now)
    response.headers["Location"] = f"/v1/imports/{job.id}"
    return ImportJobPublic.model_validate(job)


@router.get("/v1/imports", responses=problem_responses(BadCursor, MayNotImport))
async def list_imports(actor: Importer, session: Transaction, page: Paging) -> Page[ImportJobPublic]:
    """Imports, newest first."""
    if not accept.can_import(actor):
        raise MayNotImport
    jobs, following = await page_of_jobs(session, page)
    return Page(items=[ImportJobPublic.model_validate(job) for job in jobs], next=following)


@router.get("/v1/imports/{import_id}", responses=problem_responses(refusals.UnknownImport, MayNotImport))
async def get_import(
    import_id: ImportId, actor: Importer, session: Transaction, request: Request, response: Response
) -> ImportJobPublic:
    """An import as it stands."""
    job = await accept.readable_import(session, actor, import_id)
    tag_answer(request, response, job.version)
    return ImportJobPublic.model_validate(job)


@router.post(
    "/v1/imports/{import_id}/cancellations",
    status_code=201,
    responses=problem_responses(refusals.UnknownImport, refusals.HasEnded, MayNotImport),
)
async def cancel_import(import_id: ImportId, actor: Importer, session: Transaction, now: Now) -> ImportJobPublic:
    """Stop an import; what it has brought in stays, and bringing it in again goes on from there."""
    return ImportJobPublic.model_validate(await accept.cancel_import(session, actor, import_id, now=now))
