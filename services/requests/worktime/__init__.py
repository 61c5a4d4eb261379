"""Working time, as pure arithmetic: calendars, durations and promises, and the reason for every second of them."""

from services.requests.worktime.calendar import DueRule, WorkingTime
from services.requests.worktime.days import Reason
from services.requests.worktime.definition import (
    CalendarDefinition,
    Override,
    OwnDate,
    PublicHoliday,
    Shift,
    Weekday,
    minute_of_day,
    time_of_day,
)
from services.requests.worktime.document import definition_from, document_of
from services.requests.worktime.durations import Duration, WorkingDays, WorkingSeconds, parse_duration
from services.requests.worktime.explanation import Span, explain
from services.requests.worktime.promises import promise
from services.requests.worktime.refusals import (
    CalendarExhausted,
    CalendarRuleBroken,
    CalendarWithoutWorkingTime,
    EmptyShift,
    ExplanationTooLong,
    ImpossibleYearlyDate,
    InvalidDuration,
    OutsideCalendar,
    OverrideEndsBeforeItBegins,
    UnknownCountry,
    UnknownSubdivision,
    UnknownTimeZone,
    WorkingTimeRefused,
)
from services.requests.worktime.soundness import check_working_time

__all__ = [
    "CalendarDefinition",
    "CalendarExhausted",
    "CalendarRuleBroken",
    "CalendarWithoutWorkingTime",
    "DueRule",
    "Duration",
    "EmptyShift",
    "ExplanationTooLong",
    "ImpossibleYearlyDate",
    "InvalidDuration",
    "OutsideCalendar",
    "Override",
    "OverrideEndsBeforeItBegins",
    "OwnDate",
    "PublicHoliday",
    "Reason",
    "Shift",
    "Span",
    "UnknownCountry",
    "UnknownSubdivision",
    "UnknownTimeZone",
    "Weekday",
    "WorkingDays",
    "WorkingSeconds",
    "WorkingTime",
    "WorkingTimeRefused",
    "check_working_time",
    "definition_from",
    "document_of",
    "explain",
    "minute_of_day",
    "parse_duration",
    "promise",
    "time_of_day",
]
