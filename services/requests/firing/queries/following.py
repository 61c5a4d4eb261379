"""What is asked around a batch: what agreements want, who is told; what lapses; when to look next."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.requests.firing.rules import Department
from services.shared.db import Connection
from services.shared.outbox import OutboxValues

_LAPSED = """
SELECT id, lapses_at, COALESCE($2::timestamptz, statement_timestamp()) FROM ticket
WHERE lapses_at < COALESCE($2::timestamptz, statement_timestamp()) AND id <> ALL($1::uuid[])
ORDER BY lapses_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LEAVE = "INSERT INTO outbox (id, aggregate, subject, body, created_at) VALUES ($1, $2, $3, $4::text::jsonb, $5)"
_NEXT = """
SELECT extract(epoch FROM least(
    (SELECT min(next_fire_at) FROM ticket_clock WHERE next_fire_at IS NOT NULL),
    (SELECT min(lapses_at) FROM ticket WHERE lapses_at IS NOT NULL AND id <> ALL($1::uuid[])),
    (SELECT min(lapses_at) FROM ticket_link WHERE lapses_at IS NOT NULL AND id <> ALL($1::uuid[]))
) - clock_timestamp())::float
"""
_IN_ROLES = """
SELECT d.department_id, d.role, p.id FROM unnest($1::text[], $2::text[]) AS d(department_id, role)
JOIN person_copy p ON p.departments @> jsonb_build_object(d.department_id, d.role) WHERE p.is_active
"""
_SERVING = """
SELECT provider_department_id FROM ticket WHERE id = $1
UNION SELECT department_id FROM ticket_link WHERE ticket_id = $1 AND department_id IS NOT NULL
"""


async def departments_serving(connection: Connection, ticket_id: UUID) -> set[UUID]:
    """The ticket's provider, and the departments with hand-offs of it."""
    return {row[0] for row in await connection.fetch(_SERVING, ticket_id)}


async def leave(connection: Connection, event: OutboxValues) -> None:
    """Write one event into the outbox."""
    await connection.execute(_LEAVE, *event)


async def claim_lapsed(
    connection: Connection, but: Collection[UUID], now: datetime | None
) -> tuple[UUID, datetime, datetime] | None:
    """The ticket that lapses first, held until the transaction ends, without these: its id, when it lapses, and now."""
    row = await connection.fetchrow(_LAPSED, list(but), now)
    return (row[0], row[1], row[2]) if row else None


async def seconds_to_next(connection: Connection, but: Collection[UUID]) -> float | None:
    """Seconds until something is due, below zero where it is already; None where nothing ever will be.

    Lapses of the tickets and offers `but` are not looked at.
    """
    seconds: float | None = await connection.fetchval(_NEXT, list(but))
    return seconds


async def people_in(connection: Connection, departments: Collection[Department]) -> Mapping[Department, list[UUID]]:
    """Who has these roles in these departments, and is active."""
    found: dict[Department, list[UUID]] = {each: [] for each in departments}
    asked = [str(each.department_id) for each in found], [each.role for each in found]
    for department_id, role, person_id in await connection.fetch(_IN_ROLES, *asked) if found else ():
        found[Department(UUID(department_id), role)].append(person_id)
    return found
