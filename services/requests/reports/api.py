"""HTTP for reports, as JSON or CSV."""

import csv
import io
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query, Response

from services.requests.answers import json_answer
from services.requests.reports import service
from services.requests.reports.refusals import EmptyPeriod, NotYourFigures, UnknownReportZone
from services.requests.reports.schemas import (
    AttainmentReport,
    AttainmentRow,
    ReportFilters,
    TimeHeldReport,
    TimeHeldRow,
)
from services.requests.tickets.api import Terms
from services.shared.auth import Actor, requires
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Output, seconds_of

router = feature_router("reports", HotRoute)

Reader = Annotated[Actor, requires("reports:read")]
Filters = Annotated[ReportFilters, Query()]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
    **problem_responses(NotYourFigures, UnknownReportZone, EmptyPeriod),
}


@router.get("/v1/reports/attainment", response_model=AttainmentReport, responses=_ANSWERS)
async def report_attainment(filters: Filters, actor: Reader, connection: HotTransaction, now: Now) -> Response:
    """The share of clocks that were met in a period, per clock, with n and a 95 % interval."""
    return _told(await service.report_attainment(connection, actor, filters, now=now), filters, AttainmentRow)


@router.get("/v1/reports/time-held", response_model=TimeHeldReport, responses=_ANSWERS)
async def report_time_held(
    filters: Filters, actor: Reader, connection: HotTransaction, terms: Terms, now: Now
) -> Response:
    """Who held the time: each party's share of the wall and working time of all tickets covered."""
    return _told(await service.report_time_held(connection, terms, actor, filters, now=now), filters, TimeHeldRow)


def _told(report: dict[str, Any], filters: ReportFilters, row: type[Output]) -> Response:
    if filters.format == "json":
        return json_answer(report)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(row.model_fields))
    writer.writeheader()
    for item in report["items"]:
        writer.writerow({name: seconds_of(v) if isinstance(v, timedelta) else v for name, v in item.items()})
    return Response(text.getvalue(), media_type="text/csv")
