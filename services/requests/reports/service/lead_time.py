"""How long tickets took, cycle by cycle."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.requests.reports.queries.lead_time import GROUPS, SHARES, lead_times
from services.requests.reports.schemas.flow import LeadTimeFilters
from services.requests.reports.service.asking import asked_by, covered
from services.shared.auth import Actor
from services.shared.db import Connection

NAMES = tuple(f"p{share * 100:.0f}" for share in SHARES)


async def report_lead_time(
    connection: Connection, actor: Actor, filters: LeadTimeFilters, *, now: datetime
) -> dict[str, Any]:
    """Percentiles of lead times, the largest groups first. Refuses what `asked_by` does."""
    found = await lead_times(connection, await asked_by(connection, actor, filters, now), filters.group_by)
    items = [
        {
            **dict.fromkeys(GROUPS),
            **({filters.group_by: row["grouped"]} if filters.group_by else {}),
            "cycle": "reopened" if row["is_reopened"] else "first",
            "n": row["n"],
            "wall_seconds": _named(row["wall"]),
            "working_seconds": _named(row["working"]),
        }
        for row in found
    ]
    return {**covered(filters, now), "items": items, "next": None}


def _named(values: Sequence[timedelta] | None) -> dict[str, timedelta | None]:
    return dict.fromkeys(NAMES) if values is None else dict(zip(NAMES, values, strict=True))
