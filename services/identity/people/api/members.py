"""Routes of a department's members."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from services.identity.departments.service import get_department
from services.identity.people.queries import page_of_members
from services.identity.people.schemas import MemberPublic, MemberRole
from services.identity.people.service import memberships as service
from services.shared.auth import Actor, requires
from services.shared.etags import IF_MATCH_MEANS, IF_MATCH_PATTERN, Expected, IfMatch, etag, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("departments")
Reader = Annotated[Actor, requires("departments:read")]
Writer = Annotated[Actor, requires("departments:write")]
ONE = "/v1/departments/{department_id}/members/{person_id}"


async def _expected_or_none_yet(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description=IF_MATCH_MEANS, json_schema_extra={"pattern": IF_MATCH_PATTERN}),
    ] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="`*`: only where there is none yet")
    ] = None,
) -> Expected:
    if if_match is not None:
        return Expected(if_match)
    if if_none_match is not None and if_none_match.strip() == "*":
        return Expected(etag(service.NOBODY_YET))
    raise PreconditionRequired(pointer="#If-Match")


@router.get("/v1/departments/{department_id}/members", responses=problem_responses(BadCursor))
async def list_members(actor: Reader, department_id: Id, session: Transaction, page: Paging) -> Page[MemberPublic]:
    """List a department's members, newest people first."""
    await get_department(session, department_id)
    rows, has_more = page.split(await page_of_members(session, page, department_id))
    items = [MemberPublic.model_validate(row) for row in rows]
    return Page(items=items, next=page.cursor([rows[-1].person_id]) if has_more else None)


@router.get(ONE)
async def get_member(
    actor: Reader, department_id: Id, person_id: Id, session: Transaction, request: Request, response: Response
) -> MemberPublic:
    """Read one member of a department."""
    membership = await service.get_membership(session, department_id, person_id)
    tag_answer(request, response, membership.version)
    return MemberPublic.model_validate(membership)


@router.put(ONE, responses=problem_responses(PreconditionFailed, PreconditionRequired))
async def set_member(
    actor: Writer,
    department_id: Id,
    person_id: Id,
    wanted: MemberRole,
    expected: Annotated[Expected, Depends(_expected_or_none_yet)],
    session: Transaction,
    now: Now,
    request: Request,
    response: Response,
) -> MemberPublic:
    """Give a person a role in the department.

    `If-Match` names the membership's version; `If-None-Match: *` (or `If-Match: "0"`) asks for a new one,
    `If-Match: *` takes it as it is, new or not.
    """
    membership = await service.set_membership(
        session, actor, department_id, person_id, wanted.role, expected=expected, now=now
    )
    tag_answer(request, response, membership.version)
    return MemberPublic.model_validate(membership)


@router.delete(ONE, status_code=204, responses=problem_responses(PreconditionFailed, PreconditionRequired))
async def end_membership(
    actor: Writer, department_id: Id, person_id: Id, expected: IfMatch, session: Transaction, now: Now
) -> None:
    """Take a person out of the department."""
    await service.end_membership(session, actor, department_id, person_id, expected=expected, now=now)
