"""Who stands in for whom at the platform that is tried: deputies and absences, made for it where there are none."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from tests.contracts.known_platform import api, departments, ids, last, post

_days = count()


def of_who_is_away(path: str, given: dict[str, Any]) -> dict[str, str | None]:
    """What a path about deputies and absences names; nothing for other paths."""
    if "{deputy_id}" in path:
        return {"deputy_id": _deputy(given["department_id"])}
    if not path.startswith("/v1/departments/{department_id}/absences"):
        return {}
    found: dict[str, str | None] = {"department_id": _department()}
    if "{absence_id}" in path:
        found["absence_id"] = post(f"/v1/departments/{_department()}/absences", _absence({}))["id"]
    return found


def _deputy(department_id: str) -> str | None:
    """One of the department's deputies, made where there is none."""
    path = f"/v1/departments/{department_id}/deputies"
    known = last(path, "id")
    if known is None:
        api().post(path, json={"person_id": ids("/v1/people")[0], "from": "2100-01-01"})
    return known or last(path, "id")


def _absence(_: dict[str, Any]) -> dict[str, Any]:
    """Of an agent, on a day of its own, within the two years ahead that may be asked."""
    agent, days = divmod(next(_days), 600)
    day = (datetime.now(UTC) + timedelta(days=days + 1)).date().isoformat()
    return {"person_id": _agent(agent), "from": day, "to": day}


def _department() -> str:
    return departments()[0]


@cache
def _agent(number: int) -> str:
    name = f"away.{os.getpid()}.{number}"
    role = {"department_id": _department(), "role": "agent"}
    new = {"email": f"{name}@contract.example", "display_name": name, "memberships": [role]}
    made: str = post("/v1/people", new)["id"]
    return made


PEOPLE_WORKING = {("POST", "/v1/departments/{department_id}/absences"): _absence}
