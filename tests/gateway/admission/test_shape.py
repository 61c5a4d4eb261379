import pytest

from tests.gateway.world import Recorder, World


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize(
    "path",
    [
        "/v1/tickets/../people", "/v1/tickets/..", "/v1/./tickets", "/v1/tickets/%2e%2e/people", "/v1/tickets/%2E.",
        "//v1/tickets", "/v1//tickets", "/v1/tickets//", "/v1%2ftickets", "/v1/tickets%2F..", "/v1\\tickets",
        "/v1/tickets/%5c", "/v1/tickets/%00", "/v1/tickets/%", "/v1/tickets/%zz", "/v1/tickets/%2", "*",
    ],
)  # fmt: skip
async def test_a_path_that_could_mean_another_is_refused(world: World, recorder: Recorder, path: str) -> None:
    answer = await world.raw(world.head("GET", path, "Connection: close"))
    assert status_of(answer) == 400
    assert b"ambiguous_path" in answer
    assert not recorder.requests


@pytest.mark.parametrize(
    "target", ["/v1/tickets/a%20b;c=1/~x'()?q=a+b&c=%2F..//", "/v1/tickets/%C3%A9?é", "/v1/tickets?"]
)
async def test_every_other_path_is_passed_on_byte_for_byte(world: World, recorder: Recorder, target: str) -> None:
    path, _, query = target.partition("?")
    answer = await world.raw(world.head("GET", target.replace("é", "%C3%A9"), "Connection: close"))
    assert status_of(answer) == 200
    assert recorder.last["raw_path"] == path
    assert recorder.last["query"] == query.replace("é", "%C3%A9")


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"Content-Length: 5, 5\r\n\r\nhello",
        b"Content-Length: +5\r\n\r\nhello",
        b"Content-Length: -1\r\n\r\nhello",
        b"Content-Length: 0x5\r\n\r\nhello",
        b"Content-Length:\r\n\r\nhello",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: identity\r\n\r\nhello",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1;a\nx\r\nX\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ],
)
async def test_ambiguous_framing_smuggles_nothing(world: World, recorder: Recorder, framing: bytes) -> None:
    smuggled = b"GET /v1/tickets/smuggled HTTP/1.1\r\nHost: acuerdo\r\n\r\n"
    head = world.head("POST").removesuffix(b"\r\n")
    answer = await world.raw(head + framing + smuggled, seconds=1)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert answer.count(b"HTTP/1.1") == 1
    assert all(not seen["raw_path"].endswith("smuggled") for seen in recorder.requests)


async def test_http_1_0_takes_no_chunks(world: World) -> None:
    head = world.head("POST", "/v1/tickets", "Transfer-Encoding: chunked").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert status_of(await world.raw(head + b"0\r\n\r\n")) == 400


async def test_pipelined_requests_are_answered_in_their_order(world: World, recorder: Recorder) -> None:
    sent = world.head("GET", "/v1/tickets/1") + world.head("GET", "/v1/tickets/2", "Connection: close")
    answer = await world.raw(sent)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert [seen["raw_path"] for seen in recorder.requests] == ["/v1/tickets/1", "/v1/tickets/2"]


async def test_a_long_address_answers_414(world: World) -> None:
    answer = await world.client.get("/v1/tickets", params={"q": "x" * 9000})
    assert (answer.status_code, answer.json()["code"]) == (414, "uri_too_long")


async def test_many_or_large_fields_answer_431(world: World) -> None:
    many = await world.client.get("/v1/tickets", headers={f"x-{number}": "1" for number in range(120)})
    large = await world.client.get("/v1/tickets", headers={"x-large": "x" * 33_000})
    assert many.status_code == large.status_code == 431


@pytest.mark.parametrize("field", ["Host: other", "Authorization: Bearer x", "Content-Type: a/b\r\nContent-Type: c/d"])
async def test_fields_that_must_be_single_are_refused_twice(world: World, field: str) -> None:
    answer = await world.raw(world.head("GET", "/v1/tickets", field, "Connection: close"))
    assert status_of(answer) == 400


@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "a,b", "a\tb"])
async def test_a_host_that_is_none_is_refused(world: World, host: str) -> None:
    sent = world.head("GET", "/v1/tickets", "Connection: close").replace(b"Host: acuerdo", b"Host: " + host.encode())
    expected = {200, 400} if host == "" else {400}
    assert status_of(await world.raw(sent)) in expected


async def test_http_1_1_needs_a_host(world: World) -> None:
    sent = world.head("GET", "/v1/tickets", "Connection: close").replace(b"Host: acuerdo\r\n", b"")
    assert status_of(await world.raw(sent)) == 400


async def test_text_that_is_not_utf_8_is_refused(world: World) -> None:
    answer = await world.client.get("/v1/tickets", headers={b"Accept-Language": b"\xff\xfe"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_header")


async def test_compressed_bodies_answer_415(world: World) -> None:
    answer = await world.client.post("/v1/tickets", content=b"x", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "compressed_body")


@pytest.mark.parametrize("method", ["TRACE", "QUERY", "PROPFIND", "LINK"])
async def test_unknown_methods_answer_405_with_those_of_the_path(world: World, method: str) -> None:
    answer = await world.client.request(method, "/v1/tickets/42")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, PATCH"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_where_no_token_is_needed_other_methods_ask_for_none(world: World, method: str) -> None:
    del world.client.headers["Authorization"]
    answer = await world.client.request(method, "/v1/sessions")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
    assert (await world.client.request(method, "/v1/tickets/42")).status_code == 401
