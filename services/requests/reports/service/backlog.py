"""What is open now, how old it is, who holds it, and how much of it is overdue or soon due."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.requests.reports.queries.backlog import backlog_counts
from services.requests.reports.rules import Age
from services.requests.reports.schemas.flow import BacklogFilters, Counts
from services.requests.reports.service.asking import asked_of_all_time
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
            **{name: row[name] for name in Counts.model_fields},
        }
        for row in found
    ]
    return {
        "computed_at": now.astimezone(UTC),
        "due_within_hours": filters.due_within_hours,
        **{name: sum(row[name] for row in found) for name in Counts.model_fields},
        "items": items,
        "next": None,
    }
