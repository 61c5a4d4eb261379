"""The scoreboard of a pair of departments: what each promised the other, on both sides, in both directions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.departments.service import Identity, require_departments
from services.requests.reports.policies import can_see_scoreboard
from services.requests.reports.refusals import NotYourFigures, SameDepartment
from services.requests.reports.schemas import OfTwo, PairAsked
from services.requests.reports.service.asking import asked_of_pair, covered
from services.requests.reports.service.attainment import attainment_rows
from services.shared.auth import Actor
from services.shared.db import Connection


async def report_scoreboard(
    connection: Connection, identity: Identity, actor: Actor, pair: PairAsked, *, now: datetime
) -> dict[str, Any]:
    """First what `customer_department_id` asked of `provider_department_id`, then the reverse.

    SameDepartment, NotYourFigures, UnknownDepartment, DepartmentsUnavailable, UnknownReportZone, EmptyPeriod.
    """
    await check_pair(connection, identity, actor, pair)
    both = (pair.customer_department_id, pair.provider_department_id)
    items = [await _direction(connection, actor, pair, *each, now=now) for each in (both, both[::-1])]
    return {
        **covered(pair, now),
        "customer_department_id": both[0],
        "provider_department_id": both[1],
        "items": items,
        "next": None,
    }


async def check_pair(connection: Connection, identity: Identity, actor: Actor, pair: OfTwo) -> None:
    """Whether these are two departments whose figures the actor sees.

    SameDepartment, NotYourFigures, UnknownDepartment, DepartmentsUnavailable.
    """
    if pair.customer_department_id == pair.provider_department_id:
        raise SameDepartment(pointer="?provider_department_id")
    if not can_see_scoreboard(actor, pair.customer_department_id, pair.provider_department_id):
        raise NotYourFigures
    named = {
        pair.customer_department_id: "?customer_department_id",
        pair.provider_department_id: "?provider_department_id",
    }
    await require_departments(connection.fetch, identity, named)


async def _direction(
    connection: Connection, actor: Actor, pair: PairAsked, customer: UUID, provider: UUID, *, now: datetime
) -> dict[str, Any]:
    rows = await attainment_rows(connection, await asked_of_pair(connection, actor, pair, customer, provider, now=now))
    return {
        "customer_department_id": customer,
        "provider_department_id": provider,
        "targets": [row for row in rows if row["side"] == "provider"],
        "obligations": [row for row in rows if row["side"] == "customer"],
    }
