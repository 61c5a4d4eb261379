"""Attachments in the database: those of a ticket, one of them, and which files have a row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

_OF_TICKET = "SELECT * FROM attachment WHERE ticket_id = $1 ORDER BY id"
_ONE = "SELECT * FROM attachment WHERE ticket_id = $1 AND id = $2"
_KEPT = "SELECT count(*) FROM attachment WHERE ticket_id = $1 AND removed_at IS NULL"
_ADD = """
INSERT INTO attachment (id, ticket_id, filename, media_type, size, sha256, visibility, side, uploaded_by, created_at,
    version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) RETURNING *
"""
_REMOVE = """
UPDATE attachment SET removed_by = $2, removed_at = $3, version = version + 1 WHERE id = $1 AND removed_at IS NULL
RETURNING id
"""
_WITH_ROW = "SELECT id FROM attachment WHERE id = ANY($1::uuid[]) AND removed_at IS NULL"


async def attachments_of(connection: Connection, ticket_id: UUID) -> list[Row]:
    """The ticket's attachments, the oldest first, those that were removed too."""
    return [dict(row) for row in await connection.fetch(_OF_TICKET, ticket_id)]


async def find_attachment(connection: Connection, ticket_id: UUID, attachment_id: UUID) -> Row | None:
    """One of them."""
    row = await connection.fetchrow(_ONE, ticket_id, attachment_id)
    return dict(row) if row else None


async def count_kept(connection: Connection, ticket_id: UUID) -> int:
    """How many of the ticket's attachments were not removed."""
    kept: int = await connection.fetchval(_KEPT, ticket_id)
    return kept


async def add_attachment(connection: Connection, attachment_id: UUID, ticket_id: UUID, *values: object) -> Row:
    """A new one. `values`: filename, media_type, size, sha256, visibility, side, uploaded_by, created_at."""
    row = await connection.fetchrow(_ADD, attachment_id, ticket_id, *values)
    if row is None:
        raise LookupError("an INSERT that returns has a row")
    return dict(row)


async def remove_attachment(connection: Connection, attachment_id: UUID, *, by: UUID, now: datetime) -> bool:
    """Note who removed it and when; whether nobody had before."""
    return await connection.fetchval(_REMOVE, attachment_id, by, now) is not None


async def with_row(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these files that an attachment names which was not removed."""
    return {row["id"] for row in await connection.fetch(_WITH_ROW, ids)}
