"""The statements by which dossiers of breaches begin, and end where a breach was none."""

from collections.abc import Sequence
from typing import Any

import orjson

from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

_OPEN = "INSERT INTO breach SELECT b.* FROM jsonb_populate_recordset(NULL::breach, $1::jsonb) AS b"
# What is decided at once has no mark: it is found by its promise. (The provider and the instant are in an index.)
_REFUTE = """
WITH gone AS (
    UPDATE breach b SET state = 'refuted' FROM jsonb_to_recordset($1::jsonb)
        AS r(id uuid, entry_id uuid, mark uuid, ticket_id uuid, link_id uuid, provider_department_id uuid, clock text,
            cycle int, breached_at timestamptz, at timestamptz)
    WHERE b.state <> 'refuted' AND (b.id = r.mark OR (r.mark IS NULL AND b.ticket_id = r.ticket_id
        AND b.provider_department_id = r.provider_department_id AND b.breached_at = r.breached_at
        AND b.clock = r.clock AND b.cycle = r.cycle AND b.link_id IS NOT DISTINCT FROM r.link_id))
    RETURNING b.id, r.entry_id, r.at
)
INSERT INTO breach_entry (id, breach_id, kind, side, evidence, created_at)
SELECT entry_id, id, 'refuted', 'system', '[]', at FROM gone
"""


async def open_dossiers(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep these breaches."""
    await connection.execute(_OPEN, _json(rows))


async def refute_dossiers(connection: Connection, rows: Sequence[Row]) -> None:
    """These were none: by `mark`, or by the clock and when it would have been missed; noted in their history."""
    await connection.execute(_REFUTE, _json(rows))


def _json(rows: Any) -> str:
    return orjson.dumps(rows, default=str).decode()
