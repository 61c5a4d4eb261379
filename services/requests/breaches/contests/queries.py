"""The statements of contests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import managed_departments, sees_all_tickets, serving_departments
from services.shared.auth import Actor
from services.shared.db import Connection

_COLUMNS = """
c.*, d.upheld, d.reason AS decided_because, d.decided_by, d.side AS decided_for, d.decided_at
FROM contest c LEFT JOIN contest_decision d ON d.contest_id = c.id
"""
_OF_TICKET = f"SELECT {_COLUMNS} WHERE c.ticket_id = $1 ORDER BY c.created_at, c.id"
_ONE = f"SELECT {_COLUMNS} WHERE c.ticket_id = $1 AND c.id = $2"
# A hand-off is contested by its own two departments, and nothing of it is kept from either.
_DECIDED = f"""
SELECT {_COLUMNS} JOIN ticket t ON t.id = c.ticket_id LEFT JOIN ticket_link k ON k.id = c.link_id, LATERAL (
    SELECT CASE WHEN c.link_id IS NULL THEN t.customer_department_id ELSE k.customer_department_id END AS customer,
        CASE WHEN c.link_id IS NULL THEN t.provider_department_id ELSE k.department_id END AS provider
) AS sides
WHERE d.decided_at >= $1 AND d.decided_at < $2 AND sides.customer = $3 AND sides.provider = $4
    AND ($5 OR sides.provider = ANY($6::uuid[]) OR (c.link_id IS NOT NULL AND sides.customer = ANY($6::uuid[]))
        OR (c.link_id IS NULL AND sides.customer = ANY($7::uuid[]) AND NOT t.is_confidential))
ORDER BY d.decided_at DESC, c.id DESC LIMIT $8
"""
_OPEN = """
INSERT INTO contest (id, ticket_id, link_id, side, begins_at, ends_at, party, reason, opened_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_DECIDE = """
INSERT INTO contest_decision (contest_id, upheld, reason, decided_by, side, decided_at) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def contests_of(connection: Connection, ticket_id: UUID) -> list[dict[str, Any]]:
    """The ticket's contests with what was decided, the first one first."""
    return [dict(row) for row in await connection.fetch(_OF_TICKET, ticket_id)]


async def find_contest(connection: Connection, ticket_id: UUID, contest_id: UUID) -> dict[str, Any] | None:
    """One of them."""
    row = await connection.fetchrow(_ONE, ticket_id, contest_id)
    return dict(row) if row else None


async def contests_decided(
    connection: Connection, actor: Actor, pair: tuple[UUID, UUID], since: datetime, before: datetime, limit: int
) -> list[dict[str, Any]]:
    """Those of the pair and its hand-offs, decided in `[since, before)`, that the actor sees: the latest first."""
    seen = sees_all_tickets(actor), serving_departments(actor), managed_departments(actor)
    return [dict(row) for row in await connection.fetch(_DECIDED, since, before, *pair, *seen, limit)]


async def open_contest(connection: Connection, *values: Any) -> None:
    """Keep a contest: its columns in the order of the table."""
    await connection.execute(_OPEN, *values)


async def keep_decision(connection: Connection, *values: Any) -> None:
    """Keep what was decided: its columns in the order of the table."""
    await connection.execute(_DECIDE, *values)
