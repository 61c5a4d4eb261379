"""The matrix's requests about what two departments leave out, and what they dispute."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.authorisation.asking import Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


def _between(world: RequestsWorld) -> dict[str, Any]:
    """The customer and the provider."""
    return {
        "customer_department_id": str(world.desk.hr.id),
        "provider_department_id": str(world.desk.it.id),
    }


def _a_freeze(world: RequestsWorld) -> dict[str, Any]:
    begins = datetime.now(UTC) + timedelta(days=1)
    ends = begins + timedelta(days=1)
    return {**_between(world), "from": begins.isoformat(), "to": ends.isoformat(), "reason": "Holidays"}


async def _new_freeze(world: RequestsWorld) -> Asked:
    return Asked("POST", "/v1/freezes", _a_freeze(world))


def _freeze(below: str = "", body: object = None, method: str = "POST") -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        made = await world.made("/v1/freezes", _a_freeze(world), world.token("manager"))
        return Asked(method, f"/v1/freezes/{made['id']}{below}", body)

    return prepare


async def _freezes(world: RequestsWorld) -> Asked:
    made = await world.made("/v1/freezes", _a_freeze(world), world.token("manager"))
    return Asked("GET", "/v1/freezes?limit=1", concerned=made["id"])


DISPUTE_CASES: Mapping[str, Prepare] = {
    "freezes_propose_freeze": _new_freeze,
    "freezes_list_freezes": _freezes,
    "freezes_get_freeze": _freeze(method="GET"),
    "freezes_sign_freeze": _freeze("/signatures", {}),
    "freezes_withdraw_freeze": _freeze("/withdrawals"),
}
