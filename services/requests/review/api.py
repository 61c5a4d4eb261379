"""HTTP for review packs: as JSON, as a page, as a PDF."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.requests.answers import json_answer
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.reports.refusals import (
    EmptyPeriod,
    NotYourFigures,
    SameDepartment,
    TooManyBuckets,
    UnknownReportZone,
)
from services.requests.review.look import HEADERS
from services.requests.review.printing.child import printed
from services.requests.review.refusals import PackNotPrinted, PackTooLarge
from services.requests.review.schemas import PackAsked, PackFormat, ReviewPack
from services.requests.review.service.pack import PATH, Sources, review_pack
from services.requests.settings import RequestsSettings
from services.requests.tickets.api import Terms
from services.shared.auth import Actor, requires
from services.shared.bounded_threads import BoundedThreads
from services.shared.language import preferred_language
from services.shared.routing import Handler, Now, SecretRoute, feature_router, problem_responses


class PackRoute(SecretRoute):
    """A route whose function takes its own transactions: while names are asked or a pack is printed it holds none."""

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        return await handle(request)


router = feature_router("reports", PackRoute)
_PRINTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


async def _sources(request: Request, terms: Terms, identity: AskIdentity) -> Sources:
    return Sources(request.app.state.engine, request.app.state.sessions, terms, identity)


async def _threads(request: Request) -> BoundedThreads:
    threads: BoundedThreads = request.app.state.printing
    return threads


@router.get(
    PATH,
    response_model=ReviewPack,
    responses=_PRINTED
    | problem_responses(
        SameDepartment,
        NotYourFigures,
        UnknownReportZone,
        EmptyPeriod,
        TooManyBuckets,
        PackTooLarge,
        PackNotPrinted,
        *DEPARTMENT_PROBLEMS,
    ),
)
async def report_review_pack(
    asked: Annotated[PackAsked, Query()],
    actor: Annotated[Actor, requires("reports:read")],
    sources: Annotated[Sources, Depends(_sources)],
    threads: Annotated[BoundedThreads, Depends(_threads)],
    now: Now,
    request: Request,
) -> Response:
    """What two managers bring to their review: the figures of both directions, what is open, decided, signed, due.

    Each part is what its `source` answers to the same reader; a page and a PDF show the same, in en or es.
    """
    answer = json_answer(await review_pack(sources, actor, asked, now=now))
    if asked.format is PackFormat.JSON:
        return answer
    language = asked.lang or preferred_language(request.headers.get("accept-language", ""))
    told = HEADERS | {"Content-Language": language, "Vary": "Accept-Language"}
    content = await threads.run(printed, bytes(answer.body), asked.format, language, _origin(request))
    if asked.format is PackFormat.HTML:
        return HTMLResponse(content, headers=told)
    name = f"review-pack-{now:%Y-%m-%d}.pdf"
    told["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type="application/pdf", headers=told)


def _origin(request: Request) -> str:
    settings: RequestsSettings = request.app.state.settings
    return settings.public_url.rstrip("/")
