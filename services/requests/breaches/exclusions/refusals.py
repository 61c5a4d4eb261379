"""What stands against asking for an exclusion, and against deciding on one."""

from services.requests.agreements.refusals import OfferingOfAnother
from services.requests.agreements.rules.contradictions import OwnProvider
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.api import DEPARTMENT_PROBLEMS
from services.requests.tickets.refusals import InstantOutside, UnknownLink, UnknownTicket
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownExclusion(NotFound):
    code = "unknown_exclusion"
    detail = Texts("The exclusion does not exist, or you may not see it.", "La exclusión no existe, o no puede verla.")


class PairOrTicket(Conflict):
    code = "pair_or_ticket"
    detail = Texts(
        "Name either the two departments, or one ticket.", "Indique los dos departamentos, o bien un solo ticket."
    )


class MayNotAskExclusion(Forbidden):
    code = "may_not_ask_exclusion"
    detail = Texts(
        "An exclusion is asked for by a manager of one of the two departments, or by a manager's deputy.",
        "Una exclusión la pide la gerencia de uno de los dos departamentos, o quien la sustituye.",
    )


class MayNotGrant(Forbidden):
    code = "may_not_grant"
    detail = Texts(
        "An exclusion is decided by somebody else, a manager of the {side} side or a manager's deputy; where the ticket"
        " is hidden from these, an administrator.",
        "Una exclusión la decide otra persona: la gerencia del lado {side} o quien la sustituye; si el ticket se les"
        " oculta, la administración.",
    )


class ExclusionIsEmpty(Conflict):
    code = "exclusion_is_empty"
    detail = Texts("What is excluded ends after it begins.", "Lo excluido termina después de empezar.")


class ExclusionTooLong(Conflict):
    code = "exclusion_too_long"
    detail = Texts("An exclusion covers {days} days at most.", "Una exclusión abarca {days} días como máximo.")


class ExclusionNotOver(Conflict):
    code = "exclusion_not_over"
    detail = Texts(
        "What is excluded afterwards is over; agree on a freeze for what is to come.",
        "Lo que se excluye después ya ha pasado; para lo venidero acuerde una pausa.",
    )


class ExclusionOutsideTicket(Conflict):
    code = "exclusion_outside_ticket"
    detail = Texts(
        "The ticket did not live in that time: there is nothing to leave out.",
        "El ticket no existía en ese tiempo: no hay nada que excluir.",
    )


class ExclusionDecidedAlready(Conflict):
    code = "exclusion_decided"
    detail = Texts("This exclusion was decided already.", "Esta exclusión ya se decidió.")


ASKING_PROBLEMS: tuple[type[Problem], ...] = (
    *DEPARTMENT_PROBLEMS,
    UnknownTicket,
    UnknownLink,
    UnknownOffering,
    OfferingOfAnother,
    InstantOutside,
    PairOrTicket,
    MayNotAskExclusion,
    ExclusionIsEmpty,
    ExclusionTooLong,
    ExclusionNotOver,
    ExclusionOutsideTicket,
    OwnProvider,
)
GRANTING_PROBLEMS: tuple[type[Problem], ...] = (UnknownExclusion, MayNotGrant, ExclusionDecidedAlready)
