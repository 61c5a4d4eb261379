"""What reports of work in progress ask and answer: lead times, flow, its trend, and what is open."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.requests.reports.control import Signal
from services.requests.reports.rules import Age, Bucket
from services.requests.reports.schemas import AfterDecisions, Covered, DepartmentsAsked, ReportFilters, TicketsAsked
from services.requests.tickets.schemas import Priority
from services.shared.schemas import Output, Seconds

Grouping = Literal["customer_department_id", "provider_department_id", "offering_id", "priority"]


class LeadTimeFilters(ReportFilters):
    """What is covered, and by what it is told apart."""

    group_by: Grouping | None = Field(default=None, description="a row for each of these; all in one without it")


class Percentiles(Output):
    """Of values in order the one at that rank: half of them are no greater than `p50`. All null where there is none."""

    p50: Seconds | None
    p75: Seconds | None
    p85: Seconds | None
    p95: Seconds | None


class LeadTimeRow(Output):
    """How long it took from submission (`cycle` first) or a reopening (`cycle` reopened) to the fulfilment.

    A cycle belongs to the period in which it was fulfilled. Working time is in the provider's calendar; what others
    held counts in both.
    """

    customer_department_id: UUID | None
    provider_department_id: UUID | None
    offering_id: UUID | None
    priority: Priority | None
    cycle: Literal["first", "reopened"]
    n: int
    wall_seconds: Percentiles
    working_seconds: Percentiles


class LeadTimeReport(Covered):
    items: list[LeadTimeRow]
    next: None = None


class FlowFilters(ReportFilters):
    """What is covered, by buckets; without `from` the twelve that end with `to`, without `to` the one of today."""

    bucket: Bucket = Bucket.WEEK


class Bucketed(Output):
    """Local dates of the report's zone, the second exclusive; the period may cut the first and the last bucket."""

    from_: date = Field(serialization_alias="from")
    to: date


class FlowRow(Bucketed):
    """What happened in a bucket, each in the one of its instant.

    `closed`, `declined` and `cancelled` count as they came, also where the ticket was reopened later (`reopened`).
    `hand_offs` were accepted then, `bounces` are offers that were refused; `ping_pong` counts moves to a department
    that had the work before: each return, each bounce, and each further acceptance by the same department.
    """

    created: int
    fulfilled: int
    closed: int
    declined: int
    cancelled: int
    reopened: int
    hand_offs: int
    ping_pong: int
    bounces: int


class FlowReport(Covered):
    bucket: Bucket
    items: list[FlowRow]
    next: None = None


class TrendRow(Bucketed):
    """A clock's attainment in a bucket on its p chart: `center` is the share of the period, the limits are of 3 sigma.

    `signals`: chance alone does not explain this point. `beyond_limits`; or `run_of_eight`, the eighth or a later one
    in a row on one side of the centre. Limits of a small n say little. The chart is of what was counted first:
    `after_decisions` stands beside, in the bucket in which a clock is then decided.
    """

    clock: str
    side: Literal["provider", "customer"]
    n: int
    met: int
    missed: int
    share: float | None
    center: float | None
    lower: float | None
    upper: float | None
    signals: Sequence[Signal]
    after_decisions: AfterDecisions


class TrendReport(Covered):
    bucket: Bucket
    items: list[TrendRow]
    next: None = None


class BacklogFilters(DepartmentsAsked, TicketsAsked):
    """Which open tickets, and what is soon."""

    due_within_hours: Annotated[int, Field(ge=1, le=720)] = 24


class Due(BaseModel):
    """How due: `overdue` where a target of the provider's is breached on a clock that is not stopped yet, `due_soon`
    where none is and one is due within the hours asked; the same of what the customer owes.
    """

    overdue: int
    due_soon: int
    customer_overdue: int
    customer_due_soon: int


class DueAfterDecisions(Due, Output):
    """The same once exclusions and upheld contests count."""


class _Many(BaseModel):
    tickets: int


class Counts(Due, _Many):
    """How many, and how due."""

    after_decisions: DueAfterDecisions


class BacklogRow(Counts, Output):
    """Open tickets in one state that one party holds now, of one age (wall time since they were created)."""

    state: str
    held_by: str = Field(description="as in the time ledger: `provider`, `customer`, `department:NET`, …")
    age: Age
    oldest_at: datetime = Field(description="when the oldest of them was created")


class BacklogReport(Counts, Output):
    """All open tickets covered, as of `computed_at`; the rows sum to the counts."""

    computed_at: datetime
    due_within_hours: int
    items: list[BacklogRow]
    next: None = None
