"""What stands against proposing, signing and ending agreements."""

from services.requests.agreements.rules.budgets import StageWithoutPromise, TooManyBudgets
from services.requests.agreements.rules.stages import BudgetTooFine
from services.requests.calendars.refusals import COMPUTE_PROBLEMS
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownAgreement(NotFound):
    code = "unknown_agreement"
    detail = Texts(
        "The agreement does not exist, or you may not see it.", "El acuerdo no existe, o usted no puede verlo."
    )


class UnknownAgreementVersion(NotFound):
    code = "unknown_agreement_version"
    detail = Texts("The agreement has no version {number}.", "El acuerdo no tiene la versión {number}.")


class MayNotPropose(Forbidden):
    code = "may_not_propose"
    detail = Texts(
        "An agreement is proposed by a manager of one of its two departments, or by a manager's deputy.",
        "Un acuerdo lo propone la gerencia de uno de sus dos departamentos, o quien la sustituye.",
    )


class MayNotSign(Forbidden):
    code = "may_not_sign"
    detail = Texts(
        "A side's word is given by a manager of that department, or by a manager's deputy.",
        "La palabra de una parte la da la gerencia de ese departamento, o quien la sustituye.",
    )


class OtherPair(Conflict):
    code = "other_pair"
    detail = Texts(
        "An agreement stays between the two departments that began it; for others make another.",
        "Un acuerdo sigue entre los dos departamentos que lo iniciaron; para otros haga otro.",
    )


class OfferingOfAnother(Conflict):
    code = "offering_of_another"
    detail = Texts(
        "The offering {offering_id} is not one of the provider's, nor of a department below it.",
        "La oferta {offering_id} no es del proveedor ni de un departamento que dependa de él.",
    )


class ReassignsToOutsider(Conflict):
    code = "reassigns_to_outsider"
    detail = Texts(
        "Tickets go to an agent or manager of the provider, or of a department that offers what the agreement covers.",
        "Los tickets pasan a un agente o a la gerencia del proveedor, o de un departamento que ofrece lo acordado.",
    )


class AgreementHasEnded(Conflict):
    code = "agreement_terminated"
    detail = Texts(
        "This agreement was ended by one side as of {ends_on}.", "Una parte puso fin a este acuerdo el {ends_on}."
    )


class VersionSuperseded(Conflict):
    code = "version_superseded"
    detail = Texts(
        "Version {number} is no longer what is proposed: read version {latest}.",
        "La versión {number} ya no es la propuesta: lea la versión {latest}.",
    )


class AlreadySigned(Conflict):
    code = "already_signed"
    detail = Texts("Version {number} has that signature.", "La versión {number} ya tiene esa firma.")


class OnePersonForBoth(Conflict):
    code = "one_person_for_both"
    detail = Texts(
        "You have signed version {number} for the other side; one person cannot sign for both.",
        "Usted firmó la versión {number} por la otra parte; una persona no puede firmar por ambas.",
    )


class VersionOver(Conflict):
    code = "version_over"
    detail = Texts(
        "Version {number} holds until {until} at most: there is nothing left to sign.",
        "La versión {number} rige como mucho hasta el {until}: no queda nada que firmar.",
    )


class AlreadyCovered(Conflict):
    code = "already_covered"
    detail = Texts(
        "The agreement {agreement_id} covers the offering {offering_id}, priority {priority}, in the same time.",
        "El acuerdo {agreement_id} cubre la oferta {offering_id}, prioridad {priority}, en el mismo periodo.",
    )


class EndsOutside(Conflict):
    code = "ends_outside"
    detail = Texts(
        "An agreement is ended between {first} and {last}.", "Un acuerdo termina entre el {first} y el {last}."
    )


class StageOfAnother(Conflict):
    code = "stage_of_another"
    detail = Texts(
        "Work is handed off under an agreement in which the provider, or a department above it, is the customer.",
        "El trabajo se traspasa según un acuerdo en que el proveedor, o un departamento superior, es el cliente.",
    )


class StageHasEnded(Conflict):
    code = "stage_has_ended"
    detail = Texts(
        "The agreement of this stage has ended, or an end of it is set.",
        "El acuerdo de esta etapa ha terminado, o tiene fijado su fin.",
    )


class StageUnsigned(Conflict):
    code = "stage_unsigned"
    detail = Texts(
        "The agreement of this stage is signed by both sides first: nobody has promised it yet.",
        "Primero firman ambas partes el acuerdo de esta etapa: nadie lo ha comprometido aún.",
    )


class AgreementCycle(Conflict):
    code = "agreement_cycle"
    detail = Texts(
        "The agreement of this stage rests in turn on this one.", "El acuerdo de esta etapa se apoya a su vez en este."
    )


class Infeasible(Conflict):
    code = "infeasible"
    detail = Texts(
        "A ticket of {start} would be due at {due} and done at {done}: see the feasibility.",
        "Un ticket del {start} vencería el {due} y se cumpliría el {done}: consulte la viabilidad (feasibility).",
    )


UNDERPINNING_PROBLEMS: tuple[type[Problem], ...] = (StageOfAnother, StageHasEnded, AgreementCycle)
"""What stands against a stage because of the agreement that it names."""
BUDGET_PROBLEMS: tuple[type[Problem], ...] = (
    *COMPUTE_PROBLEMS,
    BudgetTooFine,
    StageWithoutPromise,
    TooManyBudgets,
    VersionOver,
)
"""Why the feasibility of a version is not told."""
SIGNING_PROBLEMS: tuple[type[Problem], ...] = (
    UnknownAgreement,
    UnknownAgreementVersion,
    MayNotSign,
    AgreementHasEnded,
    VersionSuperseded,
    AlreadySigned,
    OnePersonForBoth,
    AlreadyCovered,
    *UNDERPINNING_PROBLEMS,
    *BUDGET_PROBLEMS,
    StageUnsigned,
    Infeasible,
)
"""What the route that signs lists among its problems."""
