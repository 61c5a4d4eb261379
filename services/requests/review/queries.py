"""The one read of a pack that no other room has: what tickets are called."""

from collections.abc import Collection
from uuid import UUID

from services.shared.db import Connection


async def keys_of_tickets(connection: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The keys of these."""
    rows = await connection.fetch("SELECT id, key FROM ticket WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: row["key"] for row in rows}
