"""Routes of the answer page: looking changes nothing, whoever looks; an answer takes a person who confirms it."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.feedback.invitations.api import LinkMaking
from services.feedback.invitations.rules.links import PATH
from services.feedback.invitations.rules.standing import LinkUnknown
from services.feedback.responses.api.html import FormShown, form_page, refusal_page, thanks_page
from services.feedback.responses.queries import response_to
from services.feedback.responses.rules import read_form, score_of
from services.feedback.responses.service import asked_by_link, give_answer
from services.shared.language import LANGUAGES, preferred_language
from services.shared.problems import Conflict, PayloadTooLarge, Problem
from services.shared.routing import Now, SecretRoute, Transaction, feature_router

LARGEST_FORM = 32 * 1024
"""Bytes: the longest comment with each of its characters escaped, and the rest."""
_READ = frozenset({"score", "lang"})


class PageRoute(SecretRoute):
    """A route for people's browsers: refusals are pages, and what is odd in the query is passed over.

    Links are changed on their way (mail systems add words of their own to them); somebody who follows one should meet
    the question and no word about parameters. A program that asks for JSON gets problem documents.
    """

    def get_route_handler(self) -> Callable[[Request], Any]:
        answer = super().get_route_handler()

        async def page(request: Request) -> Response:
            query = _query_read(request)
            request = Request({**request.scope, "query_string": urlencode(query).encode()}, request.receive)
            accepts = request.headers.get("accept", "")
            try:
                if "\x00" in request.scope["path"]:
                    raise LinkUnknown
                answered: Response = await answer(request)
            except Problem as refused:
                if "json" in accepts and "text/html" not in accepts:
                    raise
                return refusal_page(_language(request, query.get("lang")), refused)
            return answered

        return page


def _query_read(request: Request) -> dict[str, str]:
    """Of the query what the page reads, of each name the first."""
    given = reversed(request.query_params.multi_items())
    names = _READ if request.method == "GET" else {"lang"}  # a form sends its score in its body
    return {name: text for name, text in given if name in names and "\x00" not in text}


def _language(request: Request, lang: str | None) -> str:
    return lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))


async def _language_wanted(
    request: Request,
    lang: Annotated[str | None, Query(description="`en` or `es` instead of what Accept-Language says")] = None,
) -> str:
    return _language(request, lang)


Language = Annotated[str, Depends(_language_wanted)]
# The contract alone says how a token is spelled: whatever else is sent is answered 404.
Token = Annotated[str, Path(description="of the link", json_schema_extra={"pattern": "^[A-Za-z0-9_-]{1,100}$"})]
router = feature_router("responses", PageRoute)


def _refusals(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    problem = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    content = {"text/html": {"schema": {"type": "string"}}, "application/problem+json": problem}
    return {int(status[1:]): {"description": text, "content": content} for status, text in descriptions.items()}


_NO_ANSWER = {
    "s404": "`unknown_link`: the link is broken or made up",
    "s409": "`answer_final`, `rates_own_department`: no answer is taken by this link any more",
    "s410": "`invitation_expired`, `invitation_withdrawn`: the question is over",
}
_FORM = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("page", "score", "comment", "confirm")},
                }
            }
        }
    }
}


@router.get(PATH + "{token}", response_class=HTMLResponse, responses=_refusals(**_NO_ANSWER))
async def show_answer_page(
    token: Token,
    session: Transaction,
    links: LinkMaking,
    language: Language,
    now: Now,
    score: Annotated[str | None, Query(description="`1` to `5`: chosen beforehand; still to be confirmed")] = None,
) -> HTMLResponse:
    """The page of a link: who sees the answer, and a form. Opening it changes nothing."""
    invitation, fulfilment = await asked_by_link(session, links.read(token), now=now)
    earlier = await response_to(session, invitation.id)
    shown = FormShown(
        links.page_mark(invitation.id, now),
        score_of(score or "") or (earlier.score if earlier else None),
        (earlier.comment or "") if earlier else "",
    )
    return form_page(language, fulfilment, shown, earlier=earlier)


@router.post(
    PATH + "{token}",
    response_class=HTMLResponse,
    responses=_refusals(
        **_NO_ANSWER
        | {
            "s409": f"{_NO_ANSWER['s409']}; or the form again: `page_not_opened`, `score_missing`, `comment_too_long`,"
            " `not_confirmed`",
            "s413": "`payload_too_large`: the form is too large",
        }
    ),
    openapi_extra=_FORM,
)
async def answer_by_page(
    token: Token, session: Transaction, links: LinkMaking, language: Language, now: Now, request: Request
) -> HTMLResponse:
    """Take the form's answer, if it is confirmed, and show what was saved."""
    linked = links.read(token)
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise PayloadTooLarge(limit=LARGEST_FORM)
    invitation, fulfilment = await asked_by_link(session, linked, now=now, for_update=True)
    sent = read_form(_fields(body))
    try:
        answer = sent.answer(is_our_page=links.is_page_mark(sent.mark, invitation.id, now))
    except Conflict as refused:
        shown = FormShown(links.page_mark(invitation.id, now), sent.score, sent.comment)
        earlier = await response_to(session, invitation.id)
        return form_page(language, fulfilment, shown, earlier=earlier, refused=refused)
    response, _ = await give_answer(session, invitation, fulfilment, answer, now=now)
    return thanks_page(language, fulfilment, response)


def _fields(body: bytes) -> dict[str, str]:
    """The form's fields; none where it is no form.

    A page sends each name once, of its choices the chosen one. A name that comes more often says nothing: who sends
    all five scores is a program that sends whatever it finds.
    """
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: texts[0] for name, texts in sent.items() if len(texts) == 1}
