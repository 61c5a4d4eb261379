"""What has been used of a quota: one customer at a time reads and uses it, and no ticket without a quota waits."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.shared.db import Connection

_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('quota ' || $1::uuid || ' ' || $2::uuid, 0))"
_USED = """
SELECT COALESCE(sum(CASE
    WHEN $5::text[] IS NULL THEN 1
    WHEN jsonb_typeof(t.fields #> $5) = 'number' THEN (t.fields #>> $5)::numeric
    ELSE 0
END), 0)
FROM ticket t JOIN agreement_version v ON v.id = t.agreement_version_id
WHERE v.agreement_id = $1 AND t.offering_id = $2 AND t.created_at >= $3 AND t.created_at < $4
"""


async def hold_quota(connection: Connection, agreement_id: UUID, offering_id: UUID) -> None:
    """Let others who use this agreement's quota of the offering wait until the transaction ends.

    A statement of its own: one that waits for a lock sees nothing that was committed while it waited.
    """
    await connection.execute(_HOLD, agreement_id, offering_id)


async def quota_used(
    connection: Connection,
    agreement_id: UUID,
    offering_id: UUID,
    start: datetime,
    end: datetime,
    steps: Sequence[str] | None,
) -> Decimal:
    """What the tickets submitted in `[start, end)` use: as many as they are, or the sum of what stands at `steps`."""
    used: Decimal = await connection.fetchval(_USED, agreement_id, offering_id, start, end, steps)
    return used
