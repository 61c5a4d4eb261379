"""HTTP for the catalogue."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from services.requests.calendars.refusals import UnknownCalendar
from services.requests.catalogue import service
from services.requests.catalogue.approvals import APPROVAL_PROBLEMS
from services.requests.catalogue.form_check import FORM_PROBLEMS
from services.requests.catalogue.models import Offering, OfferingVersion
from services.requests.catalogue.queries import page_of_offerings, page_of_versions
from services.requests.catalogue.rules import DuplicateTarget, OnlyForResolution, TargetsContradict
from services.requests.catalogue.schemas import (
    NewOffering,
    Number,
    OfferingChanges,
    OfferingPublic,
    OfferingVersionPublic,
)
from services.requests.catalogue.service import (
    MayNotWriteOfferings,
    OfferingCodeTaken,
    UnknownOffering,
    UnknownOfferingVersion,
)
from services.requests.catalogue.steps import STEP_PROBLEMS
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.people.service import PERSON_PROBLEMS
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired, Problem
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Code, Id, Page

router = feature_router("offerings")

Reader = Annotated[Actor, requires("offerings:read")]
Writer = Annotated[Actor, requires("offerings:write")]
_NOT_ALWAYS_KEPT: dict[str, list[object]] = {"approvals": [], "steps": [], "responsibilities": []}
"""What versions from before there was any say nothing of."""
_WRITE_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownCalendar,
    DuplicateTarget,
    OnlyForResolution,
    TargetsContradict,
    OfferingCodeTaken,
    MayNotWriteOfferings,
    *FORM_PROBLEMS,
    *APPROVAL_PROBLEMS,
    *STEP_PROBLEMS,
    *PERSON_PROBLEMS,
)


@router.post("/v1/offerings", status_code=201, responses=problem_responses(*DEPARTMENT_PROBLEMS, *_WRITE_PROBLEMS))
async def publish_offering(
    new: NewOffering,
    actor: Writer,
    session: Transaction,
    identity: AskIdentity,
    now: Now,
    request: Request,
    response: Response,
) -> OfferingPublic:
    """Publish what a department offers, with the targets that hold without an agreement."""
    offering = await service.publish_offering(session, actor, identity, new, now=now)
    response.headers["Location"] = f"/v1/offerings/{offering.id}"
    return _told(offering, request, response)


@router.get("/v1/offerings", responses=problem_responses(BadCursor))
async def list_offerings(
    actor: Reader,
    session: Transaction,
    page: Paging,
    provider_department_id: Annotated[Id | None, Query()] = None,
    code: Annotated[Code | None, Query(description="in upper or lower case")] = None,
    is_offered: Annotated[bool | None, Query()] = None,
) -> Page[OfferingPublic]:
    """The catalogue, newest first."""
    rows, following = await page_of_offerings(
        session, page, provider_department_id=provider_department_id, code=code, is_offered=is_offered
    )
    return Page(items=[_public(row) for row in rows], next=following)


@router.get("/v1/offerings/{offering_id}", responses=problem_responses(UnknownOffering))
async def get_offering(
    offering_id: Id, actor: Reader, session: Transaction, request: Request, response: Response
) -> OfferingPublic:
    """One offering."""
    return _told(await service.known_offering(session, offering_id), request, response)


@router.get("/v1/offerings/{offering_id}/versions", responses=problem_responses(UnknownOffering, BadCursor))
async def list_versions(
    offering_id: Id, actor: Reader, session: Transaction, page: Paging
) -> Page[OfferingVersionPublic]:
    """What the offering was from when on, newest first."""
    await service.known_offering(session, offering_id)
    rows, following = await page_of_versions(session, offering_id, page)
    return Page(items=[_version(row) for row in rows], next=following)


@router.get(
    "/v1/offerings/{offering_id}/versions/{number}",
    responses=problem_responses(UnknownOffering, UnknownOfferingVersion),
)
async def get_version(
    offering_id: Id, number: Annotated[Number, Path()], actor: Reader, session: Transaction
) -> OfferingVersionPublic:
    """The offering as tickets with this `offering_version` pinned it: its form, steps, targets and approvals."""
    return _version(await service.known_version(session, offering_id, number))


@router.patch(
    "/v1/offerings/{offering_id}",
    responses=problem_responses(
        UnknownOffering, *DEPARTMENT_PROBLEMS, *_WRITE_PROBLEMS, PreconditionFailed, PreconditionRequired
    ),
)
async def change_offering(
    offering_id: Id,
    changes: OfferingChanges,
    actor: Writer,
    session: Transaction,
    identity: AskIdentity,
    expected: IfMatch,
    now: Now,
    request: Request,
    response: Response,
) -> OfferingPublic:
    """Change an offering: a new version, which tickets submitted from now on pin."""
    offering = await service.change_offering(
        session, actor, identity, offering_id, changes, check_version=expected.check, now=now
    )
    return _told(offering, request, response)


def _told(offering: Offering, request: Request, response: Response) -> OfferingPublic:
    tag_answer(request, response, offering.version)
    return _public(offering)


def _version(version: OfferingVersion) -> OfferingVersionPublic:
    kept = _NOT_ALWAYS_KEPT | version.content
    told = {name: kept[name] for name in OfferingVersionPublic.model_fields if name in kept}
    return OfferingVersionPublic(
        **told,
        id=version.offering_id,
        version=version.number,
        confidential=kept["is_confidential"],
        created_at=version.created_at,
        created_by=version.created_by,
    )


def _public(offering: Offering) -> OfferingPublic:
    return OfferingPublic(**offering.model_dump(exclude={"is_confidential"}), confidential=offering.is_confidential)
