"""What a report is asked: whose tickets, in which period, and how the answer says what it covers."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.requests.reports.policies import tickets_reported_to
from services.requests.reports.queries.asked import Asked
from services.requests.reports.refusals import EmptyPeriod, NotYourFigures, UnknownReportZone
from services.requests.reports.rules import Period, period_of
from services.requests.reports.schemas import DepartmentsAsked, PairAsked, PeriodAsked, ReportFilters, TicketsAsked
from services.requests.reports.schemas.flow import BacklogFilters
from services.requests.worktime.zones import known_zones
from services.shared.auth import Actor

EARLIEST, LATEST = date(1970, 1, 2), date(2200, 1, 1)


def asked_by(actor: Actor, filters: ReportFilters, now: datetime) -> Asked:
    """What the actor asks, of the tickets that they see in figures. NotYourFigures, UnknownReportZone, EmptyPeriod."""
    return _asked(actor, filters, filters, period_asked(filters), now)


def asked_of_all_time(actor: Actor, filters: BacklogFilters, now: datetime) -> Asked:
    """The same of a report that has no period. NotYourFigures."""
    return _asked(actor, filters, filters, Period(None, None), now)


def _asked(actor: Actor, departments: DepartmentsAsked, tickets: TicketsAsked, period: Period, now: datetime) -> Asked:
    reported = tickets_reported_to(actor)
    if reported is not None and not reported.serving:
        raise NotYourFigures
    conditions = {
        "t.customer_department_id = {}": departments.customer_department_id,
        "t.provider_department_id = {}": departments.provider_department_id,
    }
    return Asked(_given(conditions | tickets_asked(tickets)), reported, period, now)


def asked_of_pair(pair: PairAsked, customer: UUID, provider: UUID, *, confidential: bool, now: datetime) -> Asked:
    """What one department asked of another; without what is `confidential` where the reader must not count it.

    UnknownReportZone, EmptyPeriod.
    """
    conditions: dict[str, Any] = {
        "t.customer_department_id = {}": customer,
        "t.provider_department_id = {}": provider,
        "t.is_confidential = {}": None if confidential else False,
    }
    return Asked(_given(conditions | tickets_asked(pair)), None, period_asked(pair), now)


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
