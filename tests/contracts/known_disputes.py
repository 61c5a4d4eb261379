"""Freezes between two departments that the admin manages, for generated requests about these."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.known_agreements import pair
from tests.contracts.known_platform import post


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


def proposed_freeze() -> str:
    made: str = post("/v1/freezes", a_freeze({}))["id"]
    return made


def freezes() -> list[str]:
    """A new one each time: what was signed or withdrawn is not so again."""
    return [proposed_freeze()]
