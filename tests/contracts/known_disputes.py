"""What two departments that the admin manages dispute, for generated requests about it."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.contracts.known_agreements import pair
from tests.contracts.known_platform import get, ids, last, post


def a_freeze(_: dict[str, Any]) -> dict[str, Any]:
    """One that begins tomorrow."""
    customer, provider, offering = pair()
    begins = datetime.now(UTC) + timedelta(days=1)
    return {
        "customer_department_id": customer,
        "provider_department_id": provider,
        "offering_ids": [offering],
        "from": begins.isoformat(),
        "to": (begins + timedelta(days=1)).isoformat(),
        "reason": "Holidays",
    }


def known_pair() -> dict[str, str]:
    """The two, as filters name them."""
    customer, provider, _ = pair()
    return {"customer_department_id": customer, "provider_department_id": provider}


def proposed_freeze() -> str:
    made: str = post("/v1/freezes", a_freeze({}))["id"]
    return made


def freezes() -> list[str]:
    """A new one each time: what was signed or withdrawn is not so again."""
    return [proposed_freeze()]


@cache
def exclusions() -> list[str]:
    """One that was asked for."""
    asked = {**known_pair(), "reason": "The power was off"}
    return [post("/v1/exclusions", asked | {"from": "2026-03-02T09:00:00Z", "to": "2026-03-02T10:00:00Z"})["id"]]


@cache
def a_contest() -> dict[str, str | None]:
    """Whose the first time of a ticket was, contested: the ids that its path names."""
    ticket_id = ids("/v1/tickets?state=closed&limit=1")[0]
    first = get(f"/v1/tickets/{ticket_id}/ledger")["items"][0]
    said = {"from": first["from"], "to": first["to"], "party": "excluded", "reason": "Nobody could work then"}
    return {"ticket_id": ticket_id, "contest_id": post(f"/v1/tickets/{ticket_id}/contests", said)["id"]}


def disputed(path: str) -> dict[str, str | None]:
    """The ids that a path about a dispute names; none for other paths."""
    if "{contest_id}" in path:
        return a_contest()
    if "{exclusion_id}" in path:
        return {"exclusion_id": exclusions()[0]}
    return {"breach_id": last("/v1/breaches", "id")} if "{breach_id}" in path else {}
