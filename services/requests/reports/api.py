"""HTTP for reports, as JSON or CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query, Response

from services.requests.answers import json_answer
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.reports.refusals import (
    BelowWhom,
    EmptyPeriod,
    NotYourFigures,
    SameDepartment,
    TooManyBuckets,
    UnknownReportZone,
)
from services.requests.reports.schemas import (
    AfterDecisions,
    AttainmentReport,
    AttainmentRow,
    HeldAfterDecisions,
    PairAsked,
    ReportFilters,
    Scoreboard,
    ScoreboardLine,
    TimeHeldReport,
    TimeHeldRow,
)
from services.requests.reports.schemas.flow import (
    BacklogFilters,
    BacklogReport,
    BacklogRow,
    DueAfterDecisions,
    FlowFilters,
    FlowReport,
    FlowRow,
    LeadTimeFilters,
    LeadTimeReport,
    LeadTimeRow,
    Percentiles,
    TrendReport,
    TrendRow,
)
from services.requests.reports.service import attainment, backlog, flow, lead_time, scoreboard, time_held
from services.requests.tickets.api import Terms
from services.shared.auth import Actor, requires
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Output, instant_text, seconds_of

router = feature_router("reports", HotRoute)

Reader = Annotated[Actor, requires("reports:read")]
Filters = Annotated[ReportFilters, Query()]
Pair = Annotated[PairAsked, Query()]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_PROBLEMS = (NotYourFigures, UnknownReportZone, EmptyPeriod)
_ANSWERS = _CSV | problem_responses(BelowWhom, *_PROBLEMS)
_OF_BUCKETS = _CSV | problem_responses(BelowWhom, TooManyBuckets, *_PROBLEMS)
_OF_NOW = _CSV | problem_responses(BelowWhom, NotYourFigures)
_NESTED = (AfterDecisions, Percentiles, HeldAfterDecisions, DueAfterDecisions)


@router.get("/v1/reports/attainment", response_model=AttainmentReport, responses=_ANSWERS)
async def report_attainment(filters: Filters, actor: Reader, connection: HotTransaction, now: Now) -> Response:
    """The share of clocks that were met in a period, per clock, with n and a 95 % interval."""
    report = await attainment.report_attainment(connection, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("attainment", report, AttainmentRow)


@router.get("/v1/reports/time-held", response_model=TimeHeldReport, responses=_ANSWERS)
async def report_time_held(
    filters: Filters, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Who held the time: each party's share of the wall and working time of all tickets covered."""
    report = await time_held.report_time_held(connection, terms, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("time-held", report, TimeHeldRow)


@router.get(
    "/v1/reports/scoreboard",
    response_model=Scoreboard,
    responses=_CSV | problem_responses(SameDepartment, *_PROBLEMS, *DEPARTMENT_PROBLEMS),
)
async def report_scoreboard(
    pair: Pair, actor: Reader, connection: HotTransaction, identity: AskIdentity, now: Now
) -> Response:
    """A pair of departments: the targets of one, the obligations of the other, and the reciprocal pair beside."""
    report = await scoreboard.report_scoreboard(connection, identity, actor, pair, now=now)
    if pair.format == "json":
        return json_answer(report)
    names = ("customer_department_id", "provider_department_id")
    lines = [
        {**row, **{name: of_pair[name] for name in names}}
        for of_pair in report["items"]
        for row in (*of_pair["targets"], *of_pair["obligations"])
    ]
    return _csv("scoreboard", {**report, "items": lines}, ScoreboardLine)


@router.get("/v1/reports/lead-time", response_model=LeadTimeReport, responses=_ANSWERS)
async def report_lead_time(
    filters: Annotated[LeadTimeFilters, Query()], actor: Reader, connection: HotTransaction, now: Now
) -> Response:
    """How long it took from submission, or a reopening, to the fulfilment: percentiles of wall and working time."""
    report = await lead_time.report_lead_time(connection, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("lead-time", report, LeadTimeRow)


@router.get("/v1/reports/flow", response_model=FlowReport, responses=_OF_BUCKETS)
async def report_flow(
    filters: Annotated[FlowFilters, Query()], actor: Reader, connection: HotTransaction, now: Now
) -> Response:
    """What came in and what went out by day, week or month: tickets, reopenings, hand-offs, bounces, ping-pong."""
    report = await flow.report_flow(connection, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("flow", report, FlowRow)


@router.get("/v1/reports/trend", response_model=TrendReport, responses=_OF_BUCKETS)
async def report_trend(
    filters: Annotated[FlowFilters, Query()], actor: Reader, connection: HotTransaction, now: Now
) -> Response:
    """Each clock's attainment from bucket to bucket as a p chart: control limits, and which points are signals."""
    report = await flow.report_trend(connection, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("trend", report, TrendRow)


@router.get("/v1/reports/backlog", response_model=BacklogReport, responses=_OF_NOW)
async def report_backlog(
    filters: Annotated[BacklogFilters, Query()], actor: Reader, connection: HotTransaction, now: Now
) -> Response:
    """What is open now: by state, by who holds it, by age; how much of it is overdue or soon due, on either side."""
    report = await backlog.report_backlog(connection, actor, filters, now=now)
    return json_answer(report) if filters.format == "json" else _csv("backlog", report, BacklogRow)


def _csv(name: str, report: Mapping[str, Any], row: type[Output]) -> Response:
    """The rows as a spreadsheet takes them; what is nested stands in columns of its own, like `after_decisions_met`.

    The file's name says which period it covers, in which zone.
    """
    columns = [
        column
        for field, told in row.model_fields.items()
        for column in (
            [f"{field}_{inner}" for nested in _NESTED if told.annotation is nested for inner in nested.model_fields]
            or [told.serialization_alias or field]
        )
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns)
    writer.writeheader()
    writer.writerows(dict(_cells(item)) for item in report["items"])
    named = {"Content-Disposition": f'attachment; filename="{name} {_covered(report)}.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=named)


def _covered(report: Mapping[str, Any]) -> str:
    """Which period a report covers, in which zone; or as of when, where it has no period.

    >>> _covered({"from": "2026-03-01", "to": "2026-04-01", "time_zone": "Europe/Madrid"})
    'from 2026-03-01 to 2026-04-01 Europe-Madrid'
    >>> _covered({"from": None, "to": "2026-04-01", "time_zone": "UTC"})
    'to 2026-04-01 UTC'
    """
    if "time_zone" not in report:
        return f"at {report['computed_at']:%Y-%m-%dT%H-%M-%SZ}"
    period = [f"{name} {report[name]}" for name in ("from", "to") if report[name] is not None]
    return " ".join([*period, report["time_zone"].replace("/", "-")])


def _cells(item: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}_{inner}", _cell(each)) for inner, each in value.items())
        else:
            yield name, _cell(value)


def _cell(value: Any) -> Any:
    if isinstance(value, timedelta):
        return seconds_of(value)
    if isinstance(value, datetime):
        return instant_text(value)
    return " ".join(value) if isinstance(value, tuple) else value
