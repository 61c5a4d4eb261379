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
    WHEN jsonb_typeof(asked.fields #> $5) = 'number' THEN (asked.fields #>> $5)::numeric
    ELSE 0
END), 0)
FROM (
    SELECT t.fields FROM ticket t JOIN agreement_version v ON v.id = t.agreement_version_id
    WHERE v.agreement_id = $1 AND t.offering_id = $2 AND t.created_at >= $3 AND t.created_at < $4
    UNION ALL
    SELECT e.payload->'fields' FROM ticket_link k JOIN agreement_version v ON v.id = k.agreement_version_id
    JOIN ticket_event e ON e.ticket_id = k.ticket_id AND e.name = 'hand_off_offered'
        AND e.payload->>'link_id' = k.id::text
    WHERE v.agreement_id = $1 AND k.offering_id = $2 AND k.offered_at >= $3 AND k.offered_at < $4
) AS asked
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
    """What tickets submitted and parts offered in `[start, end)` use: how many, or the sum of what `steps` reach."""
    used: Decimal = await connection.fetchval(_USED, agreement_id, offering_id, start, end, steps)
    return used
