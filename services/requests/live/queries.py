"""Reading changes between two snapshots of PostgreSQL, each just once, and forgetting those that are old."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.live.rules import Snapshot
from services.requests.tickets.queries.holding import HOLDERS
from services.shared.db import Connection
from services.shared.idempotency import session_fetch

KEPT = timedelta(hours=1)
"""How long changes are kept for who comes back."""
CHANNEL = "ticket_change"
_FORGOTTEN_AT_ONCE = 200_000

_SNAPSHOT = "SELECT pg_current_snapshot()::text"
_FLOOR = "SELECT xid FROM ticket_change_floor"
# What the later snapshot sees and the earlier one did not: also what began before the earlier one and ended after it.
_BETWEEN = f"""
SELECT c.xid, c.position, c.ticket_id, c.event_id, c.sequence, c.kind, c.name, c.is_internal, c.version, c.state,
    c.recorded_at, t.key, t.provider_department_id, t.customer_department_id, t.requester_id, t.beneficiary_id,
    t.participants, t.is_confidential, t.awaits_approval_of, ARRAY({HOLDERS}) AS holders
FROM ticket_change c JOIN ticket t ON t.id = c.ticket_id
WHERE c.xid >= pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint
    AND NOT pg_visible_in_snapshot(c.xid::text::xid8, $1::text::pg_snapshot)
    AND pg_visible_in_snapshot(c.xid::text::xid8, $2::text::pg_snapshot)
    AND c.position > $4
ORDER BY c.position LIMIT $3
"""
_FORGET = """
WITH old AS (
    DELETE FROM ticket_change WHERE (xid, position) IN (
        SELECT xid, position FROM ticket_change WHERE told_at < $1 ORDER BY xid, position LIMIT $2
    ) RETURNING xid
)
UPDATE ticket_change_floor SET xid = greatest(xid, (SELECT max(xid) + 1 FROM old))
"""


class Changes(NamedTuple):
    """The changes between two snapshots, `limit` at most, and the place from which on all changes are kept."""

    rows: list[Any]
    floor: int


async def snapshot_of_now(connection: Connection) -> Snapshot:
    """Which transactions have ended."""
    snapshot = Snapshot.read(await connection.fetchval(_SNAPSHOT))
    if snapshot is None:
        raise LookupError("PostgreSQL spells its snapshots otherwise")
    return snapshot


async def changes_between(
    connection: Connection, earlier: Snapshot, later: Snapshot, limit: int, *, beyond: int = 0
) -> Changes:
    """What the later snapshot sees and the earlier one did not, with who may see the ticket as it is now.

    Of that only what was written `beyond` a position.
    """
    rows = await connection.fetch(_BETWEEN, str(earlier), str(later), limit, beyond)
    return Changes(rows, await connection.fetchval(_FLOOR))  # the floor last: what goes meanwhile raises it


async def forget_old_changes(session: AsyncSession, now: datetime) -> None:
    """Delete what is older than an hour, and note from where on all is kept."""
    await session_fetch(session)(_FORGET, now - KEPT, _FORGOTTEN_AT_ONCE)
