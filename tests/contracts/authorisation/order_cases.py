"""The matrix's requests about standing orders: one of the asker's."""

from collections.abc import Mapping
from typing import Any

from services.requests.people.queries import store_people
from services.shared.db import hot_transaction
from tests.contracts.authorisation.asking import ANY_VERSION, ROLES, Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld
from tests.requests.people import a_person

_PATH = "/v1/standing-orders"


async def _known(world: RequestsWorld) -> None:
    """Everybody is known to this service, where the worker will look them up."""
    people = [
        a_person(id=world.ids[caller], departments={world.departments[code].id: role} if code else {})
        for caller, (code, role) in ROLES.items()
    ]
    async with hot_transaction(world.desk.app.state.engine) as connection:
        await store_people(connection.fetch, people)


def _an_order(world: RequestsWorld) -> dict[str, Any]:
    return {
        "name": "Refills",
        "customer_department_id": str(world.desk.hr.id),
        "schedule": {"every": "week", "weekdays": ["mon"], "at": "08:00", "starts_on": "2026-01-01"},
        "request": {"subject": "Refill", "offering_id": str(world.desk.offering_id)},
    }


async def _new(world: RequestsWorld) -> Asked:
    await _known(world)
    return Asked("POST", _PATH, _an_order(world))


def _order(method: str = "GET", below: str = "", body: object = None) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        await _known(world)
        made = await world.made(_PATH, _an_order(world), world.token("asker", frozenset()))
        headers = {} if method == "GET" else ANY_VERSION
        return Asked(method, f"{_PATH}/{made['id']}{below}", body, headers)

    return prepare


async def _listed(world: RequestsWorld) -> Asked:
    await _known(world)
    made = await world.made(_PATH, _an_order(world), world.token("asker", frozenset()))
    return Asked("GET", f"{_PATH}?limit=1", concerned=made["id"])


ORDER_CASES: Mapping[str, Prepare] = {
    "standing_orders_set_up_order": _new,
    "standing_orders_list_orders": _listed,
    "standing_orders_get_order": _order(),
    "standing_orders_change_order": _order("PATCH", body={"is_paused": True}),
    "standing_orders_end_order": _order("DELETE"),
    "standing_orders_list_runs": _order(below="/runs"),
    "standing_orders_list_order_versions": _order(below="/versions"),
}
