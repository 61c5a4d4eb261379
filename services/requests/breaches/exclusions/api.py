"""HTTP for exclusions."""

from typing import Annotated

from fastapi import Query, Response

from services.requests.agreements.queries.between import Between
from services.requests.breaches.exclusions.refusals import ASKING_PROBLEMS, GRANTING_PROBLEMS, UnknownExclusion
from services.requests.breaches.exclusions.schemas import ExclusionPublic, NewExclusion, NewExclusionDecision
from services.requests.breaches.exclusions.service import ask, reading
from services.requests.departments.api import AskIdentity
from services.shared.auth import Actor, requires
from services.shared.paging import BadCursor, Paging
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("exclusions")

Reader = Annotated[Actor, requires("agreements:read")]
Writer = Annotated[Actor, requires("agreements:write")]


@router.post("/v1/exclusions", status_code=201, responses=problem_responses(*ASKING_PROBLEMS))
async def ask_exclusion(
    new: NewExclusion, actor: Writer, session: Transaction, identity: AskIdentity, now: Now, response: Response
) -> ExclusionPublic:
    """Ask that a time that is over be left out, of one ticket or of those between two departments.

    For a manager of either department, or a manager's deputy; the other side decides.
    """
    exclusion = await ask.ask_exclusion(session, actor, identity, new, now=now)
    response.headers["Location"] = f"/v1/exclusions/{exclusion.id}"
    return await reading.show_exclusion(session, exclusion)


@router.get("/v1/exclusions", responses=problem_responses(BadCursor))
async def list_exclusions(
    actor: Reader,
    session: Transaction,
    page: Paging,
    department_id: Annotated[Id | None, Query(description="on either side")] = None,
    customer_department_id: Annotated[Id | None, Query()] = None,
    provider_department_id: Annotated[Id | None, Query()] = None,
) -> Page[ExclusionPublic]:
    """Exclusions that the caller may read, newest first."""
    wanted = Between(department_id, customer_department_id, provider_department_id)
    return await reading.list_exclusions(session, actor, page, wanted)


@router.get("/v1/exclusions/{exclusion_id}", responses=problem_responses(UnknownExclusion))
async def get_exclusion(exclusion_id: Id, actor: Reader, session: Transaction) -> ExclusionPublic:
    """One exclusion: what was asked and decided, and how many tickets have it by now."""
    return await reading.show_exclusion(session, await reading.readable_exclusion(session, actor, exclusion_id))


@router.post(
    "/v1/exclusions/{exclusion_id}/decisions", status_code=201, responses=problem_responses(*GRANTING_PROBLEMS)
)
async def decide_exclusion(
    exclusion_id: Id, new: NewExclusionDecision, actor: Writer, session: Transaction, now: Now
) -> ExclusionPublic:
    """Grant or refuse it for the other side, once. What is granted is taken to its tickets by a worker.

    For a manager of that department, or a manager's deputy: somebody else than who asked. Of a ticket that is kept
    from the customer's managers an administrator decides.
    """
    exclusion = await ask.decide_exclusion(session, actor, exclusion_id, new, now=now)
    return await reading.show_exclusion(session, exclusion)
