"""Routes of a department's absences."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.identity.absences import service
from services.identity.absences.policies import can_know_of_absences
from services.identity.absences.queries import page_of_absences
from services.identity.absences.refusals import DAYS_PROBLEMS, DEPUTY_PROBLEMS, AbsenceOver, NotOfTheDepartment
from services.identity.absences.schemas import AbsencePublic, NewAbsence
from services.identity.departments.service import get_department
from services.identity.deputies.service import PersonInactive, PersonUnknown
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Date, Id, Page

router = feature_router("departments")
Reader = Annotated[Actor, requires("absences:read")]
Writer = Annotated[Actor, requires("absences:write")]
ALL = "/v1/departments/{department_id}/absences"
ONE = f"{ALL}/{{absence_id}}"


@router.post(
    ALL,
    status_code=201,
    responses=problem_responses(PersonUnknown, PersonInactive, NotOfTheDepartment, *DAYS_PROBLEMS, *DEPUTY_PROBLEMS),
)
async def record_absence(
    actor: Writer,
    department_id: Id,
    new: NewAbsence,
    session: Transaction,
    now: Now,
    request: Request,
    response: Response,
) -> AbsencePublic:
    """Record that you, or somebody whom you manage, will be away, and who takes care of their tickets meanwhile.

    Whoever stands in finds these tickets in `GET /v1/tickets/queue`. No clock stops: departments promise, not people.
    """
    absence = await service.record_absence(session, actor, department_id, new, now=now)
    tag_answer(request, response, absence.version)
    response.headers["Location"] = f"/v1/departments/{department_id}/absences/{absence.id}"
    return AbsencePublic.model_validate(absence)


@router.get(ALL, responses=problem_responses(BadCursor))
async def list_absences(
    actor: Reader,
    department_id: Id,
    session: Transaction,
    page: Paging,
    person_id: Annotated[Id | None, Query(description="of this person alone")] = None,
    on: Annotated[Date | None, Query(description="who is away on this day")] = None,
) -> Page[AbsencePublic]:
    """List a department's absences of the last month and to come, those recorded last first.

    Its agents and managers see everybody's, other people their own.
    """
    await get_department(session, department_id)
    if not can_know_of_absences(actor, department_id):
        if person_id not in (None, actor.id):
            return Page(items=[], next=None)
        person_id = actor.id
    rows, has_more = page.split(await page_of_absences(session, page, department_id, person_id=person_id, on=on))
    items = [AbsencePublic.model_validate(row) for row in rows]
    return Page(items=items, next=page.cursor([rows[-1].id]) if has_more else None)


@router.get(ONE)
async def get_absence(
    actor: Reader, department_id: Id, absence_id: Id, session: Transaction, request: Request, response: Response
) -> AbsencePublic:
    """Read one absence: one's own, or a colleague's as an agent or manager of the department."""
    absence = await service.get_absence(session, actor, department_id, absence_id)
    tag_answer(request, response, absence.version)
    return AbsencePublic.model_validate(absence)


@router.delete(ONE, status_code=204, responses=problem_responses(AbsenceOver, PreconditionFailed, PreconditionRequired))
async def end_absence(
    actor: Writer, department_id: Id, absence_id: Id, expected: IfMatch, session: Transaction, now: Now
) -> None:
    """End an absence before its last day, or take back one that has not begun."""
    await service.end_absence(session, actor, department_id, absence_id, expected=expected, now=now)
