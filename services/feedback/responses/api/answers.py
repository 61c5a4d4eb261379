"""Routes of responses and scores in JSON."""

from typing import Annotated

from fastapi import Query, Response

from services.feedback.invitations.models import Fulfilment
from services.feedback.invitations.rules.asking import NotAskedBecause
from services.feedback.invitations.rules.standing import AnswerFinal, InvitationExpired, InvitationWithdrawn
from services.feedback.responses import queries
from services.feedback.responses.rules import Answer, RatesOwnDepartment
from services.feedback.responses.schemas import FulfilmentScore, NewResponse, NotAskedPublic, ResponsePublic
from services.feedback.responses.service import answer_in_person
from services.shared.auth import Actor, requires
from services.shared.paging import BadCursor, Paging
from services.shared.problems import NotFound
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

responses_router = feature_router("responses")
scores_router = feature_router("scores")
Reader = Annotated[Actor, requires("responses:read")]
Writer = Annotated[Actor, requires("responses:write")]


@responses_router.post(
    "/v1/responses",
    status_code=201,
    responses={
        200: {"description": "It took the place of the answer before", "model": ResponsePublic},
        **problem_responses(NotFound, InvitationExpired, InvitationWithdrawn, AnswerFinal, RatesOwnDepartment),
    },
)
async def give_response(
    actor: Writer, new: NewResponse, session: Transaction, now: Now, response: Response
) -> ResponsePublic:
    """Answer an invitation of yours, or change your answer within twelve hours.

    The provider's agents and managers, administrators, listeners and service accounts see it with your name: tell
    people so (the survey's `notice`) before you ask them.
    """
    answer = Answer(new.score, new.comment or None)
    given, is_new = await answer_in_person(session, actor, new.invitation_id, answer, now=now)
    response.status_code = 201 if is_new else 200
    return ResponsePublic.model_validate(given)


@responses_router.get("/v1/responses", responses=problem_responses(BadCursor))
async def list_responses(
    actor: Reader,
    session: Transaction,
    page: Paging,
    ticket_id: Annotated[Id | None, Query()] = None,
    customer_department_id: Annotated[Id | None, Query()] = None,
    provider_department_id: Annotated[Id | None, Query()] = None,
) -> Page[ResponsePublic]:
    """List what was answered, newest first: your own answers, and those about departments that you serve or manage.

    Administrators, listeners and service accounts see all.
    """
    rows, has_more = page.split(
        await queries.page_of_responses(
            session,
            actor,
            page,
            ticket_id=ticket_id,
            customer_department_id=customer_department_id,
            provider_department_id=provider_department_id,
        )
    )
    return Page(
        items=[ResponsePublic.model_validate(row) for row in rows],
        next=page.cursor([rows[-1].answered_at, rows[-1].id]) if has_more else None,
    )


@scores_router.get("/v1/scores", responses=problem_responses(BadCursor))
async def list_scores(
    actor: Reader,
    session: Transaction,
    page: Paging,
    ticket_id: Annotated[Id | None, Query()] = None,
    provider_department_id: Annotated[Id | None, Query()] = None,
) -> Page[FulfilmentScore]:
    """List fulfilments with their scores and who was asked, newest first: of departments that you serve or manage.

    Administrators, listeners and service accounts see all.
    """
    found = await queries.page_of_fulfilments(
        session, actor, page, ticket_id=ticket_id, provider_department_id=provider_department_id
    )
    rows, has_more = page.split(found)
    keys = [(row.ticket_id, row.cycle) for row in rows]
    scores, asked = await queries.scores_of(session, keys), await queries.people_asked(session, keys)
    not_asked = await queries.people_not_asked(session, keys)
    last = rows[-1] if has_more else None
    return Page(
        items=[
            _public(row, scores.get(key, (None, 0)), asked.get(key, 0), not_asked.get(key, {}))
            for key, row in zip(keys, rows, strict=True)
        ],
        next=page.cursor([last.fulfilled_at, last.ticket_id, last.cycle]) if last else None,
    )


def _public(row: Fulfilment, scored: tuple[int | None, int], asked: int, not_asked: dict[str, int]) -> FulfilmentScore:
    score, answered = scored
    left_out = [NotAskedPublic(reason=NotAskedBecause(reason), people=n) for reason, n in not_asked.items()]
    told = {**row.model_dump(), "score": score, "asked": asked, "answered": answered, "not_asked": left_out}
    return FulfilmentScore.model_validate(told)
