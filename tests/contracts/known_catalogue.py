"""Tickets of offerings that bring something along: one whose approval the admin is asked for, one with steps to do."""

import os
from functools import cache
from itertools import count
from typing import Any

import httpx

from tests.contracts.known_platform import credentials, departments, get, post

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
