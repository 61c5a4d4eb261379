"""Which offer nobody has answered in time."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.shared.db import Connection

# The ticket is what is held: acts on it change the link.
_LAPSED = """
SELECT k.id, k.ticket_id, k.lapses_at, COALESCE($2::timestamptz, statement_timestamp())
FROM ticket_link k JOIN ticket t ON t.id = k.ticket_id
WHERE k.lapses_at < COALESCE($2::timestamptz, statement_timestamp()) AND k.id <> ALL($1::uuid[])
ORDER BY k.lapses_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED
"""


class LapsedOffer(NamedTuple):
    """An offer that lapsed at `lapses_at`, and now."""

    link_id: UUID
    ticket_id: UUID
    lapses_at: datetime
    now: datetime


async def claim_lapsed_offer(connection: Connection, but: Collection[UUID], now: datetime | None) -> LapsedOffer | None:
    """The offer that lapses first, without these, its ticket held until the transaction ends."""
    row = await connection.fetchrow(_LAPSED, list(but), now)
    return LapsedOffer(*row) if row else None
