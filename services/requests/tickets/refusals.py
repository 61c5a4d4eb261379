"""What stands against an act on a ticket, as problems; the refusals of the timeline keep their codes and sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from services.requests.catalogue.form import FormRefused
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.service import DepartmentsUnavailable, UnknownDepartment
from services.requests.people.service import PERSON_PROBLEMS
from services.requests.timeline import refusals as timeline
from services.requests.told import as_conflict, conflict_of
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownTicket(NotFound):
    code = "unknown_ticket"
    detail = Texts("There is no such ticket, or you may not see it.", "No existe ese ticket, o usted no puede verlo.")


class UnknownClock(NotFound):
    code = "unknown_clock"
    detail = Texts("This ticket has no such clock.", "Este ticket no tiene ese reloj.")


class UnknownLink(NotFound):
    code = "unknown_hand_off"
    detail = Texts("This ticket has no such hand-off.", "Este ticket no tiene ese traspaso.")


class UnknownEvent(NotFound):
    code = "unknown_event"
    detail = Texts("This ticket has no such event.", "Este ticket no tiene ese suceso.")


class CustomerDepartmentMissing(Conflict):
    code = "customer_department_missing"
    detail = Texts(
        "You belong to several departments, or to none: say for which one you ask.",
        "Usted pertenece a varios departamentos o a ninguno: indique para cuál pide.",
    )


class MayNotSubmitFor(Forbidden):
    code = "may_not_submit_for"
    detail = Texts("You may not ask in the name of this department.", "No puede pedir en nombre de este departamento.")


class MayNotNameRequester(Forbidden):
    code = "may_not_name_requester"
    detail = Texts(
        "Only the department's manager, an admin or a service account submits for somebody else.",
        "Solo la gerencia del departamento, la administración o una cuenta de servicio pide por otra persona.",
    )


class NotOffered(Conflict):
    code = "offering_not_offered"
    detail = Texts("This offering is no longer offered.", "Esta oferta ya no está disponible.")


class LackingUnknown(Conflict):
    code = "lacking_not_in_form"
    detail = Texts(
        "The offering's form knows no {lacking}: nobody was asked for it.",
        "El formulario de la oferta no conoce {lacking}: a nadie se le pidió.",
    )


class OnlyLooksOn(Forbidden):
    code = "only_looks_on"
    detail = Texts(
        "You may read this ticket, but act on neither side of it.",
        "Puede leer este ticket, pero no actuar en ninguno de sus lados.",
    )


class ForProviderOnly(Forbidden):
    code = "for_provider_only"
    detail = Texts("Only the provider's side may do this.", "Solo el lado proveedor puede hacer esto.")


class ForCustomerOnly(Forbidden):
    code = "for_customer_only"
    detail = Texts(
        "Only the customer's side changes what it asks for; you may change external_refs alone.",
        "Solo el lado cliente cambia lo que pide; usted solo puede cambiar external_refs.",
    )


class TicketHasEnded(Conflict):
    code = "ticket_has_ended"
    detail = Texts("This ticket has ended; a new one can follow it.", "Este ticket ha terminado; otro puede seguirlo.")


class AmendmentStands(Conflict):
    code = "amendment_stands"
    detail = Texts(
        "A change of the request is not taken back: change it again.",
        "Un cambio de la petición no se retira: cámbiela de nuevo.",
    )


class ExternalRefTaken(Conflict):
    code = "external_ref_taken"
    detail = Texts(
        "{system} {id} is a reference of the ticket {ticket_id} already.",
        "{system} {id} ya es una referencia del ticket {ticket_id}.",
    )


class ExternalRefElsewhere(ExternalRefTaken):
    """As ExternalRefTaken, of a ticket that the caller may not see."""

    detail = Texts(
        "{system} {id} is a reference of another ticket already.", "{system} {id} ya es una referencia de otro ticket."
    )


class FixedAtSubmission(Conflict):
    code = "fixed_at_submission"
    detail = Texts(
        "The ticket {ticket_id} was asked with another {name}, which stays: leave it out, or ask anew.",
        "El ticket {ticket_id} se pidió con otro valor de {name}, que permanece: omítalo o pida de nuevo.",
    )


class HalfAReference(Conflict):
    code = "half_a_reference"
    detail = Texts(
        "A ticket is looked up by external_system and external_id together.",
        "Un ticket se busca por external_system y external_id juntos.",
    )


class NeededByMissing(Conflict):
    code = "needed_by_missing"
    detail = Texts(
        "The agreement asks for notice: say by when you need it.",
        "El acuerdo pide antelación: indique para cuándo lo necesita.",
    )


class QuantityMissing(Conflict):
    code = "quantity_missing"
    detail = Texts(
        "The agreement limits quantities: {where} has to be a number above 0, of at most {most}.",
        "El acuerdo limita las cantidades: {where} ha de ser un número mayor que 0 y de {most} como máximo.",
    )


class QuantityGrows(Conflict):
    code = "quantity_grows"
    detail = Texts(
        "The quota counted {counted} here when this was asked: ask for more in a ticket of its own.",
        "La cuota contó aquí {counted} al pedirlo: pida más en un ticket propio.",
    )


class NobodyToApprove(Conflict):
    code = "nobody_to_approve"
    detail = Texts(
        "The offering names nobody who may approve a confidential ticket.",
        "La oferta no nombra a nadie que pueda aprobar un ticket confidencial.",
    )


class StepsUndone(Conflict):
    code = "steps_undone"
    detail = Texts(
        "Before it is fulfilled these steps are checked off: {keys}.",
        "Antes de darlo por cumplido se marcan estos pasos: {keys}.",
    )


class ApprovalMissing(Conflict):
    code = "approval_missing"
    detail = Texts(
        "From {where} on this would need an approval that was not asked for so much: submit it anew.",
        "A partir de {where} haría falta una aprobación que no se pidió para tanto: pídalo de nuevo.",
    )


class CannotServe(Conflict):
    code = "assignee_does_not_serve"
    detail = Texts(
        "A ticket is assigned to an agent or manager of its provider, or of a department that holds a hand-off of it.",
        "Un ticket se asigna a un agente o a la gerencia de su proveedor o de un departamento con un traspaso suyo.",
    )


class InstantOutside(Conflict):
    code = "instant_outside"
    detail = Texts("{instant} lies outside the years 1970 to 2200.", "{instant} queda fuera de los años 1970 a 2200.")


FIRST_YEAR, LAST_YEAR = 1970, 2200


def check_instant(instant: date | None, pointer: str) -> None:
    """InstantOutside for a date or instant that no calendar covers."""
    if instant is not None and not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise InstantOutside(pointer=pointer, instant=instant.isoformat())


_POINTERS: dict[type[timeline.TimelineRefused], str] = {
    timeline.StepNotAllowed: "/to",
    timeline.StepOfAnotherSide: "/to",
    timeline.NothingHandedOff: "/to",
    timeline.ReopeningWindowPassed: "/to",
    timeline.ReasonMissing: "/reason",
    timeline.QuestionMissing: "/comment",
    timeline.InstantInFuture: "/occurred_at",
    timeline.InstantBehindLatestFact: "/occurred_at",
    timeline.InstantBehindBreach: "/occurred_at",
    timeline.NotCorrectable: "/event_id",
    timeline.AlreadyCorrected: "/event_id",
    timeline.CorrectionOfAnotherSide: "/event_id",
    timeline.CorrectionTooLate: "/event_id",
    timeline.CorrectionUndoesBreach: "/event_id",
}
_CONFLICTS: dict[type[timeline.TimelineRefused], type[Conflict]] = {
    refused: conflict_of(refused) for refused in _POINTERS
}


def _of(family: type[timeline.TimelineRefused]) -> tuple[type[Problem], ...]:
    return tuple(conflict for refused, conflict in _CONFLICTS.items() if issubclass(refused, family))


SUBMISSION_PROBLEMS: tuple[type[Problem], ...] = (
    CustomerDepartmentMissing,
    MayNotSubmitFor,
    MayNotNameRequester,
    UnknownOffering,
    NotOffered,
    InstantOutside,
    NeededByMissing,
    QuantityMissing,
    FormRefused,
    ExternalRefTaken,
    UnknownTicket,
    UnknownDepartment,
    DepartmentsUnavailable,
    *PERSON_PROBLEMS,
)
"""What a route that takes a new ticket lists among its problems."""
AMENDMENT_PROBLEMS: tuple[type[Problem], ...] = (
    OnlyLooksOn,
    ForCustomerOnly,
    TicketHasEnded,
    ApprovalMissing,
    InstantOutside,
    NeededByMissing,
    QuantityMissing,
    QuantityGrows,
    FormRefused,
    ExternalRefTaken,
    *PERSON_PROBLEMS,
)
"""What a route that changes a request lists among its problems."""
STEP_PROBLEMS: tuple[type[Problem], ...] = (
    InstantOutside,
    NobodyToApprove,
    StepsUndone,
    *_of(timeline.StepRefused),
    *_of(timeline.InstantRefused),
)
"""What a route that takes a step lists among its problems."""
CORRECTION_PROBLEMS: tuple[type[Problem], ...] = (AmendmentStands, *_of(timeline.CorrectionRefused))


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Raise what the timeline refuses as the problem of the same code, with a pointer to its field."""
    try:
        yield
    except timeline.TimelineRefused as refused:
        raise as_conflict(_CONFLICTS[type(refused)], refused, _POINTERS[type(refused)]) from refused
