import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from services.gateway.exchange import Receive, Scope, Send
from services.gateway.settings import MIB
from tests.gateway.world import Recorder, World, a_world, answer, read_body

EVENTS = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}


class Feed:
    """An event stream that says what it is told to say."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[bytes] = asyncio.Queue()
        self.has_ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith("/events"):
            await answer(send, {"status": "ready"})
            return
        await read_body(receive)
        await send(dict(EVENTS))
        leaving = asyncio.create_task(_until_gone(receive))
        while not leaving.done():
            said = asyncio.create_task(self.events.get())
            await asyncio.wait({said, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if said.done():
                await send({"type": "http.response.body", "body": said.result(), "more_body": True})
            else:
                said.cancel()
        self.has_ended.set()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def test_each_event_arrives_when_it_is_said_and_no_deadline_ends_the_stream(tmp_path: Path) -> None:
    feed = Feed()
    idle = {"deadline_seconds": 0.2, "upstream_idle_seconds": 0.1}
    async with (
        a_world(tmp_path, feed, **idle) as world,
        world.client.stream("GET", "/v1/tickets/events") as received,
    ):
        assert received.headers["content-type"] == "text/event-stream"
        assert "content-encoding" not in received.headers
        events = received.aiter_raw()
        for number in range(4):
            event = f"data: {number}\n\n".encode() + b"x" * 2000
            feed.events.put_nowait(event)
            assert await anext(events) == event
            await asyncio.sleep(0.1)


async def test_a_client_that_leaves_ends_the_stream_at_the_service(tmp_path: Path) -> None:
    feed = Feed()
    async with a_world(tmp_path, feed) as world:
        async with world.client.stream("GET", "/v1/tickets/events") as received:
            feed.events.put_nowait(b"data: 1\n\n")
            assert await anext(received.aiter_raw()) == b"data: 1\n\n"
        async with asyncio.timeout(1):
            await feed.has_ended.wait()


async def test_streams_do_not_use_up_the_places_of_ordinary_requests(tmp_path: Path) -> None:
    feed = Feed()
    async with a_world(tmp_path, feed, upstream_concurrency=1, upstream_streams=2) as world:
        first = world.client.stream("GET", "/v1/tickets/events")
        second = world.client.stream("GET", "/v1/tickets/events")
        async with first, second:
            assert (await world.client.get("/v1/tickets")).status_code == 200
            third = await world.client.get("/v1/tickets/events")
            assert (third.status_code, third.json()["code"]) == (503, "upstream_busy")
            assert third.headers["retry-after"] == "5"


async def test_a_client_that_leaves_ends_what_was_done_for_it(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/v1/tickets":
            await answer(send, {})
            return
        await _until_gone(receive)
        gone.set()

    async with a_world(tmp_path, slow) as world:
        for head in (world.head(), world.head("POST", "/v1/tickets", "Content-Length: 2") + b"{}"):
            gone.clear()
            _, writer = await asyncio.open_connection("127.0.0.1", world.port)
            writer.write(head)
            await asyncio.sleep(0.1)
            assert not gone.is_set()
            writer.close()
            async with asyncio.timeout(1):
                await gone.wait()


async def test_a_body_streams_to_the_service_while_it_is_sent(tmp_path: Path) -> None:
    received: asyncio.Queue[bytes] = asyncio.Queue()

    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/imports":
            while (message := await receive())["more_body"]:
                received.put_nowait(message["body"])
        await answer(send, {})

    async def sent() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number
            assert await received.get() == b"%d" % number

    async with a_world(tmp_path, echo) as world:
        assert (await world.client.post("/v1/imports", content=sent())).status_code == 200


async def test_a_client_that_reads_slowly_slows_the_service_down_and_fills_no_memory(tmp_path: Path) -> None:
    sent = 0

    async def flood(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        if scope["path"] != "/v1/tickets":
            await answer(send, {})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(64):
            await send({"type": "http.response.body", "body": b"x" * MIB, "more_body": True})
            sent += 1
        await send({"type": "http.response.body", "body": b""})

    async with a_world(tmp_path, flood) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=1024)
        writer.write(world.head())
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
        assert sent < 32
        writer.close()


async def test_who_takes_nothing_of_a_stream_gives_its_place_back(tmp_path: Path) -> None:
    async def flood(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/v1/tickets":
            await answer(send, {})
            return
        await send(EVENTS)
        for _ in range(32):
            await send({"type": "http.response.body", "body": b"x" * MIB, "more_body": True})

    async with a_world(tmp_path, flood, upstream_streams=1, upstream_idle_seconds=0.3) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=1024)
        writer.write(world.head())
        await reader.readuntil(b"\r\n\r\n")
        async with world.client.stream("GET", "/v1/tickets") as another:
            assert another.status_code == 503
        await asyncio.sleep(1.0)
        async with world.client.stream("GET", "/v1/tickets") as another:
            assert another.status_code == 200
        writer.close()


async def test_a_service_that_reads_slowly_slows_the_client_down(tmp_path: Path) -> None:
    may_read = asyncio.Event()

    async def lazy(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/imports":
            await may_read.wait()
            await read_body(receive)
        await answer(send, {})

    async with a_world(tmp_path, lazy) as world:
        sent = 0

        async def content() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(24):
                yield b"x" * MIB
                sent += 1

        upload = asyncio.create_task(world.client.post("/v1/imports", content=content(), timeout=10))
        await asyncio.sleep(0.3)
        assert sent < 16
        may_read.set()
        assert (await upload).status_code == 200


async def test_an_early_answer_reaches_a_client_that_is_still_sending(tmp_path: Path) -> None:
    async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, {"code": "no"}, status=409 if scope["path"] == "/v1/imports" else 200)

    async def content() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x" * MIB
            await asyncio.sleep(0.02)

    async with a_world(tmp_path, refuses) as world:
        received = await world.client.post("/v1/imports", content=content())
        assert (received.status_code, received.json()) == (409, {"code": "no"})
        assert received.headers["connection"] == "close"


async def test_many_at_once_get_each_their_own_answer(world: World, recorder: Recorder) -> None:
    async def ask(number: int) -> dict[str, Any]:
        received: dict[str, Any] = (await world.client.post(f"/v1/tickets/{number}", content=str(number))).json()
        return received

    answers = await asyncio.gather(*(ask(number) for number in range(100)))
    assert [(seen["raw_path"], seen["body"]) for seen in answers] == [
        (f"/v1/tickets/{number}", str(number)) for number in range(100)
    ]
