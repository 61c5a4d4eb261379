"""An absence as callers send it and as they get it."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.shared.schemas import Date, Id, Input, Instant, Output


class NewAbsence(Input):
    """Who is away, and on which days: local dates of the department's zone. Why is nobody's business."""

    person_id: Id
    from_: Date = Field(alias="from", description="the first day")
    to: Date = Field(description="the last day, included")
    deputy_id: Id | None = Field(
        default=None, description="who takes care of their tickets: an agent or manager of the department"
    )


class AbsencePublic(Output):
    """An absence; `ended_at` where it was ended or taken back before its last day."""

    id: UUID
    department_id: UUID
    person_id: UUID
    from_: date = Field(validation_alias="first_day", serialization_alias="from")
    to: date = Field(validation_alias="last_day", serialization_alias="to", description="the last day, included")
    deputy_id: UUID | None
    recorded_at: Instant
    recorded_by: UUID
    ended_at: Instant | None
    ended_by: UUID | None
    version: int
