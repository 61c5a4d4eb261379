"""HTTP for freezes."""

from typing import Annotated

from fastapi import Query, Response

from services.requests.agreements.queries.between import Between
from services.requests.departments.api import AskIdentity
from services.requests.freezes.refusals import (
    PROPOSING_PROBLEMS,
    SIGNING_PROBLEMS,
    WITHDRAWING_PROBLEMS,
    UnknownFreeze,
)
from services.requests.freezes.schemas import FreezePublic, NewFreeze, NewFreezeSignature
from services.requests.freezes.service import agree, reading
from services.shared.auth import Actor, requires
from services.shared.etags import etag
from services.shared.paging import BadCursor, Paging
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("freezes")

Reader = Annotated[Actor, requires("agreements:read")]
Writer = Annotated[Actor, requires("agreements:write")]


@router.post("/v1/freezes", status_code=201, responses=problem_responses(*PROPOSING_PROBLEMS))
async def propose_freeze(
    new: NewFreeze, actor: Writer, session: Transaction, identity: AskIdentity, now: Now, response: Response
) -> FreezePublic:
    """Propose a time that the tickets of two departments leave out. Proposing is no signature.

    For a manager of either department, or a manager's deputy.
    """
    freeze = await agree.propose_freeze(session, actor, identity, new, now=now)
    response.headers["Location"] = f"/v1/freezes/{freeze.id}"
    return await reading.show_freeze(session, freeze, now=now)


@router.get("/v1/freezes", responses=problem_responses(BadCursor))
async def list_freezes(
    actor: Reader,
    session: Transaction,
    page: Paging,
    now: Now,
    department_id: Annotated[Id | None, Query(description="on either side")] = None,
    customer_department_id: Annotated[Id | None, Query()] = None,
    provider_department_id: Annotated[Id | None, Query()] = None,
) -> Page[FreezePublic]:
    """Freezes that the caller may read, newest first."""
    wanted = Between(department_id, customer_department_id, provider_department_id)
    return await reading.list_freezes(session, actor, page, wanted, now=now)


@router.get("/v1/freezes/{freeze_id}", responses=problem_responses(UnknownFreeze))
async def get_freeze(freeze_id: Id, actor: Reader, session: Transaction, now: Now, response: Response) -> FreezePublic:
    """One freeze, as it stands now."""
    freeze = await reading.readable_freeze(session, actor, freeze_id)
    response.headers["ETag"] = etag(freeze.version)  # never 304: the state changes by time alone, too
    return await reading.show_freeze(session, freeze, now=now)


@router.post("/v1/freezes/{freeze_id}/signatures", status_code=201, responses=problem_responses(*SIGNING_PROBLEMS))
async def sign_freeze(
    freeze_id: Id, new: NewFreezeSignature, actor: Writer, session: Transaction, now: Now
) -> FreezePublic:
    """Sign a freeze for a side, before it begins; with the second signature it is agreed.

    For a manager of that department, or a manager's deputy. One person cannot sign for both sides.
    """
    freeze = await agree.sign_freeze(session, actor, freeze_id, new.side, now=now)
    return await reading.show_freeze(session, freeze, now=now)


@router.post("/v1/freezes/{freeze_id}/withdrawals", status_code=201, responses=problem_responses(*WITHDRAWING_PROBLEMS))
async def withdraw_freeze(freeze_id: Id, actor: Writer, session: Transaction, now: Now) -> FreezePublic:
    """Take a freeze back for one side, before it begins; tickets that knew it know it no more."""
    freeze = await agree.withdraw_freeze(session, actor, freeze_id, now=now)
    return await reading.show_freeze(session, freeze, now=now)
