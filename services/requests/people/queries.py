"""Named reads and the one write of person copies, for a session and for the bare driver alike (`Fetch`)."""

from collections.abc import Collection, Sequence
from uuid import UUID

import orjson

from services.requests.people.rules import SERVING_ROLES, Person
from services.shared.idempotency import Fetch

_BY_IDS = """
SELECT id, customer_type, relation, is_active, version, departments::text FROM person_copy WHERE id = ANY($1::uuid[])
"""

_STORE = """
INSERT INTO person_copy (id, customer_type, relation, is_active, version, departments)
SELECT p.id, p.customer_type, p.relation, p.is_active, p.version, p.departments::jsonb
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::bigint[], $6::text[])
    AS p(id, customer_type, relation, is_active, version, departments)
ON CONFLICT (id) DO UPDATE SET customer_type = excluded.customer_type, relation = excluded.relation,
    is_active = excluded.is_active, version = excluded.version, departments = excluded.departments
WHERE person_copy.version < excluded.version
"""

_MANAGERS = """
SELECT d.id, p.id FROM unnest($1::uuid[]) AS d(id)
JOIN person_copy p ON p.departments @> jsonb_build_object(d.id::text, 'manager') WHERE p.is_active
"""

_SERVING = """
SELECT DISTINCT p.id FROM unnest($1::uuid[]) AS d(id) CROSS JOIN unnest($2::text[]) AS r(role)
JOIN person_copy p ON p.departments @> jsonb_build_object(d.id::text, r.role) WHERE p.is_active
"""


async def managers_of(fetch: Fetch, departments: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Who manages these departments, and is active."""
    found: dict[UUID, set[UUID]] = {each: set() for each in departments}
    for department_id, person_id in await fetch(_MANAGERS, list(found)):
        found[department_id].add(person_id)
    return found


async def people_serving(fetch: Fetch, departments: Collection[UUID]) -> set[UUID]:
    """Agents and managers of these departments who are active."""
    return {row[0] for row in await fetch(_SERVING, list(departments), list(SERVING_ROLES))}


async def find_people(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Those of these people who are known here, by id."""
    rows = await fetch(_BY_IDS, list(ids))
    return {row[0]: _person(*row) for row in rows}


async def store_people(fetch: Fetch, people: Sequence[Person]) -> None:
    """Take these in, each once; a copy with the same or a higher version stays as it is.

    In the order of their ids, so that of two who store the same ones neither waits for the other in a circle.
    """
    people = sorted(people, key=lambda each: each.id)
    await fetch(
        _STORE,
        [each.id for each in people],
        [each.customer_type for each in people],
        [each.relation for each in people],
        [each.is_active for each in people],
        [each.version for each in people],
        [orjson.dumps({str(key): role for key, role in each.departments.items()}).decode() for each in people],
    )


def _person(person_id: UUID, customer_type: str, relation: str, is_active: bool, version: int, text: str) -> Person:
    departments = {UUID(key): role for key, role in orjson.loads(text).items()}
    return Person(person_id, customer_type, relation, is_active, version, departments)
