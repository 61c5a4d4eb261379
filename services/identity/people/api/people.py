"""Routes of people."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.identity.people.models import Person
from services.identity.people.queries import page_of_people, people_public
from services.identity.people.schemas import (
    Email,
    NewPeople,
    NewPerson,
    PeopleMadeOrRefused,
    PersonChanges,
    PersonMadeOrRefused,
    PersonPublic,
)
from services.identity.people.service import people as service
from services.identity.people.service.people import (
    DepartmentTwice,
    DepartmentUnknown,
    EmailTaken,
    LastAdministrator,
    RolesNotYours,
)
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problem_handlers import trace_id_of
from services.shared.problems import PreconditionFailed, PreconditionRequired, Problem, render
from services.shared.routing import Now, ProblemDocument, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("people")
Reader = Annotated[Actor, requires("people:read")]
Writer = Annotated[Actor, requires("people:write")]


@router.post(
    "/v1/people",
    status_code=201,
    responses=problem_responses(EmailTaken, DepartmentTwice, DepartmentUnknown, RolesNotYours),
)
async def add_person(
    actor: Writer, new: NewPerson, session: Transaction, now: Now, request: Request, response: Response
) -> PersonPublic:
    """Create a person. They can sign in once they have set a password (`POST /v1/people/{id}/password-links`)."""
    person = await service.add_person(session, actor, new, now=now)
    response.headers["Location"] = f"/v1/people/{person.id}"
    tag_answer(request, response, person.version)
    return await service.person_public(session, person)


@router.post("/v1/people/batch", status_code=207)
async def add_people(
    actor: Writer, new: NewPeople, session: Transaction, now: Now, request: Request
) -> PeopleMadeOrRefused:
    """Create up to 500 people. A rule that refuses one leaves the others alone; a wrong field refuses the whole."""
    results = await service.add_people(session, actor, new.items, now=now)
    return PeopleMadeOrRefused(items=[_told(result, index, request) for index, result in enumerate(results)])


@router.get("/v1/people", responses=problem_responses(BadCursor))
async def list_people(
    actor: Reader,
    session: Transaction,
    page: Paging,
    ids: Annotated[list[Id] | None, Query(alias="id", max_length=100, description="may be given 100 times")] = None,
    email: Annotated[Email | None, Query()] = None,
) -> Page[PersonPublic]:
    """List people, newest first."""
    rows, has_more = page.split(await page_of_people(session, page, ids=ids or (), email=email))
    items = await people_public(session, rows)
    return Page(items=items, next=page.cursor([rows[-1].id]) if has_more else None)


@router.get("/v1/people/{person_id:uuid}")
async def get_person(
    actor: Reader, person_id: Id, session: Transaction, request: Request, response: Response
) -> PersonPublic:
    """Read a person."""
    person = await service.get_person(session, person_id)
    tag_answer(request, response, person.version)
    return person


@router.patch(
    "/v1/people/{person_id:uuid}",
    responses=problem_responses(EmailTaken, LastAdministrator, RolesNotYours, PreconditionFailed, PreconditionRequired),
)
async def change_person(
    actor: Writer,
    person_id: Id,
    changes: PersonChanges,
    expected: IfMatch,
    session: Transaction,
    now: Now,
    request: Request,
    response: Response,
) -> PersonPublic:
    """Change a person, disable one (`is_active: false` signs them out), or give roles in the organisation."""
    person: Person = await service.change_person(session, actor, person_id, changes, expected=expected, now=now)
    tag_answer(request, response, person.version)
    return await service.person_public(session, person)


def _told(result: PersonPublic | Problem, index: int, request: Request) -> PersonMadeOrRefused:
    if isinstance(result, PersonPublic):
        return PersonMadeOrRefused(status=201, person=result)
    status, _, body = render(
        result,
        instance=f"#/items/{index}",
        trace_id=trace_id_of(request.headers.get("traceparent", "")),
        accept_language=request.headers.get("accept-language", ""),
    )
    return PersonMadeOrRefused(status=status, problem=ProblemDocument.model_validate_json(body))
