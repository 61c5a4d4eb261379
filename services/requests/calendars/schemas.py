"""The shapes of calendars in the API, as people write them down."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.requests.calendars.ics.reasons import LeftOut
from services.requests.timeline.vocabulary import Restart
from services.requests.worktime import DueRule, InvalidDuration, Reason, Weekday, parse_duration
from services.shared.schemas import NO_NUL, Date, Id, InContract, Input, Instant, Lax, Output, Seconds, ShortText

MOST_DATES = 1000
Holder = Literal["organisation"] | UUID
"""Whose calendar: a department's, or the organisation's."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
"""A name that some list knows or does not know: 409 where it does not."""
StartTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndTime = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
YearlyDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
_DURATION = r"^P([0-9]*[1-9][0-9]*D|T([0-9]+H([0-9]+M)?([0-9]+S)?|[0-9]+M([0-9]+S)?|[0-9]+S))$"


def _readable(text: str) -> str:
    try:
        parse_duration(text)
    except InvalidDuration as invalid:
        raise PydanticCustomError("invalid_duration", "{reason}", {"reason": invalid.detail}) from invalid
    return text


DurationText = Annotated[
    str,
    StringConstraints(max_length=1000),
    AfterValidator(_readable),
    Field(
        json_schema_extra={"pattern": _DURATION, "examples": ["PT8H", "PT1H30M", "PT63072000S", "P3D"]},
        description="working time (PT… without days) or working days (PnD)",
    ),
]
DueField = Annotated[DueRule, Lax, Field(description="how a promise in working days ends; no matter to PT…")]


def never_null(schema: dict[str, Any]) -> None:
    """In the contract: a field that may be left out, but not be null."""
    (kept,) = [each for each in schema.pop("anyOf") if each != {"type": "null"}]
    schema.pop("default", None)
    schema.update(kept)


def one_of(*names: str) -> dict[str, Any]:
    """In the contract: exactly one of these fields is there."""
    return {"oneOf": [{"required": [name]} for name in names]}


def check_one_of(model: BaseModel, *names: str) -> None:
    """Exactly one of these fields was given, and is not null."""
    given = [name for name in names if name in model.model_fields_set]
    if len(given) != 1 or getattr(model, given[0]) is None:
        raise PydanticCustomError("exactly_one", "Give exactly one of {names}", {"names": ", ".join(names)})


class Shift(Input):
    """Local wall time `[start, end)`. A shift over midnight is two shifts, the first until 24:00."""

    weekday: Annotated[Weekday, Lax]
    start: StartTime = Field(examples=["09:00"])
    end: EndTime = Field(examples=["17:00"])


Shifts = Annotated[Sequence[Shift], Field(max_length=84)]


class Holidays(Input):
    """The public holidays of a country (ISO 3166-1, two letters) and, if given, a subdivision (ISO 3166-2)."""

    country: Word = Field(examples=["DE"])
    subdivision: Word | None = Field(default=None, examples=["BY"])


class OwnDay(Input):
    """A day off: one date, or the same day of every year (02-29 in leap years alone)."""

    model_config = ConfigDict(json_schema_extra=one_of("date", "yearly"))

    date: Date | None = Field(default=None, json_schema_extra=never_null)
    yearly: YearlyDay | None = Field(default=None, json_schema_extra=never_null, examples=["12-24"])
    name: ShortText

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_one_of(self, "date", "yearly")
        return self


class Override(Input):
    """From one date to another, both included, other shifts hold; none at all is a closure."""

    from_: Date = Field(alias="from")
    to: Date
    name: ShortText
    shifts: Shifts
    keep_holidays: bool = False


class NewCalendarVersion(Input):
    """Working time: a zone, a week of shifts, and what differs from that week on which dates.

    Own dates beat overrides; overrides beat public holidays unless they keep them; of two overrides the later given.
    """

    time_zone: Word = Field(examples=["Europe/Berlin"], description="a name of the IANA time zone database")
    shifts: Shifts
    holidays: Holidays | None = None
    dates: Annotated[Sequence[OwnDay], Field(max_length=MOST_DATES)] = ()
    overrides: Annotated[Sequence[Override], Field(max_length=366)] = ()

    def document(self) -> dict[str, Any]:
        """The version as it is kept: its JSON, without what was left out."""
        whole = NewCalendarVersion.model_dump(self, mode="json", by_alias=True, exclude_none=True)
        return {name: whole[name] for name in NewCalendarVersion.model_fields if name in whole}


class NextCalendarVersion(NewCalendarVersion):
    """A calendar's next version, and what it does to clocks that are open."""

    elapsed: Annotated[Restart, Lax] = Field(
        default=Restart.KEEP,
        description="whether open clocks that follow the calendar keep the time that has elapsed, or start again",
    )


class NewCalendar(NewCalendarVersion):
    """A calendar with its first version."""

    name: ShortText


class OneDay(Output):
    date: Date
    name: str


class EveryYear(Output):
    yearly: str
    name: str


class CalendarVersionPublic(Output):
    """A version: as it was given, and the public holidays that it has since then, whatever a library says later."""

    id: UUID
    number: int
    time_zone: str
    shifts: Sequence[Shift]
    holidays: Holidays | None
    dates: Sequence[OneDay | EveryYear]
    overrides: Sequence[Override]
    public_holidays: Sequence[OneDay]
    elapsed: Restart = Field(description="what it did to the time that had elapsed on open clocks")
    created_at: Instant
    created_by: UUID | None


class CalendarListed(Output):
    """A calendar in a list: without the content of its current version."""

    id: UUID
    name: str
    version: int = Field(description="the row's version, as in the ETag")
    current_version_number: int
    created_at: Instant


class CalendarPublic(CalendarListed):
    """A calendar with its current version."""

    current_version: CalendarVersionPublic


class DayLeftOut(Output):
    """An event that is no day off, and why."""

    name: str
    starts: str | None
    reason: LeftOut


class DaysImported(Output):
    """What a file of days off came to. `definition` is the next version, `version` the one that was saved, if any was.

    `already_there`: days that the calendar had. `left_out` counts events, of which the first 100 are told.
    """

    definition: Annotated[dict[str, Any], InContract(NextCalendarVersion)]
    version: CalendarVersionPublic | None
    added: int
    already_there: int
    left_out: int
    items_left_out: Sequence[DayLeftOut]


class NewAssignment(Input):
    """Which calendar to work by; null for a department: again the one it inherits."""

    calendar_id: Id | None


class AssignmentPublic(Output):
    """By which calendar somebody works, and whence.

    `origin` is `own`, `ancestor` (then `origin_department_id` names it) or `organisation`. `version` counts the
    changes of the holder's own assignment, 0 where there never was one; it is the ETag, so the first PUT sends "0".
    """

    department_id: UUID | None = Field(description="null: the organisation")
    calendar_id: UUID
    calendar_version_number: int
    origin: Literal["own", "ancestor", "organisation"]
    origin_department_id: UUID | None
    version: int


class Adding(Input):
    """When `duration` from `start` is over."""

    start: Instant
    duration: DurationText
    due: DueField = DueRule.SAME_TIME


class Measuring(Input):
    """How much working time lies between two instants; 0 when the end is not after the start."""

    start: Instant
    end: Instant


class NewComputation(Input):
    """A question to a calendar, given here or saved (its current version then; needs a token)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [one_of("calendar", "calendar_id"), one_of("add", "between")],
            "examples": [
                {
                    "calendar": {
                        "time_zone": "Europe/Madrid",
                        "shifts": [{"weekday": "mon", "start": "09:00", "end": "17:00"}],
                    },
                    "add": {"start": "2026-03-02T08:00:00Z", "duration": "PT4H"},
                    "explain": True,
                }
            ],
        }
    )

    calendar: NewCalendarVersion | None = Field(default=None, json_schema_extra=never_null)
    calendar_id: Id | None = Field(default=None, json_schema_extra=never_null)
    add: Adding | None = Field(default=None, json_schema_extra=never_null)
    between: Measuring | None = Field(default=None, json_schema_extra=never_null)
    explain: bool = Field(default=False, description="also each interval that counted or not, and why")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_one_of(self, "calendar", "calendar_id")
        check_one_of(self, "add", "between")
        return self


class IntervalPublic(Output):
    """`[from, to)`; `name` is that of the holiday, own date or override."""

    from_: Instant = Field(serialization_alias="from")
    to: Instant
    counted: bool
    reason: Reason
    name: str | None


class Computation(Output):
    """`at`: when what was added is over, null for `between`; `working_seconds` between the two instants."""

    at: Instant | None
    working_seconds: Seconds
    intervals: Sequence[IntervalPublic] | None = Field(
        default=None, description="only if asked for", json_schema_extra=never_null
    )
