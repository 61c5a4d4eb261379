"""A ticket's checklist: the steps of the offering version that it pinned, and what was checked off."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.shared.db import Connection

_CHECKLIST = """
SELECT v.content ->> 'steps' AS steps, v.content ->> 'responsibilities' AS responsibilities
FROM offering_version v WHERE v.offering_id = $1 AND v.number = $2
"""
_NOTED = """
SELECT DISTINCT ON (key) key, is_done, noted_at, noted_by FROM ticket_step
WHERE ticket_id = $1 ORDER BY key, position DESC
"""
_NOTE = """
INSERT INTO ticket_step (ticket_id, position, key, is_done, noted_at, noted_by)
SELECT $1, COALESCE(max(position), 0) + 1, $2, $3, $4, $5 FROM ticket_step WHERE ticket_id = $1
"""
_UNDONE = """
SELECT s.step ->> 'key'
FROM offering_version v, jsonb_array_elements(v.content -> 'steps') WITH ORDINALITY AS s(step, place)
WHERE v.offering_id = $2 AND v.number = $3 AND NOT (s.step ->> 'optional')::boolean AND NOT COALESCE((
    SELECT n.is_done FROM ticket_step n WHERE n.ticket_id = $1 AND n.key = s.step ->> 'key'
    ORDER BY n.position DESC LIMIT 1
), false)
ORDER BY s.place
"""


async def steps_as_pinned(
    connection: Connection, offering_id: UUID, version: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The steps and responsibilities of that version of the offering, as they are stored."""
    row = await connection.fetchrow(_CHECKLIST, offering_id, version)
    if row is None:
        return [], []
    return orjson.loads(row["steps"] or "[]"), orjson.loads(row["responsibilities"] or "[]")


async def noted_steps(connection: Connection, ticket_id: UUID) -> dict[str, Any]:
    """What was noted last of each step, by key: `is_done`, `noted_at`, `noted_by`."""
    return {row["key"]: row for row in await connection.fetch(_NOTED, ticket_id)}


async def note_step(
    connection: Connection, ticket_id: UUID, key: str, *, is_done: bool, by: UUID, now: datetime
) -> None:
    """Note that a step is done or is not; of a ticket that this transaction holds."""
    await connection.execute(_NOTE, ticket_id, key, is_done, now, by)


async def undone_steps(connection: Connection, ticket_id: UUID, offering_id: UUID, version: int) -> list[str]:
    """The keys of the steps that are not optional and not done, in their order."""
    return [row[0] for row in await connection.fetch(_UNDONE, ticket_id, offering_id, version)]
