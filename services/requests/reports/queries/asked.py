"""Which tickets a report covers, as conditions of a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.requests.reports.policies import Reported
from services.requests.reports.rules import Period
from services.shared.db import Connection

SHORT = timedelta(days=100)


class Asked(NamedTuple):
    """Which tickets: conditions on `t`, each with one `{}` for its value, and whose departments (None: everybody's)."""

    conditions: Mapping[str, Any]
    reported: Reported | None
    period: Period
    now: datetime


def conditions_of(asked: Asked, arguments: list[Any]) -> list[str]:
    """The conditions on `t`, none where all tickets are meant; their values join the arguments."""
    conditions = []
    for condition, value in asked.conditions.items():
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))
    if asked.reported is not None:
        arguments += asked.reported
        serving, managed = (f"ANY(${len(arguments) - back}::uuid[])" for back in (1, 0))
        asked_for = f"(t.customer_department_id = {managed} AND NOT t.is_confidential)"
        conditions.append(f"(t.provider_department_id = {serving} OR {asked_for})")
    return conditions


def within(at: str, period: Period, arguments: list[Any]) -> list[str]:
    """The conditions that the instant `at` lies in the period; its bounds join the arguments."""
    bounds: list[tuple[str, datetime | None]] = [(">=", period.start), ("<", period.end)]
    found = []
    for comparison, instant in bounds:
        if instant is not None:
            arguments.append(instant)
            found.append(f"{at} {comparison} ${len(arguments)}")
    return found


def join_of(row: str, period: Period) -> str:
    """The ticket `t` of each `row`, for a report that reads few rows in a short period and many in a long one.

    Of a short one the tickets are looked up one by one (OFFSET 0 says so to the planner), of a long one joined.
    """
    if period.is_shorter_than(SHORT):
        return f" CROSS JOIN LATERAL (SELECT * FROM ticket WHERE id = {row}.ticket_id OFFSET 0) AS t"
    return f" JOIN ticket t ON t.id = {row}.ticket_id"


async def rows_of(connection: Connection, sql: str, arguments: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of a statement."""
    return [dict(row) for row in await connection.fetch(sql, *arguments)]
