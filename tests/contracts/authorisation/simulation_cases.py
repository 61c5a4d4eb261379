"""The matrix's requests about simulations, which an administrator started."""

from collections.abc import Mapping

from tests.contracts.authorisation.asking import Asked, Prepare, send
from tests.contracts.authorisation.requests_cases import RequestsWorld


async def _simulation(world: RequestsWorld) -> Asked:
    path = f"/v1/calendars/assignments/{world.desk.it.id}"
    calendar = (await world.client.get(path, headers=world.admin)).json()["calendar_id"]
    return Asked(
        "POST",
        "/v1/agreements/simulations",
        {
            "customer_department_id": str(world.desk.hr.id),
            "provider_department_id": str(world.desk.it.id),
            "starts_on": "2026-03-01",
            "ends_on": "2026-03-02",
            "replacing": {"calendar_id": calendar, "by_calendar_id": calendar},
        },
    )


def _of_simulation(method: str, below: str = "") -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        started = await send(world, await _simulation(world), world.admin)
        assert started.status_code == 202, started.text
        return Asked(method, f"/v1/agreements/simulations/{started.json()['id']}{below}")

    return prepare


SIMULATION_CASES: Mapping[str, Prepare] = {
    "simulations_start_simulation": _simulation,
    "simulations_get_simulation": _of_simulation("GET"),
    "simulations_cancel_simulation": _of_simulation("POST", "/cancellations"),
}
