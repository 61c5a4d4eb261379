"""Agreements between the desk's two departments, and forms of its offering."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.requests.tickets.desk import Desk, Headers

RESOLUTION = {"clock": "resolution", "duration": "P5D", "objective": 0.95}
NOTICE = {"clock": "notice", "duration": "P10D", "effect": "extend"}
COMPLETENESS = {"clock": "completeness", "effect": "best_effort"}
REPLY = {"clock": "reply", "duration": "PT4H"}
ONE_A_WEEK = {"clock": "quota", "limit": 1, "period": "week"}
FORM = {
    "schema": {
        "type": "object",
        "properties": {"model": {"type": "string"}, "sets": {"type": "number"}, "colour": {"type": "string"}},
        "required": ["model"],
    },
    "expected": ["/colour"],
}


def later(days: int) -> str:
    """A date so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def madrid(desk: Desk) -> str:
    """The calendar by which both departments work."""
    path = f"/v1/calendars/assignments/{desk.it.id}"
    calendar_id: str = (await desk.client.get(path, headers=desk.people.admin())).json()["calendar_id"]
    return calendar_id


async def agree(desk: Desk, *obligations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An agreement that both departments' managers have signed, in force since yesterday; its version."""
    managers: list[Headers] = [desk.people.one_of(each.id, "manager") for each in (desk.hr, desk.it)]
    calendar_id = await madrid(desk)
    text = {
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "customer_calendar_id": calendar_id,
        "provider_calendar_id": calendar_id,
        "offering_ids": [str(desk.offering_id)],
        "targets": [RESOLUTION],
        "obligations": list(obligations),
        "effective_from": later(-1),
    }
    made = await desk.client.post("/v1/agreements", json=text | changes, headers=managers[0])
    assert made.status_code == 201, made.text
    for headers in managers:
        path = f"/v1/agreements/{made.json()['id']}/signatures"
        signed = await desk.client.post(path, json={"version": 1}, headers=headers)
        assert signed.status_code == 201, signed.text
    answer = await desk.client.get(f"/v1/agreements/{made.json()['id']}/versions/1", headers=managers[0])
    assert answer.status_code == 200, answer.text
    version: dict[str, Any] = answer.json()
    return version


async def ask_by_form(desk: Desk, form: dict[str, Any] | None = FORM) -> None:
    """The offering asks for what this form says from now on."""
    path = f"/v1/offerings/{desk.offering_id}"
    admin = desk.people.admin()
    headers = admin | {"If-Match": (await desk.client.get(path, headers=admin)).headers["etag"]}
    answer = await desk.client.patch(path, json={"form": form}, headers=headers)
    assert answer.status_code == 200, answer.text
