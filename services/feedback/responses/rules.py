"""Pure: what an answer is, what a page must send before one is taken, and what an answer adds to the figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.feedback.statistics.rules import is_satisfied
from services.feedback.surveys.rules import HIGHEST, LONGEST_COMMENT, LOWEST
from services.shared.language import Texts
from services.shared.problems import Conflict

CONFIRMED = "yes"


class RatesOwnDepartment(Conflict):
    code = "rates_own_department"
    detail = Texts(
        "You belong to the department that did this, and nobody rates their own department.",
        "Usted pertenece al departamento que hizo esto, y nadie valora a su propio departamento.",
    )


class PageNotOpened(Conflict):
    """Sent without the mark of a page of ours, or long after: a program that posts blindly, or a page left open."""

    code = "page_not_opened"
    detail = Texts(
        "Nothing has been saved yet: this page had been open for too long. Please send your answer once more.",
        "Aún no se ha guardado nada: la página llevaba demasiado tiempo abierta. Envíe su respuesta otra vez.",
    )


class ScoreMissing(Conflict):
    code = "score_missing"
    detail = Texts(
        "Nothing has been saved yet: choose one of the five.", "Aún no se ha guardado nada: elija una de las cinco."
    )


class CommentTooLong(Conflict):
    code = "comment_too_long"
    detail = Texts(
        "Nothing has been saved yet: the comment has more than {longest} characters.",
        "Aún no se ha guardado nada: el comentario tiene más de {longest} caracteres.",
    )


class NotConfirmed(Conflict):
    code = "not_confirmed"
    detail = Texts(
        "Nothing has been saved yet: tick the box to confirm that this is your answer.",
        "Aún no se ha guardado nada: marque la casilla para confirmar que esta es su respuesta.",
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A score of 1 to 5, and what the person wants to say about it, if anything."""

    score: int
    comment: str | None


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a page sent, as far as it can be read; `comment` is empty where nothing was written."""

    mark: str
    score: int | None
    comment: str
    is_confirmed: bool

    def answer(self, *, is_our_page: bool) -> Answer:
        """The answer that a person gave on a page of ours.

        PageNotOpened, ScoreMissing, CommentTooLong, NotConfirmed: until all is there, nothing is an answer. Mail
        scanners follow links and some send what they find; none opens the page, chooses and ticks a box.
        """
        if not is_our_page:
            raise PageNotOpened
        if self.score is None:
            raise ScoreMissing
        if len(self.comment) > LONGEST_COMMENT:
            raise CommentTooLong(longest=LONGEST_COMMENT)
        if not self.is_confirmed:
            raise NotConfirmed
        return Answer(self.score, self.comment or None)


def read_form(fields: Mapping[str, str]) -> SentForm:
    """A form's fields, whatever was sent in them.

    >>> read_form({"score": "5", "comment": " good\\r\\nwork ", "confirm": "yes"})
    SentForm(mark='', score=5, comment='good\\nwork', is_confirmed=True)
    >>> read_form({"score": "50", "confirm": "on"})
    SentForm(mark='', score=None, comment='', is_confirmed=False)
    """
    comment = fields.get("comment", "").replace("\r\n", "\n").replace("\x00", "\ufffd").strip()
    return SentForm(
        fields.get("page", ""), score_of(fields.get("score", "")), comment, fields.get("confirm") == CONFIRMED
    )


def score_of(text: str) -> int | None:
    """The score that a text spells; none where it spells none.

    >>> score_of("3"), score_of("6"), score_of("٣"), score_of("")
    (3, None, None, None)
    """
    return int(text) if text in {str(score) for score in range(LOWEST, HIGHEST + 1)} else None


def counts_of(score: int | None) -> dict[str, int]:
    """What a ticket whose latest answer is this adds to the figures of its interaction.

    >>> counts_of(4), counts_of(None)
    ({'scored': 1, 'score_sum': 4, 'satisfied': 1}, {'scored': 0, 'score_sum': 0, 'satisfied': 0})
    """
    return {
        "scored": int(score is not None),
        "score_sum": score or 0,
        "satisfied": int(score is not None and is_satisfied(score)),
    }
