"""Routes of departments."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.identity.departments import service
from services.identity.departments.models import Department
from services.identity.departments.queries import page_of_departments
from services.identity.departments.schemas import DepartmentChanges, DepartmentPublic, NewDepartment
from services.identity.departments.service import (
    CodeTaken,
    ParentUnknown,
    TooDeep,
    UnknownZone,
    WouldBeCycle,
)
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Code, Id, Page

router = feature_router("departments")
Reader = Annotated[Actor, requires("departments:read")]
Writer = Annotated[Actor, requires("departments:write")]


@router.post(
    "/v1/departments",
    status_code=201,
    responses=problem_responses(CodeTaken, UnknownZone, ParentUnknown, TooDeep),
)
async def add_department(
    actor: Writer, new: NewDepartment, session: Transaction, now: Now, request: Request, response: Response
) -> DepartmentPublic:
    """Create a department."""
    return _answer(await service.add_department(session, actor, new, now=now), request, response)


@router.get("/v1/departments", responses=problem_responses(BadCursor))
async def list_departments(
    actor: Reader,
    session: Transaction,
    page: Paging,
    code: Annotated[Code | None, Query(description="in upper or lower case")] = None,
    parent_id: Annotated[Id | None, Query()] = None,
) -> Page[DepartmentPublic]:
    """List departments, newest first."""
    rows, has_more = page.split(await page_of_departments(session, page, code=code, parent_id=parent_id))
    items = [DepartmentPublic.model_validate(row) for row in rows]
    return Page(items=items, next=page.cursor([rows[-1].id]) if has_more else None)


@router.get("/v1/departments/{department_id}")
async def get_department(
    actor: Reader, department_id: Id, session: Transaction, request: Request, response: Response
) -> DepartmentPublic:
    """Read a department."""
    return _answer(await service.get_department(session, department_id), request, response)


@router.patch(
    "/v1/departments/{department_id}",
    responses=problem_responses(
        CodeTaken, UnknownZone, ParentUnknown, WouldBeCycle, TooDeep, PreconditionFailed, PreconditionRequired
    ),
)
async def change_department(
    actor: Writer,
    department_id: Id,
    changes: DepartmentChanges,
    expected: IfMatch,
    session: Transaction,
    now: Now,
    request: Request,
    response: Response,
) -> DepartmentPublic:
    """Change a department."""
    department = await service.change_department(session, actor, department_id, changes, expected=expected, now=now)
    return _answer(department, request, response)


def _answer(department: Department, request: Request, response: Response) -> DepartmentPublic:
    tag_answer(request, response, department.version)
    if request.method == "POST":
        response.headers["Location"] = f"/v1/departments/{department.id}"
    return DepartmentPublic.model_validate(department)
