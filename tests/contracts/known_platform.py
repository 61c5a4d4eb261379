"""The platform at ACUERDO_URL as its admin sees it: what the hooks of Schemathesis ask it and make there."""

import os
import time
from functools import cache
from typing import Any

import httpx

SIGNED_IN_FOR = 240.0
"""Seconds; a token lives for ten minutes."""


def api() -> httpx.Client:
    return signed_in(int(time.monotonic() // SIGNED_IN_FOR))


@cache
def signed_in(period: int) -> httpx.Client:
    client = httpx.Client(base_url=os.environ["ACUERDO_URL"], trust_env=False)
    answer = client.post("/v1/sessions", json=credentials("ADMIN")).raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def credentials(name: str) -> dict[str, str]:
    return {each: os.environ[f"ACUERDO_{name}_{each.upper()}"] for each in ("email", "password")}


def get(path: str) -> Any:
    return api().get(path).raise_for_status().json()


def post(path: str, body: object) -> Any:
    return api().post(path, json=body).raise_for_status().json()


def ids(path: str) -> list[str]:
    return [item["id"] for item in get(path)["items"]]


@cache
def departments() -> list[str]:
    return ids("/v1/departments")


@cache
def offerings() -> list[str]:
    """Those that ask for no form: what a form refuses, the contract of a new ticket cannot know."""
    return [item["id"] for item in get("/v1/offerings")["items"] if item["form"] is None]


@cache
def changeable_offering() -> str:
    """One that no ticket is asked of, so that whatever becomes of it (a form, another name) refuses nobody."""
    new = {"code": "contract-changes", "name": "To be changed", "provider_department_id": departments()[0]}
    made: str = post("/v1/offerings", new)["id"]
    return made


@cache
def calendars() -> list[str]:
    return ids("/v1/calendars")


def last(path: str, field: str) -> str | None:
    """The last thing in a collection; none where there is none."""
    answer = api().get(path)
    items = answer.json()["items"] if answer.is_success else []
    return items[-1][field] if items else None
