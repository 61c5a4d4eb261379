"""HTTP for dossiers of breaches."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from services.requests.answers import json_answer
from services.requests.breaches.dossiers import service
from services.requests.breaches.dossiers.refusals import (
    CONTESTING_PROBLEMS,
    DECIDING_PROBLEMS,
    EXPLAINING_PROBLEMS,
    UnknownBreach,
)
from services.requests.breaches.dossiers.schemas import (
    BreachFilters,
    BreachListed,
    BreachPublic,
    BreachTold,
    NewBreachContest,
    NewBreachDecision,
    NewExplanation,
)
from services.requests.tickets.api import Reader, Terms, Writer
from services.shared.paging import BadCursor, Paging
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Page

router = feature_router("breaches", HotRoute)
BreachId = Annotated[UUID, Path()]


@router.get("/v1/breaches", response_model=Page[BreachListed], responses=problem_responses(BadCursor))
async def list_breaches(
    filters: Annotated[BreachFilters, Query()], actor: Reader, connection: HotTransaction, page: Paging
) -> Response:
    """Breaches of promises that the caller answers for, the latest first: of the provider's tickets for who serves it,
    of the customer's for its managers.
    """
    items, following = await service.list_breaches(connection, actor, filters, page)
    return json_answer({"items": items, "next": following})


@router.get("/v1/breaches/{breach_id}", response_model=BreachPublic, responses=problem_responses(UnknownBreach))
async def get_breach(
    breach_id: BreachId, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """One dossier: the clock as it stands, where it is explained, why it was missed, and who says what of that."""
    return json_answer(await service.show_breach(connection, terms, actor, breach_id, now))


@router.post(
    "/v1/breaches/{breach_id}/explanations",
    status_code=201,
    response_model=BreachTold,
    responses=problem_responses(*EXPLAINING_PROBLEMS),
)
async def explain_breach(
    breach_id: BreachId, new: NewExplanation, actor: Writer, connection: HotTransaction, now: Now
) -> Response:
    """Say why the promise was not kept: for the side whose promise it was."""
    return json_answer(await service.explain_breach(connection, actor, breach_id, new, now=now), 201)


@router.post(
    "/v1/breaches/{breach_id}/contests",
    status_code=201,
    response_model=BreachTold,
    responses=problem_responses(*CONTESTING_PROBLEMS),
)
async def contest_breach(
    breach_id: BreachId, new: NewBreachContest, actor: Writer, connection: HotTransaction, now: Now
) -> Response:
    """Say that the reason is not so: for the other side."""
    return json_answer(await service.contest_breach(connection, actor, breach_id, new, now=now), 201)


@router.post(
    "/v1/breaches/{breach_id}/decisions",
    status_code=201,
    response_model=BreachTold,
    responses=problem_responses(*DECIDING_PROBLEMS),
)
async def decide_breach(
    breach_id: BreachId, new: NewBreachDecision, actor: Writer, connection: HotTransaction, now: Now
) -> Response:
    """Decide whether the reason stands. That ends the dossier; it changes no clock (contest an interval for that).

    What one side said last is for the other's managers, whom the agreement names (`decision_role`), or administrators.
    """
    return json_answer(await service.decide_breach(connection, actor, breach_id, new, now=now), 201)
