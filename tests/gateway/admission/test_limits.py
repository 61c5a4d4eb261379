import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

from services.gateway.admission.rate import RateLimit
from services.gateway.settings import MIB
from tests.gateway.world import ISSUER, Recorder, World, a_world


async def chunks(total: int, size: int = 65536) -> AsyncIterator[bytes]:
    for _ in range(total // size):
        yield b"x" * size


async def test_a_person_has_300_requests_a_second_and_is_told_how_many_are_left(tmp_path: Path) -> None:
    async with a_world(tmp_path, Recorder(), rate_per_second=5) as world:
        answers = [await world.client.get("/v1/tickets") for _ in range(12)]
        first, refused = answers[0], [answer for answer in answers if answer.status_code == 429]
        assert first.headers["ratelimit-policy"] == '"default";q=5;w=1'
        assert first.headers["ratelimit"] == '"default";r=4;t=1'
        assert refused
        assert all(each.headers["retry-after"] == "1" for each in refused)
        assert all(each.headers["ratelimit"] == '"default";r=0;t=1' for each in refused)
        assert refused[0].json()["code"] == "too_many_requests"
        other = {"Authorization": f"Bearer {ISSUER.token()}"}
        assert (await world.client.get("/v1/tickets", headers=other)).status_code == 200
        await asyncio.sleep(0.3)
        assert (await world.client.get("/v1/tickets")).status_code == 200


async def test_without_a_token_the_address_has_the_bucket(tmp_path: Path) -> None:
    async with a_world(tmp_path, Recorder(), rate_per_second=3) as world:
        del world.client.headers["Authorization"]
        lies = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(8)]
        statuses = [(await world.client.post("/v1/calendars/compute", headers=lie)).status_code for lie in lies]
        assert 429 in statuses


async def test_behind_a_trusted_proxy_the_address_is_the_one_it_saw(tmp_path: Path) -> None:
    recorder = Recorder()
    networks = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
    async with a_world(tmp_path, recorder, rate_per_second=3, trusted_proxies=networks) as world:
        for number in range(8):
            proxied = {"X-Forwarded-For": f"junk, 192.0.2.{number}, 10.1.2.3", "X-Forwarded-Proto": "https"}
            answer = await world.client.post(
                "/v1/calendars/compute", headers={**proxied, "Authorization": "Basic eA=="}
            )
            assert answer.status_code == 200
            assert answer.headers["strict-transport-security"]
            assert recorder.last["headers"]["x-forwarded-for"] == f"192.0.2.{number}"
            assert recorder.last["headers"]["x-forwarded-proto"] == "https"


def test_the_table_of_buckets_does_not_grow_without_end() -> None:
    limit = RateLimit("default", per_second=1, principals=100)
    for number in range(10_000):
        limit.take(str(number), now=0.0)
    assert len(limit) == 100


async def test_an_announced_body_over_the_limit_answers_413_at_once(world: World, recorder: Recorder) -> None:
    answer = await world.raw(world.head("POST", "/v1/tickets", f"Content-Length: {MIB + 1}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert not recorder.requests


async def test_a_chunked_body_over_the_limit_answers_413_and_the_service_gets_no_whole_one(
    world: World, recorder: Recorder
) -> None:
    answer = await world.client.post("/v1/tickets", content=chunks(2 * MIB))
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    await asyncio.sleep(0.05)
    assert all(len(seen["body"]) <= MIB for seen in recorder.requests)


async def test_a_body_of_the_limit_passes_announced_or_not(world: World, recorder: Recorder) -> None:
    assert (await world.client.post("/v1/tickets", content=chunks(MIB))).status_code == 200
    assert len(recorder.last["body"]) == MIB
    assert recorder.last["headers"]["transfer-encoding"] == "chunked"
    assert (await world.client.post("/v1/tickets", content=b"x" * MIB)).status_code == 200
    assert recorder.last["headers"]["content-length"] == str(MIB)


async def test_imports_may_be_larger(world: World, recorder: Recorder) -> None:
    answer = await world.client.post("/v1/imports", content=chunks(3 * MIB))
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"].startswith('"upload"')
    assert len(recorder.last["body"]) == 3 * MIB


async def test_a_body_that_stops_coming_answers_408(tmp_path: Path) -> None:
    async with a_world(tmp_path, Recorder(), client_idle_seconds=0.1) as world:
        for field in ("Content-Length: 10", "Transfer-Encoding: chunked", "Content-Length: 100000"):
            answer = await world.raw(world.head("POST", "/v1/tickets", field) + b"2\r\nxx\r\n")
            assert answer.startswith(b"HTTP/1.1 408 "), field


async def test_expect_100_continue_is_answered_before_the_body(world: World, recorder: Recorder) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(world.head("POST", "/v1/tickets", "Content-Length: 5", "Expect: 100-continue", "Connection: close"))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"hello")
    assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
    assert recorder.last["body"] == "hello"
    assert "expect" not in recorder.last["headers"]
    writer.close()


async def test_expect_100_continue_of_a_body_too_large_is_refused_before_it_is_sent(world: World) -> None:
    fields = (f"Content-Length: {2 * MIB}", "Expect: 100-continue")
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(world.head("POST", "/v1/tickets", *fields))
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_what_is_attached_may_be_larger_and_nothing_else(world: World, recorder: Recorder) -> None:
    path = "/v1/tickets/0190/attachments"
    assert (await world.client.post(path, content=chunks(2 * MIB))).status_code == 200
    assert len(recorder.last["body"]) == 2 * MIB
    for other in ("/v1/tickets/0190/comments", "/v1/tickets", f"{path}/0191"):
        assert (await world.client.post(other, content=chunks(2 * MIB))).status_code == 413
    assert (await world.client.put(path, content=chunks(2 * MIB))).status_code == 413
    answer = await world.raw(world.head("POST", path, f"Content-Length: {64 * MIB + 1}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
