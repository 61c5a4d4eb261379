import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway.exchange import Receive, Scope, Send
from tests.gateway.world import Recorder, a_world, answer, free_port, scripted, served

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
NEVER_ASKED: dict[str, Any] = {"readiness_seconds": 600.0}


class Script:
    """A server that counts: `requests` by path, readiness not among them; answers each with the next of its words."""

    def __init__(self, *words: bytes | None) -> None:
        self.words = list(words)
        self.connections = 0
        self.heads: list[bytes] = []

    async def __call__(self, reader: StreamReader, writer: StreamWriter) -> None:
        is_counted = False
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if b" /health/ready " in head:
                writer.write(OK)
                continue
            if not is_counted:
                self.connections, is_counted = self.connections + 1, True
            self.heads.append(head)
            word = self.words.pop(0) if self.words else OK
            if word is None:
                return
            writer.write(word)
            if not word.endswith(OK):
                return


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose queue of connections is full, so that the next connect hangs."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def test_a_service_that_refuses_answers_502_and_nothing_else(tmp_path: Path) -> None:
    async with a_world(tmp_path, f"http://127.0.0.1:{free_port()}", **NEVER_ASKED) as world:
        received = await world.client.post("/v1/tickets", json={})
        assert (received.status_code, received.json()["code"]) == (502, "bad_gateway")
        assert received.headers["x-request-id"]


async def test_a_connect_that_hangs_answers_504(tmp_path: Path) -> None:
    with full_backlog() as port:
        settings = {**NEVER_ASKED, "connect_seconds": 0.2}
        async with a_world(tmp_path, f"http://127.0.0.1:{port}", **settings) as world:
            received = await world.client.post("/v1/tickets", json={})
            assert (received.status_code, received.json()["code"]) == (504, "gateway_timeout")


async def test_a_head_that_never_comes_answers_504_in_time(tmp_path: Path) -> None:
    async def silent(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read()

    async with scripted(silent) as origin, a_world(tmp_path, origin, deadline_seconds=0.2) as world:
        for sent in ({}, {"X-Deadline-Ms": "100"}, {"X-Deadline-Ms": "99999999"}):
            async with asyncio.timeout(1):
                received = await world.client.get("/v1/tickets", headers=sent)
            assert (received.status_code, received.json()["code"]) == (504, "gateway_timeout")


async def test_each_hop_is_told_the_time_that_is_left(tmp_path: Path) -> None:
    recorder = Recorder()
    async with a_world(tmp_path, recorder) as world:
        await world.client.get("/v1/tickets")
        assert 29_000 < int(recorder.last["headers"]["x-deadline-ms"]) <= 30_000
        await world.client.get("/v1/tickets", headers={"X-Deadline-Ms": "1500"})
        assert 1_000 < int(recorder.last["headers"]["x-deadline-ms"]) <= 1_500
        await world.client.get("/v1/tickets", headers={"X-Deadline-Ms": "999999"})
        assert int(recorder.last["headers"]["x-deadline-ms"]) <= 30_000
        for bad in ("-1", "soon", "1.5"):
            received = await world.client.get("/v1/tickets", headers={"X-Deadline-Ms": bad})
            assert (received.status_code, received.json()["code"]) == (400, "invalid_header")


@pytest.mark.parametrize(
    "announced", [b"content-length: 100\r\n\r\n{", b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
@pytest.mark.parametrize("ending", ["dies", "hangs"])
async def test_a_body_that_breaks_off_never_looks_complete(tmp_path: Path, announced: bytes, ending: str) -> None:
    async def breaks(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n" + announced)
        await writer.drain()
        if ending == "hangs":
            await reader.read()

    settings = {**NEVER_ASKED, "upstream_idle_seconds": 0.2}
    async with scripted(breaks) as origin, a_world(tmp_path, origin, **settings) as world:
        with pytest.raises(httpx.RemoteProtocolError):
            await world.client.get("/v1/tickets")
        assert (await world.client.get("/v1/unknown")).status_code == 404


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n{}",
        b"no http at all\r\n\r\n",
        b"HTTP/1.1 20",
    ],
)
async def test_nonsense_from_a_service_answers_502(tmp_path: Path, nonsense: bytes) -> None:
    async with scripted(Script(nonsense)) as origin, a_world(tmp_path, origin) as world:
        received = await world.client.get("/v1/tickets")
        assert (received.status_code, received.json()["code"]) == (502, "bad_gateway")


async def test_a_kept_connection_that_died_is_asked_again_once_on_a_new_one(tmp_path: Path) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        script = Script(OK, None, OK)
        async with scripted(script) as origin, a_world(tmp_path, origin, **NEVER_ASKED) as world:
            assert (await world.client.get("/v1/tickets")).status_code == 200
            content = b"{}" if method == "PUT" else None
            assert (await world.client.request(method, "/v1/tickets/1", content=content)).status_code == 200
            assert len(script.heads) == 3
            assert script.connections == 2


async def test_what_is_not_idempotent_is_never_asked_twice(tmp_path: Path) -> None:
    for method in ("POST", "PATCH"):
        script = Script(OK, None, OK)
        async with scripted(script) as origin, a_world(tmp_path, origin, **NEVER_ASKED) as world:
            assert (await world.client.get("/v1/tickets")).status_code == 200
            assert (await world.client.request(method, "/v1/tickets/1", json={})).status_code == 502
            assert len(script.heads) == 2


async def test_what_was_sent_on_a_new_connection_is_never_asked_twice(tmp_path: Path) -> None:
    script = Script(None, OK)
    async with scripted(script) as origin, a_world(tmp_path, origin, **NEVER_ASKED) as world:
        assert (await world.client.get("/v1/tickets")).status_code == 502
        assert len(script.heads) == 1


async def test_what_had_begun_to_be_answered_is_never_asked_twice(tmp_path: Path) -> None:
    script = Script(OK, b"HTTP/1.1 200 OK\r\ncontent-", OK)
    async with scripted(script) as origin, a_world(tmp_path, origin, **NEVER_ASKED) as world:
        assert (await world.client.get("/v1/tickets")).status_code == 200
        assert (await world.client.get("/v1/tickets")).status_code == 502
        assert len(script.heads) == 2


async def test_it_is_asked_again_once_and_not_for_ever(tmp_path: Path) -> None:
    script = Script(OK, None, None, None, None)
    async with scripted(script) as origin, a_world(tmp_path, origin, **NEVER_ASKED) as world:
        assert (await world.client.get("/v1/tickets")).status_code == 200
        assert (await world.client.get("/v1/tickets")).status_code == 502
        assert len(script.heads) == 3


async def test_a_replica_that_refuses_is_passed_over_for_what_is_idempotent(tmp_path: Path) -> None:
    recorder = Recorder()
    async with served(recorder) as alive:
        origins = (f"http://127.0.0.1:{free_port()}", alive)
        async with a_world(tmp_path, origins, readiness_seconds=600.0) as world:
            statuses = [(await world.client.get("/v1/tickets")).status_code for _ in range(10)]
            assert statuses == [200] * 10


async def test_ready_replicas_take_turns_and_one_that_is_not_gets_nothing(tmp_path: Path) -> None:
    replicas = [Recorder(), Recorder(), Unready()]
    async with AsyncExitStack() as stack:
        origins = [await stack.enter_async_context(served(replica)) for replica in replicas]
        world = await stack.enter_async_context(a_world(tmp_path, tuple(origins)))
        await world.client.get("/health/ready")
        for _ in range(10):
            assert (await world.client.post("/v1/tickets", json={})).status_code == 200
        assert [len(each.requests) for each in replicas] == [5, 5, 0]


class Unready(Recorder):
    """A replica whose migrations are not through."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health/ready":
            await answer(send, {"status": "starting", "checks": {"migrations": "running"}}, status=503)
            return
        await super().__call__(scope, receive, send)


async def test_the_breaker_opens_after_failed_connects_and_closes_by_a_probe(tmp_path: Path) -> None:
    port = free_port()
    settings = {**NEVER_ASKED, "breaker_failures": 3, "breaker_seconds": 0.3}
    async with a_world(tmp_path, f"http://127.0.0.1:{port}", **settings) as world:
        await world.client.get("/health/ready")
        statuses = [(await world.client.post("/v1/tickets", json={})).status_code for _ in range(5)]
        assert statuses == [502, 502, 502, 503, 503]
        open_now = await world.client.post("/v1/tickets", json={})
        assert open_now.json()["code"] == "upstream_down"
        assert open_now.headers["retry-after"] == "1"
        async with served(Recorder(), port=port):
            assert (await world.client.post("/v1/tickets", json={})).status_code == 503
            await asyncio.sleep(0.35)
            assert (await world.client.post("/v1/tickets", json={})).status_code == 200
            assert (await world.client.post("/v1/tickets", json={})).status_code == 200


async def test_a_full_service_answers_503_at_once_and_stops_no_other(tmp_path: Path) -> None:
    may_answer = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/tickets":
            await may_answer.wait()
        await answer(send, {"status": "ready"})

    async with a_world(tmp_path, slow, upstream_concurrency=2) as world:
        waiting = [asyncio.create_task(world.client.get("/v1/tickets")) for _ in range(2)]
        await asyncio.sleep(0.1)
        async with asyncio.timeout(0.5):
            full = await world.client.get("/v1/tickets")
        assert (full.status_code, full.json()["code"], full.headers["retry-after"]) == (503, "upstream_busy", "1")
        assert (await world.client.get("/oauth2/jwks")).status_code == 200
        may_answer.set()
        assert [(await each).status_code for each in waiting] == [200, 200]
        assert (await world.client.get("/v1/tickets")).status_code == 200


async def test_a_slow_sender_holds_no_place_at_the_service(tmp_path: Path) -> None:
    async with a_world(tmp_path, Recorder(), upstream_concurrency=1, client_idle_seconds=1.0) as world:
        _, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(world.head("POST", "/v1/tickets", "Content-Length: 10") + b"{")
        await asyncio.sleep(0.1)
        assert (await world.client.get("/v1/tickets")).status_code == 200
        writer.close()
