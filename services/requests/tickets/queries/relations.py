"""Relations between tickets: those of one ticket with what tells who may see the others, and circles of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.tickets.queries.holding import HOLDS
from services.requests.tickets.rules.relations import RelationKind
from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

_OF_TICKET = f"""
SELECT r.id, r.kind, r.is_merge, r.created_by, r.created_at, r.other_id = $1 AS is_other, t.id AS ticket_id,
    t.key AS ticket_key, t.requester_id, t.beneficiary_id, t.participants, t.provider_department_id,
    t.customer_department_id, t.is_confidential, t.awaits_approval_of, holders.ids AS holders
FROM (
    SELECT * FROM ticket_relation WHERE ticket_id = $1 AND ended_at IS NULL
    UNION ALL SELECT * FROM ticket_relation WHERE other_id = $1 AND ended_at IS NULL
) AS r
JOIN ticket t ON t.id = CASE WHEN r.ticket_id = $1 THEN r.other_id ELSE r.ticket_id END,
LATERAL (
    SELECT COALESCE(array_agg(k.department_id), '{{}}') AS ids
    FROM ticket_link k WHERE k.ticket_id = t.id AND {HOLDS}
) AS holders
ORDER BY r.created_at, r.id
"""
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('relations', 0))"
_LEADS_TO = """
WITH RECURSIVE reached(id) AS (
    SELECT $1::uuid
    UNION SELECT r.other_id FROM reached JOIN ticket_relation r ON r.ticket_id = reached.id
    WHERE r.kind = $3 AND r.ended_at IS NULL
)
SELECT EXISTS (SELECT FROM reached WHERE id = $2)
"""
_ADD = """
INSERT INTO ticket_relation (id, ticket_id, kind, other_id, is_merge, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""
_END = "UPDATE ticket_relation SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL RETURNING id"
_END_BETWEEN = """
UPDATE ticket_relation SET ended_by = $4, ended_at = $5
WHERE ticket_id = $1 AND kind = $2 AND other_id = $3 AND ended_at IS NULL
"""


async def relations_of(connection: Connection, ticket_id: UUID) -> Sequence[Row]:
    """The relations of a ticket, the oldest first, each with what tells who may read the other (`ticket_…`)."""
    return [dict(row) for row in await connection.fetch(_OF_TICKET, ticket_id)]


async def hold_relations(connection: Connection) -> None:
    """Let others who relate tickets wait until the transaction ends: of two none closes the other's circle."""
    await connection.execute(_HOLD)


async def leads_to(connection: Connection, ticket_id: UUID, other_id: UUID, kind: RelationKind) -> bool:
    """Whether relations of this kind lead from the one ticket to the other."""
    found: bool = await connection.fetchval(_LEADS_TO, ticket_id, other_id, kind.value)
    return found


async def add_relation(
    connection: Connection,
    ticket_id: UUID,
    kind: RelationKind,
    other_id: UUID,
    *,
    by: UUID,
    now: datetime,
    is_merge: bool = False,
) -> UUID | None:
    """The new relation's id; none where the tickets are related so already."""
    added: UUID | None = await connection.fetchval(_ADD, uuid7(), ticket_id, kind.value, other_id, is_merge, by, now)
    return added


async def end_relations_between(
    connection: Connection, ticket_id: UUID, kind: RelationKind, other_id: UUID, *, by: UUID, now: datetime
) -> None:
    """End the one of this kind, if there is one."""
    await connection.execute(_END_BETWEEN, ticket_id, kind.value, other_id, by, now)


async def end_relation(connection: Connection, relation_id: UUID, *, by: UUID, now: datetime) -> bool:
    """Whether it was not ended already."""
    return await connection.fetchval(_END, relation_id, by, now) is not None
