"""What stands against contesting an interval, and against deciding on that."""

from services.requests.tickets.refusals import InstantOutside, OnlyLooksOn, UnknownLink, UnknownTicket
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownContest(NotFound):
    code = "unknown_contest"
    detail = Texts("This ticket has no such contest.", "Este ticket no tiene esa impugnación.")


class ContestIsEmpty(Conflict):
    code = "contest_is_empty"
    detail = Texts("What is contested ends after it begins.", "Lo impugnado termina después de empezar.")


class ContestOutsideLedger(Conflict):
    code = "contest_outside_ledger"
    detail = Texts(
        "The ledger reaches from {begins_at} to {ends_at}; what is contested lies within.",
        "El registro va de {begins_at} a {ends_at}; lo impugnado está dentro.",
    )


class NothingContested(Conflict):
    code = "nothing_contested"
    detail = Texts(
        "That time is charged to {party} already, or to nobody.", "Ese tiempo ya se atribuye a {party}, o a nadie."
    )


class NoSuchParty(NotFound):
    code = "unknown_department"
    detail = Texts("There is no department {code}.", "No hay ningún departamento {code}.")


class ContestDecidedAlready(Conflict):
    code = "contest_decided"
    detail = Texts("This contest was decided already.", "Esta impugnación ya se decidió.")


class MayNotDecideContest(Forbidden):
    code = "may_not_decide"
    detail = Texts(
        "A contest is decided by somebody else: a manager of the other side, whom the agreement names, or an admin.",
        "Una impugnación la decide otra persona: la gerencia del otro lado, quien nombra el acuerdo o administración.",
    )


CONTESTING_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownLink,
    OnlyLooksOn,
    InstantOutside,
    ContestIsEmpty,
    ContestOutsideLedger,
    NothingContested,
    NoSuchParty,
)
DECIDING_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownTicket,
    UnknownContest,
    ContestDecidedAlready,
    MayNotDecideContest,
)
