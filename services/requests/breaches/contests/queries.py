"""The statements of contests."""

from typing import Any
from uuid import UUID

from services.shared.db import Connection

_COLUMNS = """
c.*, d.upheld, d.reason AS decided_because, d.decided_by, d.side AS decided_for, d.decided_at
FROM contest c LEFT JOIN contest_decision d ON d.contest_id = c.id
"""
_OF_TICKET = f"SELECT {_COLUMNS} WHERE c.ticket_id = $1 ORDER BY c.created_at, c.id"
_ONE = f"SELECT {_COLUMNS} WHERE c.ticket_id = $1 AND c.id = $2"
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


async def open_contest(connection: Connection, *values: Any) -> None:
    """Keep a contest: its columns in the order of the table."""
    await connection.execute(_OPEN, *values)


async def keep_decision(connection: Connection, *values: Any) -> None:
    """Keep what was decided: its columns in the order of the table."""
    await connection.execute(_DECIDE, *values)
