"""For Schemathesis: an invitation and messages of the administrator's, who is the one that asks everything there."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

PATIENCE = 15.0
"""Seconds that the news of a fulfilment may take to feedback."""
_MARK = re.compile(r'name="page" value="([^"]+)"')


def invitation(api: httpx.Client) -> dict[str, Any]:
    """The administrator's first invitation; where there is none, a ticket of theirs is fulfilled for it."""
    if not _invitations(api):
        path = f"/v1/tickets/{_made(api, '/v1/tickets', _ticket(api))['id']}/transitions"
        for state in ("accepted", "fulfilled"):
            _made(api, path, {"to": state})
    deadline = time.monotonic() + PATIENCE
    while not (found := _invitations(api)):
        if time.monotonic() > deadline:
            raise TimeoutError("the administrator was asked nothing")
        time.sleep(0.1)
    read: dict[str, Any] = api.get(f"/v1/invitations/{found[0]['id']}").raise_for_status().json()
    return read


def messages(api: httpx.Client) -> list[str]:
    """The ids of the administrator's messages; the invitation brings one."""
    invitation(api)
    deadline = time.monotonic() + PATIENCE
    while not (found := api.get("/v1/messages").raise_for_status().json()["items"]):
        if time.monotonic() > deadline:
            raise TimeoutError("the administrator was told nothing")
        time.sleep(0.1)
    return [message["id"] for message in found]


def _ticket(api: httpx.Client) -> dict[str, Any]:
    """Of a department that the administrator does not belong to, for nobody rates their own."""
    me = api.get("/v1/me").raise_for_status().json()["id"]
    own = {each["department_id"] for each in api.get(f"/v1/people/{me}").raise_for_status().json()["memberships"]}
    oldest_first = reversed(api.get("/v1/offerings?limit=200").raise_for_status().json()["items"])
    offering = next(each for each in oldest_first if each["provider_department_id"] not in own and not _asks(each))
    departments = api.get("/v1/departments?limit=200").raise_for_status().json()["items"]
    customer = next(each["id"] for each in departments if each["id"] != offering["provider_department_id"])
    needed_by = (datetime.now(UTC) + timedelta(days=90)).isoformat()
    return {
        "subject": "contract",
        "offering_id": offering["id"],
        "customer_department_id": next(iter(own), customer),
        "needed_by": needed_by,
    }


def _asks(offering: dict[str, Any]) -> bool:
    """Whether its form refuses a ticket without fields."""
    return bool(offering["form"] and offering["form"]["schema"].get("required"))


def token_of(invitation: dict[str, Any]) -> str:
    """The last part of its link."""
    return str(invitation["link"]).rpartition("/")[2]


def whole_form(api: httpx.Client, invitation: dict[str, Any]) -> dict[str, Any]:
    """What a person sends from the answer page."""
    page = api.get(f"/answers/{token_of(invitation)}").raise_for_status().text
    (mark,) = _MARK.findall(page)
    return {"page": mark, "score": "4", "comment": "", "confirm": "yes"}


def _invitations(api: httpx.Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get("/v1/invitations").raise_for_status().json()["items"]
    return items


def _made(api: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = api.post(path, json=body).raise_for_status().json()
    return made
