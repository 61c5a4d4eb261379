"""What a report is asked: whose tickets, in which period, and how the answer says what it covers."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.requests.departments.queries import departments_below
from services.requests.reports.policies import (
    answers_for,
    can_see_scoreboard,
    counts_confidential,
    tickets_reported_to,
)
from services.requests.reports.queries.asked import Asked
from services.requests.reports.refusals import BelowWhom, EmptyPeriod, NotYourFigures, UnknownReportZone
from services.requests.reports.rules import Period, period_of
from services.requests.reports.schemas import PairAsked, PeriodAsked, ReportFilters, TicketsAsked
from services.requests.reports.schemas.flow import BacklogFilters
from services.requests.worktime.zones import known_zones
from services.shared.auth import Actor
from services.shared.db import Connection

_NOTHING_CONFIDENTIAL = {"t.is_confidential = {}": False}
EARLIEST, LATEST = date(1970, 1, 2), date(2200, 1, 1)


async def asked_by(connection: Connection, actor: Actor, filters: ReportFilters, now: datetime) -> Asked:
    """What the actor asks, of the tickets that they see in figures; of a pair those that its scoreboard counts.

    NotYourFigures, BelowWhom, UnknownReportZone, EmptyPeriod.
    """
    return await _asked(connection, actor, filters, period_asked(filters), now)


async def asked_of_all_time(connection: Connection, actor: Actor, filters: BacklogFilters, now: datetime) -> Asked:
    """The same of a report that has no period. NotYourFigures, BelowWhom."""
    return await _asked(connection, actor, filters, Period(None, None), now)


async def _asked(
    connection: Connection, actor: Actor, filters: ReportFilters | BacklogFilters, period: Period, now: datetime
) -> Asked:
    reported = tickets_reported_to(actor)
    if reported is not None and not reported.serving:
        raise NotYourFigures
    sides = {"customer": filters.customer_department_id, "provider": filters.provider_department_id}
    named = {side: department for side, department in sides.items() if department is not None}
    if filters.below and not named:
        raise BelowWhom(pointer="?below")
    conditions = tickets_asked(filters)
    for side, department in named.items():
        conditions |= await _of(connection, side, department, below=filters.below)
    if reported is None:
        return Asked(_given(conditions), None, period, now)
    if filters.below:
        conditions |= _NOTHING_CONFIDENTIAL
        reported = None if answers_for(actor, named.values()) else reported
    elif len(named) == len(sides) and can_see_scoreboard(actor, named["customer"], named["provider"]):
        if not counts_confidential(actor, named["provider"], below=False):
            conditions |= _NOTHING_CONFIDENTIAL
        reported = None
    return Asked(_given(conditions), reported, period, now)


async def asked_of_pair(
    connection: Connection, actor: Actor, pair: PairAsked, customer: UUID, provider: UUID, *, now: datetime
) -> Asked:
    """What one department asked of another; without what is confidential where the reader must not count it.

    With `below` what is below either counts with it, what is below both with the lower one of the two.
    UnknownReportZone, EmptyPeriod.
    """
    conditions = tickets_asked(pair)
    for side, department, other in (("customer", customer, provider), ("provider", provider, customer)):
        conditions |= await _of(connection, side, department, below=pair.below, but=other)
    if not counts_confidential(actor, provider, below=pair.below):
        conditions |= _NOTHING_CONFIDENTIAL
    return Asked(_given(conditions), None, period_asked(pair), now)


async def _of(
    connection: Connection, side: str, department: UUID, *, below: bool, but: UUID | None = None
) -> dict[str, Any]:
    """The condition that a ticket is this department's, or of one `below` it; not of one that is below `but` too."""
    if not below:
        return {f"t.{side}_department_id = {{}}": department}
    found = await departments_below(connection.fetch, department)
    if but in found:
        found -= await departments_below(connection.fetch, but)
    return {f"t.{side}_department_id = ANY({{}}::uuid[])": sorted(found)}


def tickets_asked(filters: TicketsAsked) -> dict[str, Any]:
    """The conditions that every report of tickets knows."""
    return {
        "t.offering_id = {}": filters.offering_id,
        "t.promised_priority = ANY({}::text[])": [priority.value for priority in filters.priority],
    }


def period_asked(filters: PeriodAsked) -> Period:
    """The period as instants. UnknownReportZone, EmptyPeriod."""
    if filters.time_zone not in known_zones():
        raise UnknownReportZone(pointer="?time_zone", zone=filters.time_zone)
    for name, day in (("from", filters.from_), ("to", filters.to)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise EmptyPeriod(pointer=f"?{name}")
    if filters.from_ and filters.to and filters.from_ >= filters.to:
        raise EmptyPeriod(pointer="?to")
    return period_of(filters.from_, filters.to, filters.time_zone)


def covered(filters: PeriodAsked, now: datetime) -> dict[str, Any]:
    """What the answer says of what it covers."""
    return {
        "from": filters.from_,
        "to": filters.to,
        "time_zone": filters.time_zone,
        "computed_at": now.astimezone(UTC),
    }


def _given(conditions: dict[str, Any]) -> dict[str, Any]:
    return {condition: value for condition, value in conditions.items() if value not in (None, [])}
