"""The built-in survey: one question after a fulfilment, in version 1. A survey with answers is never edited."""

from dataclasses import dataclass
from datetime import timedelta

from services.shared.language import Texts

LOWEST, HIGHEST = 1, 5
LONGEST_COMMENT = 2_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of kind `rating` (whole numbers from `lowest` to `highest`, each with a label) or `text`."""

    code: str
    kind: str
    text: Texts
    is_required: bool
    lowest: int | None = None
    highest: int | None = None
    labels: tuple[Texts, ...] = ()
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A version of a survey; `notice` says, before the first question, who will see what."""

    code: str
    version: int
    mode: str
    trigger: str
    open_for: timedelta
    title: Texts
    notice: Texts
    questions: tuple[Question, ...]


CSAT = Survey(
    code="csat",
    version=1,
    mode="attributed",
    trigger="ticket_fulfilled",
    open_for=timedelta(days=14),
    title=Texts("How was it?", "¿Cómo ha ido?"),
    notice=Texts(
        "Your answer is not anonymous. Who serves in or manages the department that did this sees your score, your "
        "comment and that they are yours; so do the organisation's administrators and listeners, and programs that an "
        "administrator allowed to. Others see only figures in which it is counted.",
        "Su respuesta no es anónima. Quienes atienden o dirigen el departamento que hizo esto ven su puntuación, su "
        "comentario y que son suyos; también los administradores y oyentes de la organización, y los programas que un "
        "administrador haya autorizado. Los demás solo ven cifras en las que cuenta.",
    ),
    questions=(
        Question(
            code="score",
            kind="rating",
            text=Texts("How satisfied are you with the service?", "¿Cuál es su grado de satisfacción con el servicio?"),
            is_required=True,
            lowest=LOWEST,
            highest=HIGHEST,
            labels=(
                Texts("very dissatisfied", "muy insatisfecho"),
                Texts("dissatisfied", "insatisfecho"),
                Texts("neither", "ni lo uno ni lo otro"),
                Texts("satisfied", "satisfecho"),
                Texts("very satisfied", "muy satisfecho"),
            ),
        ),
        Question(
            code="comment",
            kind="text",
            text=Texts("What should they know about it?", "¿Qué deberían saber al respecto?"),
            is_required=False,
            longest=LONGEST_COMMENT,
        ),
    ),
)
SURVEYS = (CSAT,)
