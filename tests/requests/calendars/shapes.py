"""Calendars as callers write them."""

from typing import Any
from uuid import uuid4

import httpx

WEEK = ("mon", "tue", "wed", "thu", "fri")


def a_version(**changes: Any) -> dict[str, Any]:
    """An office's week: Monday to Friday, nine to five."""
    shifts = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in WEEK]
    return {"time_zone": "Europe/Berlin", "shifts": shifts} | changes


def a_calendar(**changes: Any) -> dict[str, Any]:
    return a_version(name=f"Office {uuid4().hex[:6]}") | changes


async def a_saved_calendar(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> str:
    """The id of a calendar that was just made."""
    answer = await client.post("/v1/calendars", json=a_calendar(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def pointers(answer: httpx.Response) -> list[str]:
    """Where a problem says that it lies."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]
