import asyncio
from pathlib import Path

import httpx

from services.gateway.exchange import Receive, Scope, Send
from tests.gateway.world import Recorder, World, a_world, answer, free_port, served


async def test_the_contract_is_public_complete_and_not_sent_twice(world: World) -> None:
    received = await world.client.get("/openapi.json", headers={"Authorization": ""})
    assert received.status_code == 200
    assert received.headers["content-type"] == "application/json"
    assert received.headers["content-encoding"] == "gzip"
    assert {"/v1/tickets", "/v1/tickets/{ticket_id}", "/health/ready"} <= set(received.json()["paths"])
    plain = await world.client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert plain.json() == received.json()
    again = await world.client.get("/openapi.json", headers={"If-None-Match": received.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_documentation_loads_nothing_from_elsewhere(world: World) -> None:
    del world.client.headers["Authorization"]
    page = await world.client.get("/docs")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "http" not in page.text
    for asset, kind in (
        ("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("start.js", "text/javascript"),
        ("favicon-32x32.png", "image/png"),
    ):  # fmt: skip
        assert f"/docs/{asset}" in page.text
        received = await world.client.get(f"/docs/{asset}")
        assert received.status_code == 200
        assert received.headers["content-type"].startswith(kind)
    assert (await world.client.get("/docs/other.js")).status_code == 404


async def test_other_methods_are_refused_with_those_that_are_known(world: World) -> None:
    for path in ("/openapi.json", "/docs", "/health/live", "/health/ready"):
        received = await world.client.post(path)
        assert (received.status_code, received.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert (await world.client.options(path)).status_code == 204
        head = await world.client.head(path)
        assert (head.status_code, head.content) == (200, b"")


async def test_ready_tells_what_each_service_said_and_nats_may_be_away(world: World) -> None:
    received = await world.client.get("/health/ready", headers={"Authorization": ""})
    assert received.status_code == 200
    told = received.json()
    assert told["status"] == "ready"
    assert told["services"]["requests"] == {"status": "ready", "checks": {"database": "up", "nats": "away"}}
    assert (await world.client.get("/health/live")).json() == {"status": "live"}


async def test_not_ready_until_every_service_is(tmp_path: Path) -> None:
    ready = False

    async def starts_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        checks = {"status": "ready" if ready else "starting", "checks": {"migrations": "done" if ready else "running"}}
        await answer(send, checks, status=200 if ready else 503)

    async with a_world(tmp_path, starts_slowly, readiness_seconds=600.0) as world:
        received = await world.client.get("/health/ready")
        assert received.status_code == 503
        assert received.headers["retry-after"] == "1"
        assert received.json()["status"] == "starting"
        assert received.json()["services"]["requests"] == {"status": "starting", "checks": {"migrations": "running"}}
        ready = True
        assert (await world.client.get("/health/ready")).status_code == 200


async def test_a_service_that_goes_and_comes_back_is_noticed(tmp_path: Path) -> None:
    port = free_port()
    async with a_world(tmp_path, f"http://127.0.0.1:{port}") as world:
        unready = await world.client.get("/health/ready")
        assert unready.json()["services"]["requests"] == {"status": "unreachable"}
        async with served(Recorder(), port=port):
            assert (await world.client.get("/health/ready")).status_code == 200
            assert (await world.client.get("/v1/tickets")).status_code == 200
        await asyncio.sleep(0.3)
        assert (await world.client.get("/health/ready")).status_code == 503


async def test_metrics_are_told_per_template_and_never_on_the_public_port(tmp_path: Path) -> None:
    port = free_port()
    async with a_world(tmp_path, Recorder(), metrics_port=port) as world:
        await world.client.get("/v1/tickets/1")
        await world.client.get("/v1/tickets/2")
        await world.client.get("/v1/tickets/1/comments")
        await world.client.get("/v1/nothing")
        assert (await world.client.get("/metrics")).status_code == 404
        async with httpx.AsyncClient(trust_env=False) as monitor:
            told = (await monitor.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'requests_total{method="GET",route="/v1/tickets/{ticket_id}",status="200"} 2.0' in told
    assert 'requests_total{method="GET",route="/v1/tickets/…",status="200"} 1.0' in told
    assert 'requests_total{method="GET",route="unmatched",status="404"} 2.0' in told
    assert 'request_seconds_count{route="/v1/tickets/{ticket_id}"} 2.0' in told
    assert 'acuerdo_gateway_in_flight{service="requests"} 0.0' in told


async def test_an_unknown_path_is_a_problem(world: World) -> None:
    for path in ("/", "/v1", "/v1/ticketsx", "/health", "/docs/", "/favicon.ico"):
        received = await world.client.get(path)
        assert (received.status_code, received.json()["code"]) == (404, "not_found")


async def test_every_answer_carries_the_security_fields(world: World) -> None:
    for path in ("/v1/tickets", "/v1/unknown", "/openapi.json", "/health/live", "/docs"):
        fields = (await world.client.get(path)).headers
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["x-frame-options"] == "DENY"
        assert fields["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in fields["content-security-policy"]
        assert fields["x-request-id"]
        assert "strict-transport-security" not in fields
