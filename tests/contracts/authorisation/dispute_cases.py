"""The matrix's requests about what two departments leave out, and what they dispute."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.requests.departments.service import Identity
from services.requests.firing.service.worker import FiringWorker
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.submit import submit_ticket
from services.shared.auth import Actor
from services.shared.db import hot_connection, hot_transaction
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


async def _breach_of(world: RequestsWorld) -> dict[str, Any]:
    """A breach of IT's promise, as it was announced."""
    state, desk = world.desk.app.state, world.desk
    asker = Actor(world.ids["asker"], department_roles={desk.hr.id: "member"})
    new = NewTicket(
        subject="A computer",
        offering_id=desk.offering_id,
        beneficiary_id=world.ids["beneficiary"],
        participants=[world.ids["participant"]],
    )
    long_ago = datetime.now(UTC) - timedelta(days=60)
    async with hot_transaction(state.engine) as connection:
        ticket = await submit_ticket(connection, state.terms, Identity(state.identity, ""), asker, new, now=long_ago)
    async with hot_connection(state.engine) as connection:
        await FiringWorker(state.engine, state.terms).turn(connection)
    answer = await world.client.get("/v1/breaches?limit=200", headers=world.admin)
    found: dict[str, Any] = next(each for each in answer.json()["items"] if each["ticket_id"] == str(ticket["id"]))
    return found


async def _breaches(world: RequestsWorld) -> Asked:
    return Asked("GET", "/v1/breaches?limit=200", concerned=(await _breach_of(world))["id"])


def _breach(below: str = "", body: object = None, *, is_explained: bool = False) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        path = f"/v1/breaches/{(await _breach_of(world))['id']}"
        if is_explained:
            await world.made(f"{path}/explanations", _REASON, world.token("manager"))
        return Asked("GET" if body is None else "POST", f"{path}{below}", body)

    return prepare


_REASON = {"reason_code": "capacity", "note": "Two of us were ill"}


DISPUTE_CASES: Mapping[str, Prepare] = {
    "freezes_propose_freeze": _new_freeze,
    "freezes_list_freezes": _freezes,
    "freezes_get_freeze": _freeze(method="GET"),
    "freezes_sign_freeze": _freeze("/signatures", {}),
    "freezes_withdraw_freeze": _freeze("/withdrawals"),
    "breaches_list_breaches": _breaches,
    "breaches_get_breach": _breach(),
    "breaches_explain_breach": _breach("/explanations", _REASON),
    "breaches_contest_breach": _breach("/contests", {"note": "You were not"}, is_explained=True),
    "breaches_decide_breach": _breach("/decisions", {"upheld": True, "note": "So it was"}, is_explained=True),
    "tickets_contest_interval": _new_contest,
    "tickets_list_contests": _contests,
    "tickets_decide_contest": _contest_decision,
    "exclusions_ask_exclusion": _new_exclusion,
    "exclusions_list_exclusions": _exclusions,
    "exclusions_get_exclusion": _exclusion(),
    "exclusions_decide_exclusion": _exclusion("/decisions", {"granted": True, "reason": "Agreed"}, "POST"),
}
