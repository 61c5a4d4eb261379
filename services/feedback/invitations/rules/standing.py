"""Pure: what an invitation is good for at an instant, and the refusals of those that are good for nothing."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.shared.language import Texts
from services.shared.problems import Conflict, NotFound, Problem

EDITABLE = timedelta(hours=12)
"""How long an answer may be changed by the same link."""


class Standing(StrEnum):
    """What an invitation is: waiting for an answer, answered, or over without one."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Gone(Problem):
    status = 410
    code = "gone"
    title = Texts("This is over", "Esto ha terminado")


class LinkUnknown(NotFound):
    """Broken, made up, or for somebody else: all look the same."""

    code = "unknown_link"
    detail = Texts(
        "This link is not valid. It may have been cut off: open it again from the message it came in.",
        "Este enlace no es válido. Puede que se haya cortado: ábralo de nuevo desde el mensaje en que llegó.",
    )


class InvitationExpired(Gone):
    code = "invitation_expired"
    detail = Texts(
        "The time to answer ended on {expired_at}. Nothing has been saved.",
        "El plazo para responder terminó el {expired_at}. No se ha guardado nada.",
    )


class InvitationWithdrawn(Gone):
    code = "invitation_withdrawn"
    detail = Texts(
        "Work on this request goes on, so the question was withdrawn. You may be asked again when it is done.",
        "Se sigue trabajando en esta petición, así que la pregunta se ha retirado. Quizá se le pregunte al terminar.",
    )


class AnswerFinal(Conflict):
    code = "answer_final"
    detail = Texts(
        "This question was answered on {answered_at}, and the answer could be changed for twelve hours.",
        "Esta pregunta se respondió el {answered_at}, y la respuesta se podía cambiar durante doce horas.",
    )


INVITATION_PROBLEMS = (LinkUnknown, InvitationExpired, InvitationWithdrawn, AnswerFinal)
"""What a route that takes answers lists among its problems."""


def standing_of(
    *, expires_at: datetime, withdrawn_at: datetime | None, answered_at: datetime | None, now: datetime
) -> Standing:
    """Where an invitation stands; one that was answered is never withdrawn, and does not expire.

    >>> from datetime import UTC
    >>> end = datetime(2026, 3, 16, tzinfo=UTC)
    >>> standing_of(expires_at=end, withdrawn_at=None, answered_at=None, now=end).value
    'expired'
    """
    if answered_at is not None:
        return Standing.ANSWERED
    if withdrawn_at is not None:
        return Standing.WITHDRAWN
    return Standing.EXPIRED if now >= expires_at else Standing.OPEN


def editable_until(answered_at: datetime) -> datetime:
    """The instant from which an answer stays as it is."""
    return answered_at + EDITABLE


def check_takes_answers(
    *, expires_at: datetime, withdrawn_at: datetime | None, answered_at: datetime | None, now: datetime
) -> None:
    """InvitationWithdrawn, InvitationExpired, AnswerFinal unless an answer may be given or changed now."""
    match standing_of(expires_at=expires_at, withdrawn_at=withdrawn_at, answered_at=answered_at, now=now):
        case Standing.WITHDRAWN:
            raise InvitationWithdrawn
        case Standing.EXPIRED:
            raise InvitationExpired(expired_at=spelled(expires_at))
    if answered_at is not None and now >= editable_until(answered_at):
        raise AnswerFinal(answered_at=spelled(answered_at))


def spelled(instant: datetime) -> str:
    """An instant for people to read, without a language.

    >>> from datetime import UTC
    >>> spelled(datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
    '2026-03-02 09:05 UTC'
    """
    return f"{instant:%Y-%m-%d %H:%M} UTC"
