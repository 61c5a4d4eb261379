"""What reports ask and answer."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.requests.tickets.schemas import Priority
from services.shared.schemas import Date, Id, Output, Seconds, ShortText


class ReportFilters(BaseModel):
    """Which tickets a report covers, and in which period; dates are local ones of `time_zone`, `to` exclusive."""

    from_: Date | None = Field(default=None, alias="from", description="the first day of the period")
    to: Date | None = Field(default=None, description="the day after the last")
    time_zone: ShortText = "UTC"
    customer_department_id: Id | None = None
    provider_department_id: Id | None = None
    offering_id: Id | None = None
    priority: Annotated[list[Priority], Field(max_length=4)] = []
    format: Literal["json", "csv"] = "json"


class Covered(Output):
    """What a report covers: its period, and the zone that its dates are told in."""

    from_: date | None = Field(serialization_alias="from")
    to: date | None
    time_zone: str
    computed_at: datetime


class AttainmentRow(Output):
    """A clock over the period. `share` is met / n with its 95 % Wilson interval; n is met + missed.

    A breached clock is missed from that instant on, also while it goes on. Open, void and best-effort ones are beside.
    """

    clock: str
    side: Literal["provider", "customer"]
    n: int
    met: int
    missed: int
    open: int
    void: int
    best_effort: int
    share: float | None
    low: float | None
    high: float | None


class AttainmentReport(Covered):
    items: list[AttainmentRow]
    next: None = None


class TimeHeldRow(Output):
    """Who held the time: a party's wall and working time over all tickets covered, and its shares of both."""

    party: str
    intervals: int
    wall_seconds: Seconds
    working_seconds: Seconds
    share: float | None = Field(description="of all wall time")
    working_share: float | None = Field(description="of all working time")


class TimeHeldReport(Covered):
    """`tickets` have time in the period; the rows sum to `wall_seconds`."""

    items: list[TimeHeldRow]
    tickets: int
    wall_seconds: Seconds
    next: None = None
