"""The whole document of a pack, from the very JSON that is answered: no figure is computed on the way."""

from collections.abc import Mapping
from typing import Any

from services.requests.review.document import figures, matters
from services.requests.review.document.agreed import agreements
from services.requests.review.document.parts import Cell, Chapter, Document, Section, Table
from services.requests.review.document.telling import Teller, teller_of
from services.shared.language import Texts

Told = Mapping[str, Any]
_TITLE = Texts("Review of {customer} and {provider}", "Revisión de {customer} y {provider}")
_CHAPTER = Texts("What {customer} asks of {provider}", "Lo que {customer} pide a {provider}")
_COVERS = Texts("What this covers", "Qué abarca")
_WHAT, _IS = Texts("Item", "Dato"), Texts("Value", "Valor")
_CUSTOMER, _PROVIDER = Texts("First department", "Primer departamento"), Texts("Other department", "Otro departamento")
_FIRST, _LAST = Texts("From (inclusive)", "Desde (inclusive)"), Texts("To (exclusive)", "Hasta (exclusive)")
_ZONE, _MADE = Texts("Time zone of all times", "Zona horaria de todas las horas"), Texts("As of", "A fecha de")
_SOURCE = Texts("The same as data", "Lo mismo como datos")
_FEEDBACK = Texts("What people say", "Lo que dicen las personas")
_ELSEWHERE = Texts(
    "Scores and answers are kept by the feedback service: the paths below tell what you may see of them.",
    "Las valoraciones y respuestas las guarda el servicio de opinión: las rutas de abajo muestran lo que puede ver.",
)
_LIMITS = Texts("How to read this", "Cómo leer esto")
_SAME = Texts(
    "Every figure is the one that the path below its table answers to the same reader; lists hold what that reader may"
    " read.",
    "Cada cifra es la que da la ruta bajo su tabla a la misma persona; las listas contienen lo que esa persona puede"
    " leer.",
)
_LEFT_OUT = Texts(
    "Improvements are not recorded by the platform yet: what it knows of them is what changed in the agreements.",
    "La plataforma aún no registra mejoras: lo que sabe de ellas es lo que cambió en los acuerdos.",
)


def document_of(pack: Told, language: str) -> Document:
    """The document of a pack as it is answered in JSON, in `en` or `es`."""
    told = teller_of(pack, language)
    chapters = [_chapter(told, direction) for direction in pack["items"]]
    chapters.append(Chapter(told.say(_LIMITS), [Section(told.say(_LIMITS), [told.say(_SAME), told.say(_LEFT_OUT)])]))
    return Document(language, _titled(told, _TITLE, pack), pack["computed_at"], _facts(told, pack), chapters)


def _titled(told: Teller, texts: Texts, pair: Told) -> str:
    names = {side: told.who(pair[f"{side}_department_id"]).text for side in ("customer", "provider")}
    return told.say(texts, **names)


def _facts(told: Teller, pack: Told) -> Table:
    codes = {each["id"]: each["code"] for each in pack["departments"]}
    rows = [
        [Cell(told.say(label)), Cell(f"{told.who(pack[name]).text} ({codes[pack[name]]})")]
        for label, name in ((_CUSTOMER, "customer_department_id"), (_PROVIDER, "provider_department_id"))
    ]
    rows += [
        [Cell(told.say(_FIRST)), told.day(pack["from"])],
        [Cell(told.say(_LAST)), told.day(pack["to"])],
        [Cell(told.say(_ZONE)), Cell(pack["time_zone"])],
        [Cell(told.say(_MADE)), told.at(pack["computed_at"])],
        [Cell(told.say(_SOURCE)), Cell(pack["source"], pack["source"])],
    ]
    return Table(told.say(_COVERS), told.columns(_WHAT, _IS), rows)


def _chapter(told: Teller, direction: Told) -> Chapter:
    sections = [
        figures.kept(told, direction["scoreboard"]),
        figures.months(told, direction["flow"], direction["trend"]),
        figures.lead_times(told, direction["lead_time"]),
        figures.held(told, direction["time_held"]),
        figures.is_open(told, direction["backlog"]),
        matters.overdue(told, direction["overdue"]),
        matters.breaches(told, direction["breaches"]),
        matters.contests(told, direction["contests"]),
        matters.exclusions(told, direction["exclusions"]),
        matters.freezes(told, direction["freezes"]),
        *agreements(told, direction["agreements"]),
        Section(told.say(_FEEDBACK), [told.say(_ELSEWHERE)], [], direction["feedback"]),
    ]
    return Chapter(_titled(told, _CHAPTER, direction), sections)
