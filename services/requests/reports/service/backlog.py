"""What is open now, how old it is, who holds it, and how much of it is overdue or soon due."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.reports.policies import Reported
from services.requests.reports.queries.asked import Asked
from services.requests.reports.queries.backlog import backlog_counts, overdue_clocks
from services.requests.reports.rules import Age, Period
from services.requests.reports.schemas.flow import BacklogFilters, Due
from services.requests.reports.service.asking import asked_of_all_time
from services.requests.tickets.policies import managed_departments, sees_all_tickets, serving_departments
from services.shared.auth import Actor
from services.shared.db import Connection

AGES = tuple(Age)


async def report_backlog(
    connection: Connection, actor: Actor, filters: BacklogFilters, *, now: datetime
) -> dict[str, Any]:
    """Open tickets by state, who holds them and age. NotYourFigures, BelowWhom."""
    asked = await asked_of_all_time(connection, actor, filters, now)
    soon = timedelta(hours=filters.due_within_hours)
    found = await backlog_counts(connection, asked, [age.since for age in AGES], soon)
    items = [
        {
            "state": row["state"],
            "held_by": row["party"],
            "age": AGES[row["age"] - 1],
            "oldest_at": row["oldest_at"],
            **_counts([row]),
        }
        for row in found
    ]
    return {
        "computed_at": now.astimezone(UTC),
        "due_within_hours": filters.due_within_hours,
        **_counts(found),
        "items": items,
        "next": None,
    }


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many tickets these rows hold, and how due."""
    return {
        "tickets": sum(row["tickets"] for row in rows),
        **{name: sum(row[name] for row in rows) for name in Due.model_fields},
        "after_decisions": {name: sum(row[f"{name}_then"] for row in rows) for name in Due.model_fields},
    }


async def overdue_of_pair(
    connection: Connection, actor: Actor, customer: UUID, provider: UUID, *, limit: int, now: datetime
) -> list[dict[str, Any]]:
    """The clocks by which the pair's open tickets count as overdue in the backlog, of tickets that the actor reads.

    The longest overdue first, `limit` at most.
    """
    conditions = {"t.customer_department_id = {}": customer, "t.provider_department_id = {}": provider}
    readable = None if sees_all_tickets(actor) else Reported(serving_departments(actor), managed_departments(actor))
    return await overdue_clocks(connection, Asked(conditions, readable, Period(None, None), now), limit)
