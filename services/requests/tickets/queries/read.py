"""Reading tickets: one with whoever holds its links, its events, and pages of those that somebody may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import managed_departments, sees_all_tickets, serving_departments
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import TicketPublic
from services.shared.auth import Actor
from services.shared.db import Connection

PUBLIC = tuple(TicketPublic.model_fields)
_PUBLIC_COLUMNS = ", ".join(f"t.{name}" for name in PUBLIC)

_TICKET = """
SELECT t.*, links.* FROM ticket t, LATERAL (
    SELECT
        COALESCE(array_agg(k.id), '{}') AS link_ids,
        COALESCE(array_agg(k.department_id), '{}') AS link_departments,
        COALESCE(array_agg(k.department_id) FILTER (WHERE k.department_id IS NOT NULL), '{}') AS holders,
        COALESCE(array_agg(k.department) FILTER (WHERE k.department_id IS NOT NULL), '{}') AS holder_codes
    FROM ticket_link k WHERE k.ticket_id = t.id
) AS links
WHERE t.id = $1
"""
_FOR_UPDATE = _TICKET + " FOR UPDATE OF t"
_EVENTS = "SELECT * FROM ticket_event WHERE ticket_id = $1 ORDER BY sequence"
_CLOCK_IDS = "SELECT clock, cycle, id FROM ticket_clock WHERE ticket_id = $1"
_LINK_DEPARTMENTS = "SELECT id, department_id FROM ticket_link WHERE ticket_id = $1"
_IMPORTED = "SELECT source_key, id FROM ticket WHERE source = $1 AND source_key = ANY($2::text[])"
_SOURCE_KEYS = "SELECT source_key FROM ticket_event WHERE ticket_id = $1 AND source_key IS NOT NULL"

VISIBLE = """(
    t.requester_id = $1 OR t.beneficiary_id = $1 OR t.participants @> ARRAY[$1]
    OR t.provider_department_id = ANY($2::uuid[])
    OR (t.customer_department_id = ANY($3::uuid[]) AND NOT t.is_confidential)
    OR EXISTS (SELECT FROM ticket_link k WHERE k.ticket_id = t.id AND k.department_id = ANY($2::uuid[]))
)"""
"""What a reader may see who may not see everything: $1 who, $2 the departments served, $3 those managed."""


async def find_ticket(connection: Connection, ticket_id: UUID) -> Row | None:
    """The ticket's row with its links: `link_ids`, `link_departments`; `holders` (those known), `holder_codes`."""
    row = await connection.fetchrow(_TICKET, ticket_id)
    return dict(row) if row else None


async def hold_ticket(connection: Connection, ticket_id: UUID) -> Row | None:
    """The same, held for this transaction: acts on one ticket follow each other."""
    row = await connection.fetchrow(_FOR_UPDATE, ticket_id)
    return dict(row) if row else None


async def events_of(connection: Connection, ticket_id: UUID) -> list[Row]:
    """The ticket's events in the order in which they were recorded."""
    return [dict(row) for row in await connection.fetch(_EVENTS, ticket_id)]


async def clock_ids(connection: Connection, ticket_id: UUID) -> dict[tuple[str, int], UUID]:
    """The ids of the ticket's clocks by (clock, cycle)."""
    return {(row["clock"], row["cycle"]): row["id"] for row in await connection.fetch(_CLOCK_IDS, ticket_id)}


async def link_departments(connection: Connection, ticket_id: UUID) -> dict[UUID, UUID | None]:
    """The department of each link of the ticket, by the link's id."""
    return {row["id"]: row["department_id"] for row in await connection.fetch(_LINK_DEPARTMENTS, ticket_id)}


async def imported_tickets(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, UUID]:
    """The tickets that came from that source under these keys."""
    return {row["source_key"]: row["id"] for row in await connection.fetch(_IMPORTED, source, list(keys))}


async def source_keys_of(connection: Connection, ticket_id: UUID) -> set[str]:
    """The keys under which the ticket's events came from its source."""
    return {row["source_key"] for row in await connection.fetch(_SOURCE_KEYS, ticket_id)}


def public_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket as its readers see it, from its row."""
    return {name: row[name] for name in PUBLIC}


async def page_of_tickets(
    connection: Connection,
    actor: Actor,
    filters: Mapping[str, Any],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Tickets that the actor may see, the newest first, `limit` at most.

    `filters` maps a condition on `t` with one `{}` ("t.state = ANY({}::text[])") to its value.
    """
    arguments: list[Any] = []
    conditions: list[str] = []
    if not sees_all_tickets(actor):
        arguments += [actor.id, serving_departments(actor), managed_departments(actor)]
        conditions.append(VISIBLE)
    for condition, value in filters.items():
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))
    if after is not None:
        arguments += after
        conditions.append(f"(t.created_at, t.id) < (${len(arguments) - 1}, ${len(arguments)})")
    arguments.append(limit)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = await connection.fetch(
        f"SELECT {_PUBLIC_COLUMNS} FROM ticket t {where} ORDER BY t.created_at DESC, t.id DESC LIMIT ${len(arguments)}",
        *arguments,
    )
    return [dict(row) for row in rows]
