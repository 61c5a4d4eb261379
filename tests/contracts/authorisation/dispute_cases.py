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


def _an_exclusion(world: RequestsWorld) -> dict[str, Any]:
    ends = datetime.now(UTC) - timedelta(hours=1)
    begins = ends - timedelta(hours=1)
    return {**_between(world), "from": begins.isoformat(), "to": ends.isoformat(), "reason": "The flood"}


async def _new_exclusion(world: RequestsWorld) -> Asked:
    return Asked("POST", "/v1/exclusions", _an_exclusion(world))


async def _exclusions(world: RequestsWorld) -> Asked:
    made = await world.made("/v1/exclusions", _an_exclusion(world), world.token("manager"))
    return Asked("GET", "/v1/exclusions?limit=1", concerned=made["id"])


def _exclusion(below: str = "", body: object = None, method: str = "GET") -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        made = await world.made("/v1/exclusions", _an_exclusion(world), world.token("manager"))
        return Asked(method, f"/v1/exclusions/{made['id']}{below}", body)

    return prepare


async def _contest_of(world: RequestsWorld) -> tuple[str, dict[str, Any]]:
    """A ticket that has lived for a moment, and what of that might be contested."""
    ticket = await world.ticket()
    created = datetime.fromisoformat(ticket["created_at"])
    ends = created + timedelta(microseconds=1)
    span = {"from": created.isoformat(), "to": ends.isoformat()}
    return f"/v1/tickets/{ticket['id']}/contests", {**span, "party": "customer", "reason": "They were away"}


async def _new_contest(world: RequestsWorld) -> Asked:
    path, body = await _contest_of(world)
    return Asked("POST", path, body)


async def _contests(world: RequestsWorld) -> Asked:
    path, body = await _contest_of(world)
    await world.made(path, body, world.token("manager"))
    return Asked("GET", path)


async def _contest_decision(world: RequestsWorld) -> Asked:
    path, body = await _contest_of(world)
    made = await world.made(path, body, world.token("manager"))
    return Asked("POST", f"{path}/{made['id']}/decisions", {"upheld": True, "reason": "So it was"})


DISPUTE_CASES: Mapping[str, Prepare] = {
    "freezes_propose_freeze": _new_freeze,
    "freezes_list_freezes": _freezes,
    "freezes_get_freeze": _freeze(method="GET"),
    "freezes_sign_freeze": _freeze("/signatures", {}),
    "freezes_withdraw_freeze": _freeze("/withdrawals"),
    "tickets_contest_interval": _new_contest,
    "tickets_list_contests": _contests,
    "tickets_decide_contest": _contest_decision,
    "exclusions_ask_exclusion": _new_exclusion,
    "exclusions_list_exclusions": _exclusions,
    "exclusions_get_exclusion": _exclusion(),
    "exclusions_decide_exclusion": _exclusion("/decisions", {"granted": True, "reason": "Agreed"}, "POST"),
}
