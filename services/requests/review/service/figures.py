"""The figures of one direction of a pair: each what its report answers, by the report's own use case."""

from typing import Any
from uuid import UUID

from services.requests.reports.rules import Bucket
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.schemas.flow import BacklogFilters, FlowFilters, LeadTimeFilters
from services.requests.reports.service.backlog import report_backlog
from services.requests.reports.service.flow import report_flow, report_trend
from services.requests.reports.service.lead_time import report_lead_time
from services.requests.reports.service.time_held import report_time_held
from services.requests.review.service.asking import Reading, Span, of_pair, path_of

REPORTS = "/v1/reports"
Told = dict[str, Any]


async def figures_of(reading: Reading, customer: UUID, provider: UUID, span: Span) -> Told:
    """`flow`, `trend`, `lead_time`, `time_held` and `backlog`. Refuses what the reports do."""
    connection, actor, now = reading.connection, reading.actor, reading.now
    pair = of_pair(customer, provider)
    asked = pair | span.query
    by_month = asked | {"bucket": Bucket.MONTH}
    monthly = FlowFilters.model_validate(by_month)
    flow = await report_flow(connection, actor, monthly, now=now)
    trend = await report_trend(connection, actor, monthly, now=now)
    lead_time = await report_lead_time(connection, actor, LeadTimeFilters.model_validate(asked), now=now)
    held = await report_time_held(connection, reading.terms, actor, ReportFilters.model_validate(asked), now=now)
    backlog = await report_backlog(connection, actor, BacklogFilters.model_validate(pair), now=now)
    return {
        "flow": flow | {"source": path_of(f"{REPORTS}/flow", by_month)},
        "trend": trend | {"source": path_of(f"{REPORTS}/trend", by_month)},
        "lead_time": lead_time | {"source": path_of(f"{REPORTS}/lead-time", asked)},
        "time_held": held | {"source": path_of(f"{REPORTS}/time-held", asked)},
        "backlog": backlog | {"source": path_of(f"{REPORTS}/backlog", pair)},
    }
