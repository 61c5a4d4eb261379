"""What stands against recording or ending an absence."""

from services.shared.language import Texts
from services.shared.problems import Conflict


class NotOfTheDepartment(Conflict):
    code = "person_not_of_department"
    detail = Texts("This person does not belong to this department.", "Esta persona no pertenece a este departamento.")


class AbsenceEndsBeforeItBegins(Conflict):
    code = "absence_ends_before_it_begins"
    detail = Texts("The last day lies before the first.", "El último día es anterior al primero.")


class AbsenceInThePast(Conflict):
    code = "absence_in_the_past"
    detail = Texts(
        "An absence begins today or later: in this department it is {today}.",
        "Una ausencia empieza hoy o más tarde: en este departamento es {today}.",
    )


class AbsenceTooFar(Conflict):
    code = "absence_too_far"
    detail = Texts("An absence ends no later than {latest}.", "Una ausencia termina a más tardar el {latest}.")


class AbsentAlready(Conflict):
    code = "absent_already"
    detail = Texts(
        "This person is recorded as absent on some of these days already, from {first} to {last}.",
        "Esta persona ya consta como ausente en algunos de estos días, del {first} al {last}.",
    )


class OwnDeputy(Conflict):
    code = "own_deputy"
    detail = Texts("Nobody stands in for themselves.", "Nadie se suple a sí mismo.")


class DeputyDoesNotServe(Conflict):
    code = "deputy_does_not_serve"
    detail = Texts(
        "Who stands in must be an agent or manager of this department.",
        "Quien suple debe ser agente o responsable de este departamento.",
    )


class DeputyAway(Conflict):
    code = "deputy_away"
    detail = Texts(
        "On {day} this person is away too, and nobody would be there instead.",
        "El {day} esta persona también está ausente y no habría nadie en su lugar.",
    )


class DeputyCircle(Conflict):
    code = "deputy_circle"
    detail = Texts(
        "On {day} everybody who would stand in is away, and stands in for another of them.",
        "El {day} todos los que suplirían están ausentes y se suplen unos a otros.",
    )


class AbsenceOver(Conflict):
    code = "absence_over"
    detail = Texts("This absence is over.", "Esta ausencia ya terminó.")


DAYS_PROBLEMS = (AbsenceEndsBeforeItBegins, AbsenceInThePast, AbsenceTooFar, AbsentAlready)
DEPUTY_PROBLEMS = (OwnDeputy, DeputyDoesNotServe, DeputyAway, DeputyCircle)
