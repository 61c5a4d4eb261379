"""Anybody may ask calendars questions that take seconds: the others go on, and too many at once are refused."""

import asyncio
import threading

import httpx
from fastapi import FastAPI

from services.shared.bounded_threads import BoundedThreads
from tests.requests.calendars.shapes import a_version
from tests.requests.people import People

QUESTION = {"calendar": a_version(), "add": {"start": "2026-03-02T09:00:00Z", "duration": "PT1H"}}


async def test_with_no_place_left_a_question_is_refused_and_a_list_is_not(
    app: FastAPI, client: httpx.AsyncClient, people: People
) -> None:
    app.state.computing.close()
    app.state.computing = threads = BoundedThreads("test", threads=1, places=1)
    may_end = threading.Event()
    held = asyncio.create_task(threads.run(may_end.wait, 10))
    await asyncio.sleep(0)
    refused = await client.post("/v1/calendars/compute", json=QUESTION)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"]
    assert (await client.get("/v1/calendars", headers=people.admin())).status_code == 200
    may_end.set()
    assert await held
    assert (await client.post("/v1/calendars/compute", json=QUESTION)).status_code == 200
    threads.close()
