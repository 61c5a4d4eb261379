"""Which tickets carry which references to other systems, held so that of two who take one at once one has it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

Reference = tuple[str, str]
"""A system, and an id there."""

_HOLD = """
SELECT pg_advisory_xact_lock(hashtextextended('reference ' || r.system || ' ' || r.id, 0))
FROM unnest($1::text[], $2::text[]) AS r(system, id)
"""
_HOLDERS = """
SELECT r.system, r.external_id, r.ticket_id FROM unnest($1::text[], $2::text[]) AS w(system, id)
JOIN ticket_reference r ON r.system = w.system AND r.external_id = w.id
"""
_KEEP = """
WITH wanted AS (
    SELECT w.system, w.id FROM unnest($2::text[], $3::text[]) AS w(system, id)
), dropped AS (
    DELETE FROM ticket_reference r
    WHERE r.ticket_id = $1 AND NOT EXISTS (SELECT FROM wanted w WHERE w.system = r.system AND w.id = r.external_id)
)
INSERT INTO ticket_reference (system, external_id, ticket_id) SELECT w.system, w.id, $1 FROM wanted w
ON CONFLICT DO NOTHING
"""


def references_of(external_refs: Sequence[Row]) -> list[Reference]:
    """The references that a ticket's row lists."""
    return [(ref["system"], ref["id"]) for ref in external_refs]


async def hold_references(connection: Connection, references: Collection[Reference]) -> dict[Reference, UUID]:
    """Have nobody else take these until the transaction ends; the tickets that have any of them.

    In one order, so that nobody waits in a circle; and a statement of its own, as one that waits for a lock sees
    nothing of what was committed meanwhile.
    """
    columns = _columns(sorted(set(references)))
    await connection.execute(_HOLD, *columns)
    rows = await connection.fetch(_HOLDERS, *columns)
    return {(row["system"], row["external_id"]): row["ticket_id"] for row in rows}


async def holder_of(connection: Connection, reference: Reference) -> UUID | None:
    """The ticket with this reference."""
    rows = await connection.fetch(_HOLDERS, *_columns([reference]))
    return rows[0]["ticket_id"] if rows else None


async def keep_references(connection: Connection, ticket_id: UUID, references: Collection[Reference]) -> None:
    """These are the ticket's references, and no others; the transaction holds those that are new."""
    await connection.execute(_KEEP, ticket_id, *_columns(references))


def _columns(references: Collection[Reference]) -> tuple[list[str], list[str]]:
    return [system for system, _ in references], [external_id for _, external_id in references]
