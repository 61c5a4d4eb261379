"""The statements of the firing worker: what is due, claimed without waiting; a batch written at once; the next look."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.requests.firing.rules import Department
from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection
from services.shared.outbox import OutboxValues

# `statement_timestamp()`: with `clock_timestamp()` each claim reads the whole index. The clocks first: in the order of
# their index and no more of them than wanted; then their tickets, so that no act changes either until we have ended.
# What somebody else holds is left for the next look, so nobody ever waits for another in a circle.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, ticket_id, clock, side, cycle, fires::text AS fires, next_fire_at FROM ticket_clock
    WHERE next_fire_at <= COALESCE($2::timestamptz, statement_timestamp())
    ORDER BY next_fire_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
SELECT due.*, t.key, t.state, t.priority, t.customer_department_id, t.provider_department_id, t.requester_id,
    t.assignee_id, t.is_confidential, t.agreement_version_id, t.events, t.version,
    COALESCE($2::timestamptz, statement_timestamp()) AS now
FROM due JOIN ticket t ON t.id = due.ticket_id ORDER BY due.next_fire_at FOR UPDATE OF t SKIP LOCKED
"""
_FIRE = """
WITH marks AS (
    INSERT INTO ticket_event SELECT e.* FROM jsonb_populate_recordset(NULL::ticket_event, $1::text::jsonb) AS e
), clocks AS (
    UPDATE ticket_clock c SET fires = n.fires, next_fire_at = n.next_fire_at
    FROM jsonb_to_recordset($2::text::jsonb) AS n(id uuid, fires jsonb, next_fire_at timestamptz) WHERE c.id = n.id
), tickets AS (
    UPDATE ticket t SET events = n.events
    FROM jsonb_to_recordset($3::text::jsonb) AS n(id uuid, events integer) WHERE t.id = n.id
)
INSERT INTO outbox (id, aggregate, subject, body, created_at)
SELECT o.id, o.aggregate, o.subject, o.body, o.created_at
FROM jsonb_to_recordset($4::text::jsonb) AS o(id uuid, aggregate text, subject text, body jsonb, created_at timestamptz)
"""
_CLOCKS = """
SELECT ticket_id, side, clock, round, state, breached_at, due_at, is_best_effort, effect FROM ticket_clock
WHERE ticket_id = ANY($1::uuid[])
"""
_LAPSED = """
SELECT id, lapses_at, COALESCE($2::timestamptz, statement_timestamp()) FROM ticket
WHERE lapses_at < COALESCE($2::timestamptz, statement_timestamp()) AND id <> ALL($1::uuid[])
ORDER BY lapses_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_NEXT = """
SELECT extract(epoch FROM least(
    (SELECT min(next_fire_at) FROM ticket_clock WHERE next_fire_at IS NOT NULL),
    (SELECT min(lapses_at) FROM ticket WHERE lapses_at IS NOT NULL AND id <> ALL($1::uuid[]))
) - clock_timestamp())::float
"""
_AGREED = "SELECT id, (content->'escalations')::text FROM agreement_version WHERE id = ANY($1::uuid[])"
_IN_ROLES = """
SELECT d.department_id, d.role, p.id FROM unnest($1::text[], $2::text[]) AS d(department_id, role)
JOIN person_copy p ON p.departments @> jsonb_build_object(d.department_id, d.role) WHERE p.is_active
"""


async def claim_due(connection: Connection, limit: int, now: datetime | None) -> list[Any]:
    """Clocks with thresholds that are due, and what is to be known of their tickets, held until the transaction ends.

    `limit` clocks at most, without those that somebody else holds; `now` None is the database's clock.
    """
    return await connection.fetch(_CLAIM, limit, now)


async def write_fired(
    connection: Connection,
    marks: Sequence[Row],
    clocks: Sequence[Row],
    tickets: Sequence[Row],
    leaving: Sequence[OutboxValues],
) -> None:
    """Write marks, what clocks have yet to fire, how many events tickets have, and the outbox."""
    told = [event._asdict() | {"body": orjson.Fragment(event.body)} for event in leaving]
    rows = (marks, clocks, tickets, told)
    await connection.execute(_FIRE, *(orjson.dumps(each, default=str).decode() for each in rows))


async def clocks_of(connection: Connection, ticket_ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """What counting needs to know of all clocks of these tickets, as they were when these were folded last."""
    found: dict[UUID, list[Any]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in await connection.fetch(_CLOCKS, list(found)) if found else ():
        found[row["ticket_id"]].append(row)
    return found


async def claim_lapsed(
    connection: Connection, but: Collection[UUID], now: datetime | None
) -> tuple[UUID, datetime, datetime] | None:
    """The ticket that lapses first, held until the transaction ends, without these: its id, when it lapses, and now."""
    row = await connection.fetchrow(_LAPSED, list(but), now)
    return (row[0], row[1], row[2]) if row else None


async def seconds_to_next(connection: Connection, but: Collection[UUID]) -> float | None:
    """Seconds until something is due, below zero where it is already; None where nothing ever will be.

    Lapses of the tickets `but` are not looked at.
    """
    seconds: float | None = await connection.fetchval(_NEXT, list(but))
    return seconds


async def agreed_escalations(connection: Connection, versions: Collection[UUID]) -> dict[UUID, list[Any]]:
    """The escalation rules of these agreement versions, as documents."""
    return {row[0]: orjson.loads(row[1]) for row in await connection.fetch(_AGREED, list(versions))}


async def people_in(connection: Connection, departments: Collection[Department]) -> Mapping[Department, list[UUID]]:
    """Who has these roles in these departments, and is active."""
    found: dict[Department, list[UUID]] = {each: [] for each in departments}
    asked = [str(each.department_id) for each in found], [each.role for each in found]
    for department_id, role, person_id in await connection.fetch(_IN_ROLES, *asked) if found else ():
        found[Department(UUID(department_id), role)].append(person_id)
    return found
