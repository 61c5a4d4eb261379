"""Live events over real processes: through the gateway, and over a restart of the process that told them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import orjson
import pytest

from tests.e2e.organisation import a_person, found
from tests.e2e.running import Running

pytestmark = pytest.mark.timeout(480)
PATH = "/v1/tickets/events"
PATIENCE = 150.0
"""Seconds for whatever has to come: a busy machine takes its time, and nothing here is asserted of it."""
STREAMS = 9
"""More than the service's pool has connections; one person may have ten."""


async def frames_of(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """What comes, one frame after the other, signs of life too."""
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            frame[name] = value
        elif frame:
            yield frame
            frame = {}


async def the_change(frames: AsyncIterator[dict[str, str]]) -> tuple[str, dict[str, Any]]:
    """The next change: its place and what is told."""
    async with asyncio.timeout(PATIENCE):
        async for frame in frames:
            if frame.get("event") == "ticket.changed":
                return frame["id"], orjson.loads(frame["data"])
    raise AssertionError("the stream ended before anything was told")


async def back_again(client: httpx.AsyncClient, stack: AsyncExitStack, place: str) -> httpx.Response:
    """The stream once more, from that place on, as soon as somebody answers; refusals give back their connections."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with AsyncExitStack() as attempt:
                opening = client.stream("GET", PATH, headers={"Last-Event-ID": place})
                answer = await attempt.enter_async_context(opening)
                if answer.status_code == httpx.codes.OK:
                    stack.push_async_callback(attempt.pop_all().aclose)
                    return answer
            await asyncio.sleep(0.1)


async def test_who_listens_hears_of_a_ticket_also_over_a_restart(killable: Running) -> None:
    organisation = await found(killable, ["IT", "HR"], {"laptop": "IT"})
    asker = await a_person(killable, organisation, "ana", HR="member")
    agent = await a_person(killable, organisation, "ivo", IT="agent")
    new = {"subject": "A laptop", "offering_id": organisation.offerings["laptop"]}
    async with AsyncExitStack() as stack:
        listening = await stack.enter_async_context(killable.client(agent, timeout=PATIENCE))
        asking = await stack.enter_async_context(killable.client(asker, timeout=PATIENCE))
        headers = {"Accept-Encoding": "gzip"}
        answers = [
            await stack.enter_async_context(listening.stream("GET", PATH, headers=headers)) for _ in range(STREAMS)
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert answers[0].headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answers[0].headers
        streams = [frames_of(answer) for answer in answers]
        first = (await asking.post("/v1/tickets", json=new)).json()
        for frames in streams:
            place, told = await the_change(frames)
            assert (told["ticket_id"], told["name"]) == (first["id"], "submitted")
        os.kill(killable.pid("requests"), signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            rest = [frame async for frame in streams[0]]
        assert "event" not in str(rest), "it ends in order, and nothing more is told"
        back = frames_of(await back_again(listening, stack, place))
        second = (await asking.post("/v1/tickets", json=new)).json()
        assert (await the_change(back))[1]["ticket_id"] == second["id"], "the first one is not told again"
    assert killable.errors() == []
