"""How long rounds took from their beginning to their fulfilment: percentiles of what was fulfilled in the period."""

from typing import Any

from services.requests.reports.queries.asked import Asked, conditions_of, join_of, rows_of, within
from services.shared.db import Connection

SHARES = (0.5, 0.75, 0.85, 0.95)
GROUPS = {
    "customer_department_id": "t.customer_department_id",
    "provider_department_id": "t.provider_department_id",
    "offering_id": "t.offering_id",
    "priority": "t.promised_priority",
}
_LEAD_TIME = """
SELECT {group} AS grouped, r.number > 1 AS is_reopened, count(*) AS n, count(r.working) AS n_working,
    percentile_disc({shares}::float8[]) WITHIN GROUP (ORDER BY r.fulfilled_at - r.began_at) AS wall,
    percentile_disc({shares}::float8[]) WITHIN GROUP (ORDER BY r.working) AS working
FROM ticket_round r{join} WHERE r.fulfilled_at IS NOT NULL{inside}{where}
GROUP BY 1, 2 ORDER BY 2, 3 DESC, 1
"""


def lead_time_statement(asked: Asked, group_by: str | None) -> tuple[str, list[Any]]:
    """The statement and its arguments; tickets are joined only where something is asked of them."""
    arguments: list[Any] = [list(SHARES)]
    conditions = conditions_of(asked, arguments)
    inside = within("r.fulfilled_at", asked.period, arguments)
    sql = _LEAD_TIME.format(
        group=GROUPS[group_by] if group_by else "NULL",
        shares="$1",
        join=join_of("r", asked.period) if conditions or group_by else "",
        inside="".join(f" AND {each}" for each in inside),
        where="".join(f" AND {each}" for each in conditions),
    )
    return sql, arguments


async def lead_times(connection: Connection, asked: Asked, group_by: str | None) -> list[dict[str, Any]]:
    """By group and whether the round was a reopening: how many, and the values at SHARES (the nearest rank, observed).

    `n_working` of them have a working time.
    """
    return await rows_of(connection, *lead_time_statement(asked, group_by))
