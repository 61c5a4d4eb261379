"""What stands against proposing, signing and withdrawing freezes."""

from services.requests.agreements.refusals import MayNotSign, OfferingOfAnother
from services.requests.agreements.rules.contradictions import OwnProvider
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.api import DEPARTMENT_PROBLEMS
from services.requests.tickets.refusals import InstantOutside
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownFreeze(NotFound):
    code = "unknown_freeze"
    detail = Texts(
        "The freeze does not exist, or you may not see it.", "La pausa acordada no existe, o usted no puede verla."
    )


class MayNotFreeze(Forbidden):
    code = "may_not_freeze"
    detail = Texts(
        "A freeze is proposed by a manager of one of its two departments, or by a manager's deputy.",
        "Una pausa la propone la gerencia de uno de sus dos departamentos, o quien la sustituye.",
    )


class FreezeBegun(Conflict):
    code = "freeze_begun"
    detail = Texts(
        "A freeze is agreed, or withdrawn, before it begins; this one begins on {begins_at}.",
        "Una pausa se acuerda, o se retira, antes de que empiece; esta empieza el {begins_at}.",
    )


class FreezeIsEmpty(Conflict):
    code = "freeze_is_empty"
    detail = Texts("A freeze ends after it begins.", "Una pausa termina después de empezar.")


class FreezeTooLong(Conflict):
    code = "freeze_too_long"
    detail = Texts("A freeze lasts {days} days at most.", "Una pausa dura {days} días como máximo.")


class FreezeSigned(Conflict):
    code = "freeze_signed"
    detail = Texts("This freeze has that side's signature.", "Esta pausa ya tiene la firma de ese lado.")


class SignsForBoth(Conflict):
    code = "signs_for_both"
    detail = Texts(
        "One person cannot sign a freeze for both sides.", "Una persona no puede firmar una pausa por ambos lados."
    )


class FreezeIsWithdrawn(Conflict):
    code = "freeze_withdrawn"
    detail = Texts("This freeze was withdrawn.", "Esta pausa se retiró.")


PROPOSING_PROBLEMS: tuple[type[Problem], ...] = (
    *DEPARTMENT_PROBLEMS,
    UnknownOffering,
    OfferingOfAnother,
    OwnProvider,
    MayNotFreeze,
    FreezeBegun,
    FreezeIsEmpty,
    FreezeTooLong,
    InstantOutside,
)
SIGNING_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownFreeze,
    MayNotSign,
    FreezeBegun,
    FreezeSigned,
    SignsForBoth,
    FreezeIsWithdrawn,
)
WITHDRAWING_PROBLEMS: tuple[type[Problem], ...] = (UnknownFreeze, MayNotSign, FreezeBegun, FreezeIsWithdrawn)
