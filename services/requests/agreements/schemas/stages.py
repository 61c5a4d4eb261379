"""The shapes of a budget in the API: the stages that both sides sign, and what comes of them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.requests.calendars.schemas import DueField, DurationText
from services.requests.catalogue.rules import TargetPriority
from services.requests.worktime import DueRule
from services.shared.schemas import Id, Input, Instant, Output, Seconds, ShortText

MOST_STAGES = 12
Group = ShortText | Annotated[int, Field(ge=0, le=1_000)]


class StageRow(Input):
    """A part of the provider's own promise: a hand-off under an agreement in which the provider asks, or own work.

    A hand-off begins with that agreement's `acknowledge` (one working day where it promises none) and then takes
    `duration`, or what it promises for `resolution` where that is left out.
    """

    agreement: Id | None = Field(default=None, description="under which the work is handed off")
    own: bool = Field(default=False, description="the provider's own work")
    duration: DurationText | None = None
    due: DueField = DueRule.SAME_TIME
    calendar_id: Id | None = Field(
        default=None, description="null: the provider calendar of the agreement, or of this one for own work"
    )
    parallel_group: Group | None = Field(
        default=None, description="stages that follow each other and name the same group run together"
    )


class StageRun(Output):
    """A stage as it runs for the ticket with the least slack."""

    stage: str = Field(description="a pointer into the version", examples=["/stages/0"])
    agreement: UUID | None
    agreement_version_id: UUID | None = Field(description="the version that holds on the first day, or is to be signed")
    begins_at: Instant
    acknowledged_at: Instant | None = Field(description="when a hand-off is accepted at the latest")
    ends_at: Instant


class MarginPublic(Output):
    """One start: late is what is done after it is due."""

    start_at: Instant
    done_at: Instant
    due_at: Instant
    slack_seconds: Seconds = Field(description="working time of the promise's calendar; below 0: what lacks")


class BudgetPublic(Output):
    """One promise held against the stages, for the tickets that these offerings and priorities are."""

    target: str = Field(description="a pointer into the version", examples=["/targets/0"])
    offering_ids: Sequence[UUID]
    priorities: Sequence[TargetPriority]
    duration: str
    feasible: bool
    worst: MarginPublic = Field(description="the start with the least slack; of equals the first")
    first_broken: MarginPublic | None = Field(description="the first start that is late")
    stages: Sequence[StageRun] = Field(description="at the worst start")
    starts_checked: int


class CalendarUsed(Output):
    """A calendar version that was counted in."""

    calendar_id: UUID
    version_id: UUID
    number: int


class FeasibilityPublic(Output):
    """Whether the promises of a version are kept by its stages, whenever a ticket is submitted in a year."""

    agreement_id: UUID
    number: int = Field(description="of the version")
    feasible: bool | None = Field(description="null: the version has no stages")
    starts_on: date = Field(description="the first day of these starts, in the agreement's `time_zone`")
    starts_until: date = Field(description="the first day after them")
    items: Sequence[BudgetPublic] = Field(description="the least slack first")
    calendars: Sequence[CalendarUsed]
