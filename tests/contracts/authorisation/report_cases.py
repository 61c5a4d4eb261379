"""The matrix's requests for figures."""

from collections.abc import Mapping
from typing import Any

from tests.contracts.authorisation.asking import Asked, Prepare


def _report(named: str) -> Prepare:
    async def prepare(world: Any) -> Asked:
        return Asked("GET", f"/v1/reports/{named.format(it=world.desk.it.id, hr=world.desk.hr.id)}")

    return prepare


REPORT_CASES: Mapping[str, Prepare] = {
    "reports_report_attainment": _report("attainment"),
    "reports_report_time_held": _report("time-held"),
    "reports_report_lead_time": _report("lead-time"),
    "reports_report_flow": _report("flow"),
    "reports_report_trend": _report("trend"),
    "reports_report_backlog": _report("backlog"),
    "reports_report_scoreboard": _report("scoreboard?customer_department_id={it}&provider_department_id={hr}"),
    "reports_report_review_pack": _report("review-pack?customer_department_id={it}&provider_department_id={hr}"),
}
