"""A deputy as callers send it and as they get it."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.shared.schemas import Date, Id, Input, Instant, Output


class NewDeputy(Input):
    """Who stands in for the department's manager, and on which days: local dates of the department's zone."""

    person_id: Id
    from_: Date = Field(alias="from", description="the first day")
    to: Date | None = Field(default=None, description="the last day, included; none: until ended")


class DeputyPublic(Output):
    """A deputy, also one whose days are over; `ended_at` where somebody ended it before its time."""

    id: UUID
    department_id: UUID
    person_id: UUID
    from_: date = Field(validation_alias="first_day", serialization_alias="from")
    to: date | None = Field(validation_alias="last_day", serialization_alias="to", description="the last day, included")
    named_at: Instant
    named_by: UUID
    ended_at: Instant | None
    ended_by: UUID | None
    version: int
