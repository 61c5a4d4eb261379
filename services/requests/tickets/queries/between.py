"""Which parts of tickets are between two departments: the ticket itself, and each hand-off by its own two.

What departments freeze, leave out or agree holds for what is between them, or between departments below them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from services.requests.departments.queries import DOWNWARDS
from services.shared.db import Connection

Part = UUID | None
"""A link of a ticket; None is the ticket itself."""
CUSTOMERS_AND_PROVIDERS = (
    f"WITH RECURSIVE customers AS ({DOWNWARDS % (1, 'customers')}), providers AS ({DOWNWARDS % (2, 'providers')})"
)
"""The two departments ($1 and $2) and those below them."""
_BETWEEN = f"""
{CUSTOMERS_AND_PROVIDERS}
SELECT t.id AS ticket_id, NULL::uuid AS link_id FROM ticket t
WHERE t.id = ANY($4::uuid[]) AND ($3::uuid[] IS NULL OR t.offering_id = ANY($3))
    AND t.customer_department_id IN (SELECT id FROM customers)
    AND t.provider_department_id IN (SELECT id FROM providers)
UNION ALL
SELECT k.ticket_id, k.id FROM ticket_link k
WHERE k.ticket_id = ANY($4::uuid[]) AND ($3::uuid[] IS NULL OR k.offering_id = ANY($3))
    AND k.customer_department_id IN (SELECT id FROM customers) AND k.department_id IN (SELECT id FROM providers)
ORDER BY ticket_id, link_id NULLS FIRST
"""


class Pair(NamedTuple):
    """Who asks and who provides; a hand-off that another system made may name neither."""

    customer_id: UUID | None
    provider_id: UUID | None


async def parts_between(
    connection: Connection, pair: Pair, offering_ids: Sequence[UUID] | None, ticket_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Part]]:
    """Of each of these tickets its parts between the two, about one of these offerings or (None) about any."""
    found: defaultdict[UUID, list[Part]] = defaultdict(list)
    for row in await connection.fetch(_BETWEEN, *pair, offering_ids, list(ticket_ids)):
        found[row["ticket_id"]].append(row["link_id"])
    return found
