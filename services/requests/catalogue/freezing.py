"""Which freezes new tickets and offers of two departments pin: those agreed for them or for departments above.

Who agrees on freezes, and how they reach open tickets, is told in their own room (`freezes/`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.departments.queries import departments_above
from services.requests.timeline.rulings import FreezeRuled
from services.shared.idempotency import Fetch

_AGREED = """
SELECT id, begins_at, ends_at FROM pair_freeze
WHERE customer_department_id = ANY($1::uuid[]) AND provider_department_id = ANY($2::uuid[])
    AND agreed_at IS NOT NULL AND withdrawn_at IS NULL AND ends_at > statement_timestamp()
    AND (offering_ids IS NULL OR $3::uuid = ANY(offering_ids))
ORDER BY agreed_at, id
"""


class PlannedFreeze(NamedTuple):
    """A freeze on which both sides have agreed."""

    id: UUID
    begins_at: datetime
    ends_at: datetime


async def freezes_covering(
    fetch: Fetch, offering_id: UUID | None, customer_id: UUID, provider_id: UUID
) -> Sequence[PlannedFreeze]:
    """Those that are not over, the first agreed first; of work that no offering names (None) those of all of it."""
    customers, providers = [await departments_above(fetch, [each]) for each in (customer_id, provider_id)]
    rows = await fetch(_AGREED, list(customers), list(providers), offering_id)
    return [PlannedFreeze(*row) for row in rows]


def rulings_of(freezes: Sequence[PlannedFreeze], now: datetime) -> list[FreezeRuled]:
    """What is ruled on a ticket that is submitted now."""
    return [FreezeRuled(*each) for each in freezes if each.ends_at > now]
