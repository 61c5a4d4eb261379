"""Two departments that the admin manages, and agreements between them, for generated requests about these."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.contracts.known_platform import api, calendars, departments, get, post, signed_in


@cache
def pair() -> tuple[str, str, str]:
    """(customer, provider, an offering of the provider): both departments are managed by the admin."""
    offering = get("/v1/offerings")["items"][0]
    provider: str = offering["provider_department_id"]
    customer = next(each for each in departments() if each != provider)
    return customer, provider, offering["id"]


def proposal(_: dict[str, Any]) -> dict[str, Any]:
    customer, provider, offering = pair()
    return {
        "customer_department_id": customer,
        "provider_department_id": provider,
        "customer_calendar_id": calendars()[0],
        "provider_calendar_id": calendars()[0],
        "offering_ids": [offering],
        "targets": [{"clock": "resolution", "priority": None, "duration": "P5D", "objective": 0.95}],
        "effective_from": datetime.now(UTC).date().isoformat(),
    }


def proposed() -> str:
    made: str = post("/v1/agreements", proposal({}))["id"]
    return made


@cache
def agreements() -> list[str]:
    return [proposed() for _ in range(3)]


def what_if(_: dict[str, Any]) -> dict[str, Any]:
    customer, provider, _offering = pair()
    replaced, *others = calendars()
    return {
        "customer_department_id": customer,
        "provider_department_id": provider,
        "starts_on": "2026-01-01",
        "ends_on": datetime.now(UTC).date().isoformat(),
        "replacing": {"calendar_id": replaced, "by_calendar_id": others[0] if others else replaced},
    }


def simulated() -> str:
    made: str = post("/v1/agreements/simulations", what_if({}))["id"]
    return made


@cache
def simulations() -> list[str]:
    return [simulated() for _ in range(2)]


def manage_both() -> None:
    """Let the admin manage the two departments, from the next sign-in on."""
    me = get("/v1/me")["id"]
    for department in pair()[:2]:
        path = f"/v1/departments/{department}/members/{me}"
        api().put(path, json={"role": "manager"}, headers={"If-Match": "*"}).raise_for_status()
    signed_in.cache_clear()


AGREEMENTS_WORKING: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("POST", "/v1/agreements"): proposal,
    ("POST", "/v1/agreements/{agreement_id}/versions"): proposal,
    ("POST", "/v1/agreements/{agreement_id}/signatures"): lambda _: {"version": 1},
    ("POST", "/v1/agreements/simulations"): what_if,
}
"""What is sent in place of generated bodies."""
