"""Routes of a department's deputies."""

from typing import Annotated

from fastapi import Request, Response

from services.identity.departments.service import get_department
from services.identity.deputies import service
from services.identity.deputies.queries import page_of_deputies
from services.identity.deputies.schemas import DeputyPublic, NewDeputy
from services.identity.deputies.service import (
    DeputyAlready,
    DeputyEndsBeforeItBegins,
    DeputyInThePast,
    DeputyOver,
    PersonInactive,
    PersonUnknown,
)
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("departments")
Reader = Annotated[Actor, requires("departments:read")]
Writer = Annotated[Actor, requires("departments:write")]
ALL = "/v1/departments/{department_id}/deputies"
ONE = f"{ALL}/{{deputy_id}}"


@router.post(
    ALL,
    status_code=201,
    responses=problem_responses(
        PersonUnknown, PersonInactive, DeputyEndsBeforeItBegins, DeputyInThePast, DeputyAlready
    ),
)
async def name_deputy(
    actor: Writer,
    department_id: Id,
    new: NewDeputy,
    session: Transaction,
    now: Now,
    request: Request,
    response: Response,
) -> DeputyPublic:
    """Name a deputy: on these days they sign for the department as its manager does.

    Their access tokens say so from the first one issued on the first day, to the last one issued on the last.
    """
    deputy = await service.name_deputy(session, actor, department_id, new, now=now)
    tag_answer(request, response, deputy.version)
    response.headers["Location"] = f"/v1/departments/{department_id}/deputies/{deputy.id}"
    return DeputyPublic.model_validate(deputy)


@router.get(ALL, responses=problem_responses(BadCursor))
async def list_deputies(actor: Reader, department_id: Id, session: Transaction, page: Paging) -> Page[DeputyPublic]:
    """List a department's deputies of all times, those named last first."""
    await get_department(session, department_id)
    rows, has_more = page.split(await page_of_deputies(session, page, department_id))
    items = [DeputyPublic.model_validate(row) for row in rows]
    return Page(items=items, next=page.cursor([rows[-1].id]) if has_more else None)


@router.get(ONE)
async def get_deputy(
    actor: Reader, department_id: Id, deputy_id: Id, session: Transaction, request: Request, response: Response
) -> DeputyPublic:
    """Read one deputy of a department."""
    deputy = await service.get_deputy(session, department_id, deputy_id)
    tag_answer(request, response, deputy.version)
    return DeputyPublic.model_validate(deputy)


@router.delete(ONE, status_code=204, responses=problem_responses(DeputyOver, PreconditionFailed, PreconditionRequired))
async def end_deputy(
    actor: Writer, department_id: Id, deputy_id: Id, expected: IfMatch, session: Transaction, now: Now
) -> None:
    """End a deputy before their last day. The entry stays, with the instant at which it ended."""
    await service.end_deputy(session, actor, department_id, deputy_id, expected=expected, now=now)
