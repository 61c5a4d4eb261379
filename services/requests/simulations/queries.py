"""The statements of simulations: which tickets, their events, and the jobs themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.simulations.models import Simulation
from services.requests.tickets.queries.holding import HOLDERS
from services.shared.db import Connection
from services.shared.idempotency import Fetch

WAITING = ("queued", "running")
_WHICH = """
FROM ticket t
WHERE t.customer_department_id = ANY($1::uuid[]) AND t.provider_department_id = ANY($2::uuid[])
    AND t.created_at >= $3 AND t.created_at < $4
    AND (NOT t.is_confidential OR t.provider_department_id = ANY($5::uuid[]))
"""
_COUNT = f"SELECT count(*) FROM (SELECT {_WHICH} LIMIT $6) AS found"
_NEXT = f"""
SELECT t.id, t.created_at, t.offering_id, t.promised_priority, t.terms {_WHICH}
    AND ($6::timestamptz IS NULL OR (t.created_at, t.id) > ($6, $7::uuid))
ORDER BY t.created_at, t.id LIMIT $8
"""
_EVENTS = "SELECT * FROM ticket_event WHERE ticket_id = ANY($1::uuid[]) ORDER BY ticket_id, sequence"
_TO_BE_READ = f"""
SELECT t.id, t.requester_id, t.beneficiary_id, t.participants, t.awaits_approval_of, t.provider_department_id,
    t.customer_department_id, t.is_confidential,
    ARRAY({HOLDERS}) AS holders
FROM ticket t WHERE t.id = ANY($1::uuid[])
"""
_TO_BE_READ_NAMES = (
    "id",
    "requester_id",
    "beneficiary_id",
    "participants",
    "awaits_approval_of",
    "provider_department_id",
    "customer_department_id",
    "is_confidential",
    "holders",
)


class Which:
    """Which tickets a simulation looks at; of what is confidential those of the providers `in_confidence` alone."""

    def __init__(
        self,
        customers: Collection[UUID],
        providers: Collection[UUID],
        start: datetime,
        end: datetime,
        *,
        in_confidence: Collection[UUID],
    ) -> None:
        self.arguments: tuple[Any, ...] = (list(customers), list(providers), start, end, list(in_confidence))


async def count_tickets(fetch: Fetch, which: Which, *, most: int) -> int:
    """How many there are; `most` and one where there are more."""
    (row,) = await fetch(_COUNT, *which.arguments, most + 1)
    return int(row[0])


async def next_tickets(
    connection: Connection, which: Which, after: tuple[datetime, UUID] | None, limit: int
) -> list[Any]:
    """The next ones, in the order in which they were created."""
    return list(await connection.fetch(_NEXT, *which.arguments, *(after or (None, None)), limit))


async def events_of_tickets(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The rows of these tickets' events, in their order."""
    found: dict[UUID, list[Any]] = {}
    for row in await connection.fetch(_EVENTS, ids):
        found.setdefault(row["ticket_id"], []).append(row)
    return found


async def tickets_to_be_read(fetch: Fetch, ids: Collection[UUID]) -> list[dict[str, Any]]:
    """What tells who may read these tickets."""
    rows = await fetch(_TO_BE_READ, list(ids))
    return [dict(zip(_TO_BE_READ_NAMES, row, strict=True)) for row in rows]


async def find_simulation(session: AsyncSession, simulation_id: UUID, *, lock: bool = False) -> Simulation | None:
    """The job; with `lock` until the transaction ends."""
    return await session.get(Simulation, simulation_id, with_for_update=True if lock else None)


async def next_simulation(session: AsyncSession) -> Simulation | None:
    """The oldest that has not ended and that nobody holds; held until the transaction ends."""
    wanted = select(Simulation).where(col(Simulation.state).in_(WAITING)).order_by(col(Simulation.created_at))
    found: Simulation | None = await session.scalar(wanted.limit(1).with_for_update(skip_locked=True))
    return found
