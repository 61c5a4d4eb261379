"""What working time refuses, told to callers as problems: the same codes and sentences, with a pointer."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.requests.told import as_conflict, conflict_of
from services.requests.worktime import (
    CalendarExhausted,
    CalendarRuleBroken,
    CalendarWithoutWorkingTime,
    EmptyShift,
    ExplanationTooLong,
    ImpossibleYearlyDate,
    OutsideCalendar,
    OverrideEndsBeforeItBegins,
    UnknownCountry,
    UnknownSubdivision,
    UnknownTimeZone,
    WorkingTimeRefused,
)
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class UnknownCalendar(NotFound):
    code = "unknown_calendar"
    detail = Texts(
        "The calendar {calendar_id} does not exist, or you may not see it.",
        "El calendario {calendar_id} no existe, o usted no puede verlo.",
    )


class OrganisationNeedsCalendar(Conflict):
    code = "organisation_needs_calendar"
    detail = Texts(
        "The organisation always has a calendar: everybody without one works by it. Name another.",
        "La organización siempre tiene un calendario: quien no tiene otro trabaja según él. Indique otro.",
    )


class MayNotWriteCalendars(Forbidden):
    code = "may_not_write_calendars"
    detail = Texts(
        "Calendars are written by admins, service accounts and the managers of all departments that work by them.",
        "Los calendarios los escriben la administración, las cuentas de servicio y la gerencia de quienes los usan.",
    )


class MayNotAssignCalendar(Forbidden):
    code = "may_not_assign_calendar"
    detail = Texts(
        "A department's calendar is chosen by its manager or an admin, the organisation's by an admin.",
        "El calendario de un departamento lo elige su gerencia o la administración; el de la organización, esta.",
    )


class NotICalendarFile(Conflict):
    code = "not_icalendar"
    detail = Texts("The file is no calendar in the format iCalendar.", "El archivo no es un calendario iCalendar.")


class ICalendarTooLarge(Conflict):
    code = "icalendar_too_large"
    detail = Texts(
        "The file is larger, deeper or slower to read than a calendar of days off may be: 1 MiB, 5,000 events.",
        "El archivo es mayor, más profundo o más lento de leer de lo permitido: 1 MiB, 5.000 eventos.",
    )


class TooManyDates(Conflict):
    code = "too_many_dates"
    detail = Texts("A calendar has at most {most} dates of its own.", "Un calendario tiene como máximo {most} fechas.")


class NoYears(Conflict):
    code = "empty_period"
    detail = Texts("The years end before they begin.", "Los años acaban antes de empezar.")


class TooManyYears(Conflict):
    code = "too_many_years"
    detail = Texts("A file holds {most} years at most.", "Un archivo abarca {most} años como máximo.")


_BROKEN_RULES = (
    UnknownTimeZone,
    EmptyShift,
    OverrideEndsBeforeItBegins,
    ImpossibleYearlyDate,
    UnknownCountry,
    UnknownSubdivision,
    CalendarWithoutWorkingTime,
)
_LIMITS = (CalendarExhausted, OutsideCalendar, ExplanationTooLong)
_CONFLICTS: dict[type[WorkingTimeRefused], type[Conflict]] = {
    refused: conflict_of(refused) for refused in (*_BROKEN_RULES, *_LIMITS)
}

VERSION_PROBLEMS: tuple[type[Problem], ...] = tuple(_CONFLICTS[refused] for refused in _BROKEN_RULES)
"""What a route that takes a calendar version lists among its problems."""
COMPUTE_PROBLEMS: tuple[type[Problem], ...] = tuple(_CONFLICTS.values())


@contextmanager
def told_as_problems(*, version: str = "", otherwise: str | None = None) -> Iterator[None]:
    """Raise what working time refuses as the problem of the same code.

    `version` is where the calendar version lies in the body; a refusal that names no field points to `otherwise`.
    """
    try:
        yield
    except CalendarRuleBroken as broken:
        raise as_conflict(_CONFLICTS[type(broken)], broken, version + broken.pointer) from broken
    except WorkingTimeRefused as refused:
        raise as_conflict(_CONFLICTS[type(refused)], refused, otherwise) from refused
