"""Why something may not be posted to a ticket, so that the API tells it in one way and in two languages.

TimelineRefused
├── StepRefused                  a transition
│   ├── StepNotAllowed           the table has no such step
│   ├── StepOfAnotherSide        the step is someone else's to take
│   ├── ReasonMissing            a decline after acceptance says why
│   ├── QuestionMissing          a wait on the customer asks something
│   ├── NothingHandedOff         handed_off without an open hand-off that is waited for
│   └── ReopeningWindowPassed    closed for too long
├── InstantRefused               `occurred_at`
│   ├── InstantInFuture
│   ├── InstantBehindLatestFact
│   └── InstantBehindBreach
├── CorrectionRefused            a slip taken back
│   ├── NotCorrectable           the opening, or a correction itself
│   ├── AlreadyCorrected
│   ├── CorrectionOfAnotherSide
│   ├── CorrectionTooLate
│   └── CorrectionUndoesBreach
└── HandOffRefused
    ├── HandOffInState           this state hands nothing off
    ├── HandOffInCircle          to the provider, or to a department above in the chain
    ├── LinkNotOpen
    ├── OfferAnswered            accepted meanwhile
    ├── LinkNotAccepted          only offered yet
    └── NothingAsked             it waits for no answer
"""

from typing import ClassVar


class TimelineRefused(Exception):
    """What all refusals share: a `code` that never changes, sentences in English and Spanish, the case's values."""

    code: ClassVar[str]
    sentences: ClassVar[dict[str, str]]

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.detail_in("en"))

    def detail_in(self, language: str) -> str:
        """The sentence in `language` (`en` or `es`), with this case's values."""
        return self.sentences[language].format(**self.values)


class StepRefused(TimelineRefused):
    """A transition that may not be made."""


class StepNotAllowed(StepRefused):
    """The table has no such step."""

    code = "step_not_allowed"
    sentences: ClassVar = {
        "en": "A ticket that is {state} cannot become {to}.",
        "es": "Un ticket en {state} no puede pasar a {to}.",
    }


class StepOfAnotherSide(StepRefused):
    """The step exists, but it is for others to take."""

    code = "step_of_another_side"
    sentences: ClassVar = {
        "en": "The step from {state} to {to} is not for the {side} to take, but for: {sides}.",
        "es": "El paso de {state} a {to} no corresponde a {side}, sino a: {sides}.",
    }


class ReasonMissing(StepRefused):
    """A decline of an accepted ticket says why."""

    code = "reason_missing"
    sentences: ClassVar = {
        "en": "Declining a ticket that was accepted needs a reason.",
        "es": "Rechazar un ticket aceptado exige un motivo.",
    }


class QuestionMissing(StepRefused):
    """A wait on the customer needs a public question."""

    code = "question_missing"
    sentences: ClassVar = {
        "en": "Waiting on the customer needs a public question to the customer, as the comment of this step.",
        "es": "Esperar al cliente exige una pregunta pública, como comentario de este paso.",
    }


class NothingHandedOff(StepRefused):
    """handed_off is reached by handing off."""

    code = "nothing_handed_off"
    sentences: ClassVar = {
        "en": "No open hand-off is waited for; hand the ticket off first.",
        "es": "No hay ningún traspaso abierto que esperar; traspase primero el ticket.",
    }


class ReopeningWindowPassed(StepRefused):
    """The ticket has been closed for too long; a new one follows it."""

    code = "reopening_window_passed"
    sentences: ClassVar = {
        "en": "The ticket could be reopened until {until}; a new ticket can follow it.",
        "es": "El ticket pudo reabrirse hasta {until}; un ticket nuevo puede seguirlo.",
    }


class InstantRefused(TimelineRefused):
    """An `occurred_at` that may not be."""


class InstantInFuture(InstantRefused):
    """More than five minutes ahead of the clock."""

    code = "instant_in_future"
    sentences: ClassVar = {
        "en": "{occurred_at} lies more than five minutes in the future.",
        "es": "{occurred_at} está más de cinco minutos en el futuro.",
    }


class InstantBehindLatestFact(InstantRefused):
    """People go back at most to the ticket's latest fact."""

    code = "instant_behind_latest_fact"
    sentences: ClassVar = {
        "en": "{occurred_at} lies before the ticket's latest fact, at {latest}.",
        "es": "{occurred_at} es anterior al último hecho del ticket, en {latest}.",
    }


class InstantBehindBreach(InstantRefused):
    """A breach cannot be undone by dating an act back."""

    code = "instant_behind_breach"
    sentences: ClassVar = {
        "en": "{occurred_at} is not after {due_at}, a due time that has passed.",
        "es": "{occurred_at} no es posterior a {due_at}, un plazo ya vencido.",
    }


class CorrectionRefused(TimelineRefused):
    """A slip that can no longer be taken back."""


class NotCorrectable(CorrectionRefused):
    """The opening of a ticket and corrections stand; cancel the ticket, or act anew."""

    code = "not_correctable"
    sentences: ClassVar = {
        "en": "The opening of a ticket and a correction cannot be taken back.",
        "es": "La apertura de un ticket y una corrección no pueden retirarse.",
    }


class AlreadyCorrected(CorrectionRefused):
    """The fact was taken back before."""

    code = "already_corrected"
    sentences: ClassVar = {
        "en": "The fact has already been taken back.",
        "es": "El hecho ya fue retirado.",
    }


class CorrectionOfAnotherSide(CorrectionRefused):
    """Only the side that slipped takes it back."""

    code = "correction_of_another_side"
    sentences: ClassVar = {
        "en": "Only the {side} can take this fact back.",
        "es": "Solo {side} puede retirar este hecho.",
    }


class CorrectionTooLate(CorrectionRefused):
    """A slip is taken back within an hour."""

    code = "correction_too_late"
    sentences: ClassVar = {
        "en": "The fact could be taken back until {until}.",
        "es": "El hecho pudo retirarse hasta {until}.",
    }


class CorrectionUndoesBreach(CorrectionRefused):
    """What is over its due time stays so; a decision about it is another matter."""

    code = "correction_undoes_breach"
    sentences: ClassVar = {
        "en": "Without this fact {clock} would not have been breached at {due_at}; that stands.",
        "es": "Sin este hecho {clock} no se habría incumplido en {due_at}; eso queda.",
    }


class HandOffRefused(TimelineRefused):
    """A hand-off that may not be made or ended."""


class HandOffInState(HandOffRefused):
    """This state hands nothing off."""

    code = "hand_off_in_state"
    sentences: ClassVar = {
        "en": "A ticket that is {state} cannot be handed off.",
        "es": "Un ticket en {state} no puede traspasarse.",
    }


class HandOffInCircle(HandOffRefused):
    """No link may lead to a department that provides the ticket or holds a link above it."""

    code = "hand_off_in_circle"
    sentences: ClassVar = {
        "en": "{department} already provides this ticket or holds a hand-off above this one.",
        "es": "{department} ya atiende este ticket o tiene un traspaso por encima de este.",
    }


class LinkNotOpen(HandOffRefused):
    """The link named is unknown or has ended."""

    code = "link_not_open"
    sentences: ClassVar = {
        "en": "The hand-off has ended or is not part of this ticket.",
        "es": "El traspaso ha terminado o no es de este ticket.",
    }


class OfferAnswered(HandOffRefused):
    """Somebody accepted the offer before."""

    code = "offer_answered"
    sentences: ClassVar = {
        "en": "The offer has been accepted; the department returns its part when it is done.",
        "es": "La oferta ya fue aceptada; el departamento devuelve su parte cuando termina.",
    }


class LinkNotAccepted(HandOffRefused):
    """Only who accepted a part passes it on or returns it."""

    code = "link_not_accepted"
    sentences: ClassVar = {
        "en": "The department has not accepted this hand-off yet.",
        "es": "El departamento aún no ha aceptado este traspaso.",
    }


class NothingAsked(HandOffRefused):
    """Only a question is answered."""

    code = "nothing_asked"
    sentences: ClassVar = {
        "en": "This hand-off waits for no answer.",
        "es": "Este traspaso no espera ninguna respuesta.",
    }
