"""Reports of a short period read what it holds, by indexes, however many tickets came before."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import pytest

from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.attainment import attainment_statement
from services.requests.reports.queries.backlog import backlog_statement
from services.requests.reports.queries.flow import flow_statement
from services.requests.reports.queries.lead_time import lead_time_statement
from services.requests.reports.rules import Period
from tests.embedded import Databases
from tests.requests.reports.many import BEGIN, NOW, department, fill, fill_flow

TICKETS = 60_000
WEEK = Period(BEGIN + timedelta(days=210), BEGIN + timedelta(days=217))
OF_ONE_PAIR = {
    "t.customer_department_id = {}": department(3),
    "t.provider_department_id = {}": department(4),
}


def leaves(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    inner = plan.get("Plans", [])
    for each in inner:
        yield from leaves(each)
    if not inner:
        yield plan


@pytest.mark.parametrize("conditions", [{}, OF_ONE_PAIR])
async def test_a_week_is_read_by_indexes(many: asyncpg.Connection, conditions: dict[str, Any]) -> None:
    sql, arguments = attainment_statement(Asked(conditions, None, WEEK, NOW))
    (plan,) = orjson.loads(await many.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments))
    read = [leaf for leaf in leaves(plan["Plan"]) if "Relation Name" in leaf or "Index Name" in leaf]
    assert {leaf["Node Type"] for leaf in read} <= {"Index Only Scan", "Index Scan", "Bitmap Index Scan"}, read
    clocks = TICKETS * 3.4 * 7 / 365
    looked_at = sum(
        leaf["Actual Loops"] * (leaf["Actual Rows"] + leaf.get("Rows Removed by Filter", 0)) for leaf in read
    )
    assert looked_at < 5 * clocks, looked_at


FLOWS = {
    "lead-time": lambda asked: lead_time_statement(asked, "priority"),
    "flow": lambda asked: flow_statement(asked, [WEEK.start or BEGIN]),
    "trend": lambda asked: attainment_statement(asked, [WEEK.start or BEGIN]),
    "backlog": lambda asked: backlog_statement(asked, [timedelta(), timedelta(days=1)], timedelta(days=1)),
}


@pytest.mark.parametrize("conditions", [{}, OF_ONE_PAIR])
@pytest.mark.parametrize("report", FLOWS)
async def test_reports_of_flow_read_by_indexes(
    many: asyncpg.Connection, report: str, conditions: dict[str, Any]
) -> None:
    sql, arguments = FLOWS[report](Asked(conditions, None, WEEK, NOW))
    (plan,) = orjson.loads(await many.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments))
    read = [leaf for leaf in leaves(plan["Plan"]) if "Relation Name" in leaf or "Index Name" in leaf]
    assert read
    assert {leaf["Node Type"] for leaf in read} <= {"Index Only Scan", "Index Scan", "Bitmap Index Scan"}, read
    looked_at = sum(
        leaf["Actual Loops"] * (leaf["Actual Rows"] + leaf.get("Rows Removed by Filter", 0)) for leaf in read
    )
    assert looked_at < TICKETS / 3, looked_at  # a week has a fiftieth of them, with some rows each


@pytest.fixture(scope="module")
async def many(databases: Databases) -> Any:
    async with databases.passing("requests") as urls:
        connection = await asyncpg.connect(databases.server.url(urls.owner.rpartition("/")[2]))
        await fill(connection, TICKETS)
        await fill_flow(connection)
        yield connection
        await connection.close()
