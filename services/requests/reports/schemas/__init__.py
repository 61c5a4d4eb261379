"""What reports ask and answer."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.requests.tickets.schemas import Priority
from services.shared.schemas import Date, Id, Output, Seconds, ShortText

Below = Annotated[
    bool,
    Field(
        description="count the tickets of departments below those named too: for who serves or manages one of those"
        " named, and confidential ones for who sees everything"
    ),
]


class TicketsAsked(BaseModel):
    """Which tickets a report covers, and how it is answered."""

    offering_id: Id | None = None
    priority: Annotated[list[Priority], Field(max_length=4)] = []
    format: Literal["json", "csv"] = "json"


class PeriodAsked(TicketsAsked):
    """The same in a period; dates are local ones of `time_zone`, `to` exclusive."""

    from_: Date | None = Field(default=None, alias="from", description="the first day of the period")
    to: Date | None = Field(default=None, description="the day after the last")
    time_zone: ShortText = "UTC"


class DepartmentsAsked(BaseModel):
    """Whose tickets: of these departments, if they are named."""

    below: Below = False
    customer_department_id: Id | None = None
    provider_department_id: Id | None = None


class ReportFilters(DepartmentsAsked, PeriodAsked):
    """The same, of these departments."""


class OfTwo(BaseModel):
    """Between which two departments."""

    customer_department_id: Id
    provider_department_id: Id


class PairAsked(OfTwo, PeriodAsked):
    """The same, between two departments."""

    below: Below = False


class Covered(Output):
    """What a report covers: its period, and the zone that its dates are told in."""

    from_: date | None = Field(serialization_alias="from")
    to: date | None
    time_zone: str
    computed_at: datetime


class AfterDecisions(Output):
    """The same once exclusions and upheld contests count, which never change the first figure."""

    n: int
    met: int
    missed: int
    share: float | None
    low: float | None
    high: float | None


class AttainmentRow(Output):
    """A clock over the period. `share` is met / n with its 95 % Wilson interval; n is met + missed.

    A breached clock is missed from that instant on, also while it goes on. `update` and `reply` count once a ticket and
    round: met if every one was. Open, void and best-effort ones, and breaches that a late fact refuted, are beside.
    """

    clock: str
    side: Literal["provider", "customer"]
    n: int
    met: int
    missed: int
    open: int
    void: int
    best_effort: int
    refuted: int
    share: float | None
    low: float | None
    high: float | None
    objective: float | None = Field(description="the share that was aimed at, the mean of the n that have one")
    is_objective_kept: bool | None = Field(description="of the n that have an objective; null where none has")
    after_decisions: AfterDecisions


class AttainmentReport(Covered):
    items: list[AttainmentRow]
    next: None = None


class HeldAfterDecisions(Output):
    """The same once exclusions and upheld contests count; all wall time is charged to somebody then too."""

    wall_seconds: Seconds
    working_seconds: Seconds
    share: float | None
    working_share: float | None


class TimeHeldRow(Output):
    """Who held the time: a party's wall and working time over all tickets covered, and its shares of both.

    What a party (`excluded`, say) holds after decisions alone has a row too, with no time.
    """

    party: str
    intervals: int
    wall_seconds: Seconds
    working_seconds: Seconds
    share: float | None = Field(description="of all wall time")
    working_share: float | None = Field(description="of all working time")
    after_decisions: HeldAfterDecisions


class TimeHeldReport(Covered):
    """`tickets` have time in the period; the rows sum to `wall_seconds`."""

    items: list[TimeHeldRow]
    tickets: int
    wall_seconds: Seconds
    next: None = None


class OfPair(Output):
    """Who asked whom."""

    customer_department_id: UUID
    provider_department_id: UUID


class PairRow(OfPair):
    """What a department asked of another: the provider's targets and the customer's obligations."""

    targets: list[AttainmentRow]
    obligations: list[AttainmentRow]


class Scoreboard(Covered):
    """A pair of departments: what the customer asked of the provider, then the reciprocal pair."""

    customer_department_id: UUID
    provider_department_id: UUID
    items: list[PairRow]
    next: None = None


class ScoreboardLine(AttainmentRow, OfPair):
    """A line of the scoreboard as CSV."""
