"""Offerings as callers write them."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from services.requests.departments.queries import store_departments
from services.requests.departments.rules import Department
from services.shared.idempotency import Fetch
from tests.requests.people import a_department


def a_target(**changes: Any) -> dict[str, Any]:
    return {"clock": "resolution", "priority": None, "duration": "PT8H"} | changes


def an_offering(provider_id: UUID, **changes: Any) -> dict[str, Any]:
    code = f"offer-{uuid4().hex[:8]}"
    return {"code": code, "name": "A new laptop", "provider_department_id": str(provider_id)} | changes


async def a_published_offering(
    client: httpx.AsyncClient, headers: dict[str, str], provider_id: UUID, **changes: Any
) -> dict[str, Any]:
    answer = await client.post("/v1/offerings", json=an_offering(provider_id, **changes), headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def a_known_department(fetch: Fetch, **changes: Any) -> Department:
    made = a_department(**changes)
    await store_departments(fetch, [made])
    return made
