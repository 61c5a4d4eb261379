from pathlib import Path

from services.gateway.exchange import Receive, Scope, Send
from tests.gateway.world import Recorder, World, a_world, answer, read_body

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_nothing_that_a_client_says_of_itself_reaches_the_service(world: World, recorder: Recorder) -> None:
    lies = {
        "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil", "Forwarded": "for=x",
        "X-User-Id": "1", "X-User-Roles": "admin", "X-Real-IP": "1", "Via": "x", "TE": "trailers", "Cookie": "a=b",
        "Proxy-Authorization": "x", "Keep-Alive": "x", "Upgrade": "h2c", "X-Anything": "x", "Accept-Encoding": "br",
    }  # fmt: skip
    await world.client.get("/v1/tickets", headers={**lies, "Connection": "Prefer, X-User-Id", "Prefer": "wait"})
    seen = recorder.last["headers"]
    assert set(seen) == {
        "accept", "authorization", "host", "traceparent", "user-agent", "x-deadline-ms", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-request-id",
    }  # fmt: skip
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{world.port}"


async def test_what_the_api_needs_passes_unchanged(world: World, recorder: Recorder) -> None:
    sent = {
        "accept": "application/json", "accept-language": "es-MX, en;q=0.5", "content-type": "application/json",
        "idempotency-key": "k-1", "if-match": '"3"', "if-none-match": '"4"', "last-event-id": "9", "prefer": "x",
        "user-agent": "täst/1",
    }  # fmt: skip
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    await world.client.post("/v1/tickets", content=b"{}", headers=raw)
    assert {name: recorder.last["headers"][name] for name in sent} == sent
    assert recorder.last["body"] == "{}"


async def test_nothing_of_a_service_gets_out_but_what_is_listed(tmp_path: Path) -> None:
    async def chatty(scope: Scope, receive: Receive, send: Send) -> None:
        inner = {name.decode(): value.decode() for name, value in scope["headers"]}["host"]
        fields = {
            "server": "x", "x-powered-by": "y", "x-secret": "z", "set-cookie": "a=b", "connection": "keep-alive",
            "etag": '"1"', "location": f"http://{inner}/v1/tickets/1", "access-control-allow-origin": "*",
        }  # fmt: skip
        await answer(send, {}, headers=fields)

    async with a_world(tmp_path, chatty) as world:
        received = await world.client.get("/v1/tickets")
        assert set(received.headers) - {"date"} == {
            "content-type", "etag", "location", "content-length", "vary", "cache-control", "ratelimit",
            "ratelimit-policy", "x-request-id", "x-content-type-options", "x-frame-options", "referrer-policy",
            "content-security-policy",
        }  # fmt: skip
        assert received.headers["location"] == "/v1/tickets/1"
        assert received.headers["cache-control"] == "private, no-cache"


async def test_a_page_of_a_service_keeps_its_own_content_policy(tmp_path: Path) -> None:
    policy = "default-src 'none'; style-src 'sha256-x'; form-action 'self'"

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, {}, headers={"content-security-policy": policy})

    async with a_world(tmp_path, page) as world:
        received = await world.client.get("/v1/tickets")
        assert received.headers.get_list("content-security-policy") == [policy]


async def test_a_valid_trace_goes_on_and_every_answer_names_its_request(world: World, recorder: Recorder) -> None:
    traceparent = f"00-{TRACE}-b7ad6b7169203331-01"
    received = await world.client.get(
        "/v1/tickets", headers={"traceparent": traceparent, "tracestate": "a=b", "X-Request-Id": "request-0001"}
    )
    assert recorder.last["headers"]["traceparent"] == traceparent
    assert recorder.last["headers"]["tracestate"] == "a=b"
    assert recorder.last["headers"]["x-request-id"] == received.headers["x-request-id"] == "request-0001"
    problem = await world.client.get("/v1/unknown", headers={"traceparent": traceparent})
    assert problem.json()["trace_id"] == problem.headers["x-request-id"] == TRACE


async def test_a_broken_trace_is_replaced(world: World, recorder: Recorder) -> None:
    broken = (
        "",
        "x",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-b7ad6b7169203331-01",
    )
    for traceparent in broken:
        received = await world.client.get(
            "/v1/tickets", headers={"traceparent": traceparent, "tracestate": "a=b", "X-Request-Id": "a bad id"}
        )
        made = recorder.last["headers"]["traceparent"]
        assert made != traceparent
        assert made.split("-")[1] == received.headers["x-request-id"]
        assert "tracestate" not in recorder.last["headers"]


async def test_a_problem_of_a_service_passes_unchanged(tmp_path: Path) -> None:
    problem = {"type": "urn:x", "title": "No", "status": 409, "code": "quota", "detail": "x" * 2000}

    async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
        await read_body(receive)
        await answer(send, problem, status=409, headers={"content-type": "application/problem+json"})

    async with a_world(tmp_path, refuses) as world:
        received = await world.client.post("/v1/tickets", json={})
        assert received.status_code == 409
        assert received.json() == problem
        assert received.headers["content-type"] == "application/problem+json"
        assert "content-encoding" not in received.headers


async def test_problems_speak_the_callers_language(world: World) -> None:
    received = await world.client.get("/v1/unknown", headers={"Accept-Language": "es"})
    assert received.status_code == 404
    assert received.headers["content-language"] == "es"
    assert received.json()["title"] == "Aquí no hay nada"
    assert received.json()["instance"] == "/v1/unknown"


async def test_cors_answers_exactly_the_origins_of_the_settings(tmp_path: Path) -> None:
    recorder = Recorder()
    async with a_world(tmp_path, recorder, cors_origins=("https://intranet.example",)) as world:
        asked = {"Origin": "https://intranet.example", "Access-Control-Request-Method": "PATCH"}
        preflight = await world.client.options("/v1/tickets/1", headers={**asked, "Authorization": ""})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "https://intranet.example"
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        assert "If-Match" in preflight.headers["access-control-allow-headers"]
        allowed = await world.client.get("/v1/tickets", headers={"Origin": "https://intranet.example"})
        assert allowed.headers["access-control-allow-origin"] == "https://intranet.example"
        assert "Origin" in allowed.headers["vary"]
        for origin in ("https://intranet.example.evil.org", "http://intranet.example", "null"):
            refused = await world.client.get("/v1/tickets", headers={"Origin": origin})
            assert "access-control-allow-origin" not in refused.headers
        assert len(recorder.requests) == 4


async def test_options_tells_the_methods_of_the_path_without_a_token(world: World, recorder: Recorder) -> None:
    received = await world.client.options("/v1/tickets/1", headers={"Authorization": ""})
    assert (received.status_code, received.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PATCH")
    assert not recorder.requests


async def test_head_has_the_fields_of_get_and_no_body(world: World, recorder: Recorder) -> None:
    got = await world.client.get("/v1/tickets")
    head = await world.client.head("/v1/tickets")
    assert recorder.last["method"] == "GET"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    raw = await world.raw(world.head("HEAD", "/v1/tickets", "Connection: close"))
    assert raw.endswith(b"\r\n\r\n")
