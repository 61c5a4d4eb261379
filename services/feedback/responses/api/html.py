"""The answer page as HTML: no script, nothing from elsewhere, labels and focus for every way of using it."""

import base64
import hashlib
from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from services.feedback.invitations.models import Fulfilment
from services.feedback.invitations.rules.standing import editable_until, spelled
from services.feedback.responses.models import Response
from services.feedback.responses.rules import CONFIRMED
from services.feedback.surveys.rules import CSAT, LONGEST_COMMENT
from services.shared.language import LANGUAGES, Texts
from services.shared.problems import Problem

_STYLE = (
    "body{font:1.0625rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:36rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.125rem;margin:0}"
    "fieldset{border:1px solid #6b6b6b;border-radius:.25rem;margin:1.5rem 0}"
    "legend,.question{font-weight:600}fieldset label,.confirm{display:flex;gap:.5rem;padding:.5rem 0}"
    "input{flex:none;width:1.25rem;height:1.25rem;margin:.15rem 0 0}.confirm{margin:.5rem 0}"
    "textarea{font:inherit;color:inherit;width:100%;box-sizing:border-box;border:1px solid #6b6b6b;padding:.5rem}"
    "button{font:inherit;color:#fff;background:#0b5394;border:0;border-radius:.25rem;padding:.75rem 1.5rem}"
    "a{color:#0b5394}:focus-visible{outline:3px solid #0b5394;outline-offset:2px}"
    ".notice{background:#f1f1f1;padding:.75rem 1rem}.notice p{margin:.25rem 0 0}"
    ".refused{color:#a40000;font-weight:600}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_ABOUT = Texts("About {what}, done on {when}.", "Sobre {what}, terminado el {when}.")
_WHO_SEES = Texts("Who sees your answer", "Quién ve su respuesta")
_REQUIRED = Texts("(required)", "(obligatoria)")
_OPTIONAL = Texts("(optional, up to {longest} characters)", "(opcional, hasta {longest} caracteres)")
_CONFIRM = Texts("Yes, this is my answer (required)", "Sí, esta es mi respuesta (obligatorio)")
_SEND = Texts("Send", "Enviar")
_EARLIER = Texts(
    "You answered on {answered_at}. You can change your answer until {until}.",
    "Respondió el {answered_at}. Puede cambiar su respuesta hasta el {until}.",
)
_THANKS = Texts("Thank you. Your answer has been saved.", "Gracias. Su respuesta se ha guardado.")
_CHANGE = Texts("Change my answer", "Cambiar mi respuesta")
_UNTIL = Texts("until {until}", "hasta el {until}")
_OTHER_LANGUAGE = Texts("In English", "En español")


@dataclass(frozen=True, slots=True)
class FormShown:
    """What the page's form holds: our mark, and what is chosen and written in it already."""

    mark: str
    score: int | None = None
    comment: str = ""


def form_page(
    language: str,
    fulfilment: Fulfilment,
    shown: FormShown,
    *,
    earlier: Response | None = None,
    refused: Problem | None = None,
) -> HTMLResponse:
    """The page that asks; `earlier` is the answer given before, `refused` why what was sent is none (409)."""
    parts = [_about(language, fulfilment)]
    if refused is not None:
        parts.append(f'<p class="refused" role="alert">{escape(refused.text(language))}</p>')
    if earlier is not None:
        until = spelled(editable_until(earlier.answered_at))
        told = _EARLIER.to(language).format(answered_at=spelled(earlier.answered_at), until=until)
        parts.append(f"<p>{escape(told)}</p>")
    notice = f"<h2>{_WHO_SEES.to(language)}</h2><p>{escape(CSAT.notice.to(language))}</p>"
    parts += [f'<div class="notice">{notice}</div>', _form(language, shown)]
    query = f"&score={shown.score}" if shown.score is not None else ""
    return _page(language, "".join(parts), status=200 if refused is None else refused.status, query=query)


def thanks_page(language: str, fulfilment: Fulfilment, response: Response) -> HTMLResponse:
    """The page that says what was saved."""
    until = _UNTIL.to(language).format(until=spelled(editable_until(response.answered_at)))
    content = (
        f'{_about(language, fulfilment)}<p role="status">{_THANKS.to(language)}</p>'
        f"<p>{_choice(language, response.score)}</p>"
        f'<p><a href="?lang={language}">{_CHANGE.to(language)}</a> ({escape(until)})</p>'
    )
    return _page(language, content)


def refusal_page(language: str, refused: Problem) -> HTMLResponse:
    """The page that says why there is nothing to answer."""
    content = f'<p class="refused">{escape(refused.text(language))}</p>'
    return _page(language, content, status=refused.status)


def _about(language: str, fulfilment: Fulfilment) -> str:
    what = fulfilment.ticket_key
    if not fulfilment.is_confidential:
        what = f"{what} · {fulfilment.offering_name}"
    return f"<p>{escape(_ABOUT.to(language).format(what=what, when=spelled(fulfilment.fulfilled_at)))}</p>"


def _form(language: str, shown: FormShown) -> str:
    score, comment = CSAT.questions
    choices = "".join(_radio(language, number, is_chosen=number == shown.score) for number in range(1, 6))
    optional = _OPTIONAL.to(language).format(longest=LONGEST_COMMENT)
    return (
        f'<form method="post" action="?lang={language}">'
        f'<input type="hidden" name="page" value="{escape(shown.mark)}">'
        f"<fieldset><legend>{escape(score.text.to(language))} {_REQUIRED.to(language)}</legend>{choices}</fieldset>"
        f'<label class="question" for="comment">{escape(comment.text.to(language))} {optional}</label>'
        f'<textarea id="comment" name="comment" rows="5" maxlength="{LONGEST_COMMENT}">'
        f"\n{escape(shown.comment)}</textarea>"
        f'<label class="confirm"><input type="checkbox" name="confirm" value="{CONFIRMED}" required>'
        f"{_CONFIRM.to(language)}</label><button>{_SEND.to(language)}</button></form>"
    )


def _radio(language: str, number: int, *, is_chosen: bool) -> str:
    chosen = " checked" if is_chosen else ""
    return (
        f'<label><input type="radio" name="score" value="{number}" required{chosen}>{_choice(language, number)}</label>'
    )


def _choice(language: str, number: int) -> str:
    return escape(f"{number} – {CSAT.questions[0].labels[number - 1].to(language)}")


def _page(language: str, content: str, *, status: int = 200, query: str = "") -> HTMLResponse:
    title = escape(CSAT.title.to(language))
    others = "".join(
        f'<a href="?lang={other}{escape(query)}" hreflang="{other}" lang="{other}">{_OTHER_LANGUAGE.to(other)}</a>'
        for other in LANGUAGES
        if other != language
    )
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{content}</main>"
        f"<footer><p>{others}</p></footer></body></html>"
    )
    return HTMLResponse(html, status, {**HEADERS, "Content-Language": language})
