"""What stands against explaining a breach, contesting the reason, and deciding on it."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownBreach(NotFound):
    code = "unknown_breach"
    detail = Texts(
        "The breach does not exist, or you may not see it.", "El incumplimiento no existe, o no puede verlo."
    )


class NotYourBreach(Forbidden):
    code = "not_your_breach"
    detail = Texts(
        "The {side} side says why its promise was not kept.", "El lado {side} dice por qué no cumplió su promesa."
    )


class ContestsOwnReason(Forbidden):
    code = "contests_own_reason"
    detail = Texts("The {side} side contests this reason.", "Este motivo lo impugna el lado {side}.")


class MayNotDecideBreach(Forbidden):
    code = "may_not_decide_breach"
    detail = Texts(
        "What one side says is decided by somebody else: the other side's manager, whom the agreement names, an admin.",
        "Lo que dice un lado lo decide otra persona: la gerencia del otro lado, quien nombra el acuerdo o un admin.",
    )


class BreachInState(Conflict):
    code = "breach_in_state"
    detail = Texts(
        "The dossier is {state}: that cannot be done to it now.", "El expediente está {state}: ahora no se puede."
    )


EXPLAINING_PROBLEMS: tuple[type[Problem], ...] = (UnknownBreach, NotYourBreach, BreachInState)
CONTESTING_PROBLEMS: tuple[type[Problem], ...] = (UnknownBreach, ContestsOwnReason, BreachInState)
DECIDING_PROBLEMS: tuple[type[Problem], ...] = (UnknownBreach, MayNotDecideBreach, BreachInState)
