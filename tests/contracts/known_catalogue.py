"""What offerings bring along: a ticket whose approval the admin is asked for, one with steps to do, standing orders."""

import os
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import httpx

from tests.contracts.known_platform import credentials, departments, get, offerings, post

STEPS = [{"key": f"step-{number}", "texts": {"en": "Do it"}, "optional": True} for number in range(3)]
_turns = count()


@cache
def _approved_offering() -> str:
    """It asks the admin, by name."""
    levels = [{"side": "provider", "person_id": get("/v1/me")["id"]}]
    new = {"code": "contract-approved", "name": "With approval", "provider_department_id": departments()[0]}
    made: str = post("/v1/offerings", new | {"approvals": levels})["id"]
    return made


@cache
def _stepped_offering() -> str:
    new = {"code": "contract-steps", "name": "With steps", "provider_department_id": departments()[0]}
    made: str = post("/v1/offerings", new | {"steps": STEPS})["id"]
    return made


def awaits_admin() -> str:
    """A ticket of the member, whom the admin may approve: nobody approves their own."""
    with httpx.Client(base_url=os.environ["ACUERDO_URL"], trust_env=False) as member:
        signed_in = member.post("/v1/sessions", json=credentials("MEMBER")).raise_for_status().json()
        member.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        own = member.get("/v1/me").raise_for_status().json()["memberships"][0]["department_id"]
        new = {"subject": "Contract", "offering_id": _approved_offering(), "customer_department_id": own}
        made: str = member.post("/v1/tickets", json=new).raise_for_status().json()["id"]
    return made


def ticket_with_steps() -> str:
    """A new one, none of whose steps is done."""
    new = {"subject": "Contract", "offering_id": _stepped_offering(), "customer_department_id": departments()[0]}
    made: str = post("/v1/tickets", new)["id"]
    return made


def a_step(_: dict[str, Any]) -> dict[str, Any]:
    """One of its steps."""
    return {"key": STEPS[next(_turns) % len(STEPS)]["key"]}


def an_approval(_: dict[str, Any]) -> dict[str, Any]:
    return {"decision": "approve"}


def _order(_: dict[str, Any]) -> dict[str, Any]:
    """In a department of the admin's own, whom the service knows as its manager."""
    return {
        "name": "Contract",
        "customer_department_id": get("/v1/me")["memberships"][0]["department_id"],
        "schedule": {"every": "week", "weekdays": ["mon"], "at": "08:00", "starts_on": "2100-01-01"},
        "request": {"subject": "Contract", "offering_id": offerings()[0]},
    }


def _new_order() -> str:
    made: str = post("/v1/standing-orders", _order({}))["id"]
    return made


@cache
def orders() -> list[str]:
    return [_new_order() for _ in range(3)]


CATALOGUE_WORKING: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("POST", "/v1/tickets/{ticket_id}/approvals"): an_approval,
    ("POST", "/v1/tickets/{ticket_id}/steps"): a_step,
    ("POST", "/v1/standing-orders"): _order,
    ("PATCH", "/v1/standing-orders/{order_id}"): lambda _: {"is_paused": next(_turns) % 2 == 0},
}


def of_catalogue(method: str, path: str) -> dict[str, str]:
    """What such a path is asked about: what may still be done with it."""
    match method, path:
        case "POST", "/v1/tickets/{ticket_id}/approvals":
            return {"ticket_id": awaits_admin()}
        case "POST", "/v1/tickets/{ticket_id}/steps":
            return {"ticket_id": ticket_with_steps()}
        case "DELETE", "/v1/standing-orders/{order_id}":
            return {"order_id": _new_order()}
        case _:
            return {}
