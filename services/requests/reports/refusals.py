"""What stands against a report."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden


class UnknownReportZone(Conflict):
    code = "unknown_time_zone"
    detail = Texts("{zone} is no time zone of the IANA database.", "{zone} no es una zona horaria de la base IANA.")


class EmptyPeriod(Conflict):
    code = "empty_period"
    detail = Texts(
        "A period ends after it begins, between the years 1970 and 2200.",
        "Un periodo termina después de empezar, entre los años 1970 y 2200.",
    )


class NotYourFigures(Forbidden):
    code = "not_your_figures"
    detail = Texts(
        "Figures are for agents and managers of the departments concerned, and for roles that look on.",
        "Las cifras son para agentes y gerencias de los departamentos implicados y para quienes observan.",
    )


class BelowWhom(Conflict):
    code = "below_whom"
    detail = Texts(
        "Name the department below which tickets are to be counted.",
        "Indique el departamento por debajo del cual se han de contar los tickets.",
    )


class SameDepartment(Conflict):
    code = "same_department"
    detail = Texts("A pair is of two departments.", "Un par son dos departamentos.")


class TooManyBuckets(Conflict):
    code = "too_many_buckets"
    detail = Texts(
        "A report has at most {most} buckets: ask for a shorter period, or wider ones.",
        "Un informe tiene como máximo {most} tramos: pida un periodo más corto o tramos más largos.",
    )
