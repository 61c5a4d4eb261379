"""Why working time cannot answer, so that every caller tells it the same way and in two languages.

WorkingTimeRefused
├── CalendarRuleBroken        a calendar's definition breaks a rule; has a JSON pointer
│   ├── UnknownTimeZone
│   ├── EmptyShift
│   ├── OverrideEndsBeforeItBegins
│   ├── ImpossibleYearlyDate
│   ├── UnknownCountry
│   ├── UnknownSubdivision
│   └── CalendarWithoutWorkingTime
├── CalendarExhausted         nothing left within 20 years of the start
├── OutsideCalendar           an instant before 1970 or after 2200
├── ExplanationTooLong        more intervals than one answer should hold
└── InvalidDuration           neither `PT…` without days nor `PnD`
"""

from typing import ClassVar


class WorkingTimeRefused(Exception):
    """What all refusals share: a `code` that never changes and a sentence in English (`en`) and Spanish (`es`)."""

    code: ClassVar[str]
    sentences: ClassVar[dict[str, str]]

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """The sentence in English."""
        return self.detail_in("en")

    def detail_in(self, language: str) -> str:
        """The sentence in `language` (`en` or `es`), with this case's values."""
        return self.sentences[language].format(**self.values)


class CalendarRuleBroken(WorkingTimeRefused):
    """A rule of calendars is broken by the field at `pointer` (JSON pointer into the calendar version)."""

    def __init__(self, pointer: str, **values: object) -> None:
        self.pointer = pointer
        super().__init__(**values)


class UnknownTimeZone(CalendarRuleBroken):
    """The zone is not in the IANA time zone database."""

    code = "unknown_time_zone"
    sentences: ClassVar = {
        "en": "The IANA time zone database has no zone '{time_zone}'.",
        "es": "La base de datos IANA de zonas horarias no tiene la zona '{time_zone}'.",
    }


class EmptyShift(CalendarRuleBroken):
    """A shift ends at or before its start; one over midnight is two shifts, the first until `24:00`."""

    code = "empty_shift"
    sentences: ClassVar = {
        "en": "The shift from {start} to {end} is empty; a shift over midnight is two shifts, the first until 24:00.",
        "es": "El turno de {start} a {end} está vacío; si pasa de medianoche son dos, el primero hasta 24:00.",
    }


class OverrideEndsBeforeItBegins(CalendarRuleBroken):
    """An override's last date lies before its first."""

    code = "override_ends_before_it_begins"
    sentences: ClassVar = {
        "en": "The override '{name}' runs from {first} to {last}, which is earlier.",
        "es": "La excepción '{name}' va de {first} a {last}, que es anterior.",
    }


class ImpossibleYearlyDate(CalendarRuleBroken):
    """A yearly date that no year has, such as 02-30."""

    code = "impossible_yearly_date"
    sentences: ClassVar = {
        "en": "No year has the date {yearly}.",
        "es": "Ningún año tiene la fecha {yearly}.",
    }


class UnknownCountry(CalendarRuleBroken):
    """The public holidays of this country are not known."""

    code = "unknown_country"
    sentences: ClassVar = {
        "en": "No public holidays are known for the country '{country}' (ISO 3166-1, two letters).",
        "es": "No se conocen los días festivos del país '{country}' (ISO 3166-1, dos letras).",
    }


class UnknownSubdivision(CalendarRuleBroken):
    """The country has no such subdivision with public holidays."""

    code = "unknown_subdivision"
    sentences: ClassVar = {
        "en": "No public holidays are known for the subdivision '{subdivision}' of '{country}'.",
        "es": "No se conocen los días festivos de la subdivisión '{subdivision}' de '{country}'.",
    }


class CalendarWithoutWorkingTime(CalendarRuleBroken):
    """Some 400 days in a row of the next 10 years hold no working time."""

    code = "calendar_without_working_time"
    sentences: ClassVar = {
        "en": "The calendar has no working time in the {window} days from {first} on.",
        "es": "El calendario no tiene tiempo de trabajo en los {window} días a partir del {first}.",
    }


class CalendarExhausted(WorkingTimeRefused):
    """The working time asked for does not fit into the 20 years after its start (or not before 2201)."""

    code = "calendar_exhausted"
    sentences: ClassVar = {
        "en": "The calendar does not reach that much working time within 20 years of {start}.",
        "es": "El calendario no alcanza tanto tiempo de trabajo en los 20 años desde {start}.",
    }


class OutsideCalendar(WorkingTimeRefused):
    """An instant that no calendar covers."""

    code = "outside_calendar"
    sentences: ClassVar = {
        "en": "Calendars cover the years 1970 to 2200; {instant} lies outside.",
        "es": "Los calendarios abarcan los años 1970 a 2200; {instant} queda fuera.",
    }


class ExplanationTooLong(WorkingTimeRefused):
    """The explanation would be longer than 20 years or hold too many intervals."""

    code = "explanation_too_long"
    sentences: ClassVar = {
        "en": "An explanation covers at most 20 years and {limit} intervals; ask for a shorter span.",
        "es": "Una explicación abarca como máximo 20 años y {limit} intervalos; pida un tramo más corto.",
    }


class InvalidDuration(WorkingTimeRefused):
    """Neither working time (`PT8H`) nor working days (`P3D`)."""

    code = "invalid_duration"
    sentences: ClassVar = {
        "en": "'{text}' is neither working time (PT… in whole hours, minutes, seconds) nor working days (PnD, n ≥ 1).",
        "es": "'{text}' no es tiempo de trabajo (PT… en horas, minutos, segundos enteros) ni días (PnD, n ≥ 1).",
    }
