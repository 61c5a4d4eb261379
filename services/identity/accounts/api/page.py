"""The page that a one-time link opens: a form without any script, in the reader's language."""

import base64
import hashlib
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from services.identity.accounts.api.links import PasswordHashing
from services.identity.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from services.identity.accounts.service import accounts as service
from services.identity.accounts.service.accounts import LINK_PATH, LinkUnknown
from services.shared.language import Texts, preferred_language
from services.shared.problems import Conflict, Problem
from services.shared.routing import Now, SecretRoute, Transaction, feature_router
from services.shared.schemas import NO_NUL

router = feature_router("oauth2", SecretRoute)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:10vh auto;padding:0 1rem}"
    "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0 1rem}"
    ".refused{color:#a40000}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_TITLE = Texts("Set your password", "Elija su contraseña")
_FOR = Texts("For {email}", "Para {email}")
_PASSWORD = Texts("New password, at least {shortest} characters", "Contraseña nueva, de al menos {shortest} caracteres")
_AGAIN = Texts("The same once more", "La misma otra vez")
_SAVE = Texts("Save", "Guardar")
_DONE = Texts("Your password is set. You can sign in now.", "Su contraseña está guardada. Ya puede iniciar sesión.")
_HTML_ANSWERS: dict[int | str, dict[str, object]] = {
    404: {"description": "the link has been used or has expired", "content": {"text/html": {}}},
    409: {"description": "the password was refused; the form again, with the reason", "content": {"text/html": {}}},
}


class Mistyped(Conflict):
    code = "password_mistyped"
    detail = Texts("The two passwords differ.", "Las dos contraseñas no coinciden.")


class WrongLength(Conflict):
    code = "password_length"
    detail = Texts("A password has {shortest} to {longest} characters.", "Use de {shortest} a {longest} caracteres.")


@router.get(LINK_PATH, response_class=HTMLResponse, responses={404: _HTML_ANSWERS[404]})
async def show_password_form(
    token: Annotated[str, Query(max_length=200, pattern=NO_NUL)], session: Transaction, now: Now, request: Request
) -> HTMLResponse:
    """The page of a one-time link: a form for a new password. Opening it changes nothing."""
    language = preferred_language(request.headers.get("accept-language", ""))
    try:
        person = await service.person_of_link(session, token, now=now)
    except LinkUnknown as refused:
        return _page(language, _refusal(refused, language), status=404)
    return _page(language, _form(language, token, person.email))


@router.post(
    LINK_PATH,
    response_class=HTMLResponse,
    responses=_HTML_ANSWERS,
    openapi_extra={
        "requestBody": {
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {name: {"type": "string"} for name in ("token", "password", "again")},
                    }
                }
            }
        }
    },
)
async def set_password_by_form(
    session: Transaction, passwords: PasswordHashing, now: Now, request: Request
) -> HTMLResponse:
    """Take the form's password and use the link up."""
    language = preferred_language(request.headers.get("accept-language", ""))
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    token, password, again = (fields.get(name, [""])[0] for name in ("token", "password", "again"))
    email = ""
    try:
        email = (await service.person_of_link(session, token, now=now)).email
        _check(password, again)
        await service.set_password_by_link(session, passwords, token=token, password=password, now=now)
    except LinkUnknown as refused:
        return _page(language, _refusal(refused, language), status=404)
    except Conflict as refused:
        return _page(language, _refusal(refused, language) + _form(language, token, email), status=409)
    return _page(language, f"<p>{_DONE.to(language)}</p>")


def _check(password: str, again: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WrongLength(shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    if password != again:
        raise Mistyped


def _refusal(refused: Problem, language: str) -> str:
    return f'<p class="refused" role="alert">{escape(refused.text(language))}</p>'


def _form(language: str, token: str, email: str) -> str:
    field = '<label>{}<input type="password" name="{}" autocomplete="new-password" required></label>'
    return "".join(
        (
            f"<p>{escape(_FOR.to(language).format(email=email))}</p>",
            f'<form method="post" action="{LINK_PATH}">',
            f'<input type="hidden" name="token" value="{escape(token)}">',
            field.format(_PASSWORD.to(language).format(shortest=SHORTEST_PASSWORD), "password"),
            field.format(_AGAIN.to(language), "again"),
            f"<button>{_SAVE.to(language)}</button></form>",
        )
    )


def _page(language: str, content: str, *, status: int = 200) -> HTMLResponse:
    title = _TITLE.to(language)
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{content}</body></html>"
    )
    return HTMLResponse(html, status, {**_HEADERS, "Content-Language": language})
