"""Named reads and the one write of department copies, for a session and for the bare driver alike (`Fetch`)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.requests.departments.rules import DEEPEST, Department
from services.shared.idempotency import Fetch

_COLUMNS = "id, code, parent_id, time_zone, is_open, version"

DOWNWARDS = f"""
    SELECT $%s::uuid AS id, 0 AS depth
    UNION ALL
    SELECT d.id, above.depth + 1 FROM %s above JOIN department_copy d ON d.parent_id = above.id
    WHERE above.depth < {DEEPEST}
"""
"""A recursive common table: the department of that parameter and all below it, under the table's own name."""

_BY_IDS = f"SELECT {_COLUMNS} FROM department_copy WHERE id = ANY($1::uuid[])"

_UPWARDS = f"""
WITH RECURSIVE line AS (
    SELECT {_COLUMNS}, 0 AS depth FROM department_copy WHERE id = $1
    UNION ALL
    SELECT above.id, above.code, above.parent_id, above.time_zone, above.is_open, above.version, line.depth + 1
    FROM line JOIN department_copy above ON above.id = line.parent_id
    WHERE line.depth < {DEEPEST}
)
SELECT {_COLUMNS} FROM line ORDER BY depth
"""

_ABOVE = f"""
WITH RECURSIVE line AS (
    SELECT id, 0 AS depth FROM unnest($1::uuid[]) AS below (id)
    UNION ALL
    SELECT department_copy.parent_id, line.depth + 1
    FROM line JOIN department_copy ON department_copy.id = line.id
    WHERE line.depth < {DEEPEST} AND department_copy.parent_id IS NOT NULL
)
SELECT DISTINCT id FROM line
"""

_BELOW = f"""
WITH RECURSIVE line AS (
    SELECT $1::uuid AS id, 0 AS depth
    UNION
    SELECT department_copy.id, line.depth + 1
    FROM line JOIN department_copy ON department_copy.parent_id = line.id WHERE line.depth < {DEEPEST}
)
SELECT DISTINCT id FROM line
"""

_STORE = f"""
INSERT INTO department_copy ({_COLUMNS})
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::boolean[], $6::bigint[])
ON CONFLICT (id) DO UPDATE SET code = excluded.code, parent_id = excluded.parent_id,
    time_zone = excluded.time_zone, is_open = excluded.is_open, version = excluded.version
WHERE department_copy.version < excluded.version
"""


async def find_departments(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, Department]:
    """Those of these departments that are known here, by id."""
    rows = await fetch(_BY_IDS, list(ids))
    return {row[0]: Department(*row) for row in rows}


async def line_of(fetch: Fetch, department_id: UUID) -> list[Department]:
    """The department and its ancestors, nearest first; empty if it is not known here."""
    return [Department(*row) for row in await fetch(_UPWARDS, department_id)]


async def departments_above(fetch: Fetch, ids: Collection[UUID]) -> set[UUID]:
    """These departments and all their ancestors."""
    return {row[0] for row in await fetch(_ABOVE, list(ids))} if ids else set()


async def departments_below(fetch: Fetch, department_id: UUID) -> set[UUID]:
    """The department and all that are below it."""
    return {row[0] for row in await fetch(_BELOW, department_id)}


async def codes_of_departments(fetch: Fetch) -> dict[UUID, str]:
    """The code of every department that is known here."""
    return {row[0]: row[1] for row in await fetch("SELECT id, code FROM department_copy")}


async def departments_by_code(fetch: Fetch, codes: Collection[str]) -> dict[str, Department]:
    """Those of these departments that are known here, by code; of two with one code the later made."""
    sql = f"SELECT {_COLUMNS} FROM department_copy WHERE code = ANY($1::text[]) ORDER BY id"
    return {row[1]: Department(*row) for row in await fetch(sql, list(codes))}


async def store_departments(fetch: Fetch, departments: Sequence[Department]) -> None:
    """Take these in, each once; a copy with the same or a higher version stays as it is.

    In the order of their ids, so that of two who store the same ones neither waits for the other in a circle.
    """
    departments = sorted(departments, key=lambda each: each.id)
    await fetch(
        _STORE,
        [each.id for each in departments],
        [each.code for each in departments],
        [each.parent_id for each in departments],
        [each.time_zone for each in departments],
        [each.is_open for each in departments],
        [each.version for each in departments],
    )
