"""The shapes of simulations in the API."""

from collections.abc import Sequence
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.requests.agreements.schemas import AgreementText, Number
from services.requests.calendars.schemas import NewCalendarVersion, check_one_of, never_null, one_of
from services.requests.timeline.vocabulary import ClockName, Side
from services.shared.schemas import Date, Id, Input, Instant, Output, ShortText


class VersionNamed(Input):
    """A version of an agreement, signed or only proposed."""

    agreement_id: Id
    number: Number | None = Field(default=None, description="null: the latest")


class OtherCalendar(Input):
    """Another calendar in the place of one: a version that is written down here, or what another calendar says now."""

    model_config = ConfigDict(json_schema_extra=one_of("calendar", "by_calendar_id"))

    calendar_id: Id = Field(description="the calendar that tickets were counted in")
    calendar: NewCalendarVersion | None = Field(default=None, json_schema_extra=never_null)
    by_calendar_id: Id | None = Field(default=None, json_schema_extra=never_null)

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_one_of(self, "calendar", "by_calendar_id")
        return self


class NewSimulation(Input):
    """What if: tickets created in a period, from `starts_on` on and before `ends_on`, under something else."""

    model_config = ConfigDict(json_schema_extra=one_of("agreement", "version", "replacing"))

    customer_department_id: Id
    provider_department_id: Id
    starts_on: Date
    ends_on: Date = Field(description="the first day after the period")
    time_zone: ShortText = Field(default="UTC", description="in which the days begin", examples=["Europe/Madrid"])
    agreement: VersionNamed | None = Field(default=None, json_schema_extra=never_null)
    version: AgreementText | None = Field(default=None, json_schema_extra=never_null)
    replacing: OtherCalendar | None = Field(default=None, json_schema_extra=never_null)

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_one_of(self, "agreement", "version", "replacing")
        return self


class ShareCounted(Output):
    """How clocks came out; `share` of met among met and missed, with its Wilson interval."""

    met: int
    missed: int
    open: int
    void: int
    best_effort: int
    share: float | None
    low: float | None
    high: float | None


class SimulatedRow(Output):
    """A clock, as it was and as it would be."""

    clock: ClockName
    side: Side
    was: ShareCounted
    would_be: ShareCounted


Came = Literal["met", "missed", "open", "void", "best_effort"]


class SimulatedChange(Output):
    """A clock of a ticket that would come out otherwise; null: it was, or would be, not promised."""

    ticket_id: UUID
    clock: ClockName
    side: Side
    cycle: int = Field(description="of `update` and `reply` the cycle of `resolution`: they count once in each")
    was: Came | None
    was_due_at: Instant | None
    would_be: Came | None
    would_be_due_at: Instant | None


class SimulationResult(Output):
    """What a simulation found. `changes` lists the first 1,000, of tickets that the caller may read."""

    assumption: dict[str, str] = Field(description="what stayed as it was, by language")
    tickets: int = Field(description="that were compared")
    not_covered: int = Field(description="what the version says nothing about")
    left_out: int = Field(description="whose promised priority was changed on the way")
    unreadable: int
    changed: int = Field(description="tickets with a clock that would come out otherwise")
    rows: Sequence[SimulatedRow]
    changes: Sequence[SimulatedChange]
    changes_hidden: int = Field(description="listed changes of tickets that the caller may not read")


class SimulationErrorPublic(Output):
    """Why a simulation failed."""

    code: str
    message: str


class SimulationPublic(Output):
    """A simulation as it stands."""

    id: UUID
    kind: Literal["simulation"] = "simulation"
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float
    errors: Sequence[SimulationErrorPublic]
    result: SimulationResult | None
    created_at: Instant
    ended_at: Instant | None
