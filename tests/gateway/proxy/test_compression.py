import gzip
from pathlib import Path

import orjson
import pytest

from services.gateway.exchange import Receive, Scope, Send
from tests.gateway.world import World, a_world, answer

ROWS = {"items": [{"id": number, "subject": "the printer is on fire"} for number in range(200)], "next": None}


async def rows(scope: Scope, receive: Receive, send: Send) -> None:
    kind = scope["path"].rpartition("/")[2]
    value = {"small": {"a": 1}, "huge": [ROWS] * 50}.get(kind, ROWS)
    fields = {
        "encoded": {"content-encoding": "br"},
        "kept": {"cache-control": "no-transform"},
        "text": {"content-type": "text/csv"},
    }.get(kind, {})
    await answer(send, value, headers={"etag": '"7"', **fields}, length=kind != "unannounced")


async def raw_body(world: World, path: str, accepts: str = "gzip, br") -> tuple[dict[str, str], bytes]:
    async with world.client.stream("GET", path, headers={"Accept-Encoding": accepts}) as received:
        body = b"".join([chunk async for chunk in received.aiter_raw()])
        return dict(received.headers), body


@pytest.mark.parametrize("kind", ["whole", "huge", "unannounced"])
async def test_large_json_is_compressed_when_accepted(tmp_path: Path, kind: str) -> None:
    async with a_world(tmp_path, rows) as world:
        headers, body = await raw_body(world, f"/v1/tickets/{kind}")
        assert headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in headers["vary"]
        assert headers["etag"] == '"7"'
        assert gzip.decompress(body) == orjson.dumps([ROWS] * 50 if kind == "huge" else ROWS)
        plain_headers, plain = await raw_body(world, f"/v1/tickets/{kind}", "identity")
        assert "content-encoding" not in plain_headers
        assert "Accept-Encoding" in plain_headers["vary"]
        assert plain == gzip.decompress(body)


@pytest.mark.parametrize("kind", ["small", "encoded", "kept", "text"])
async def test_everything_else_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    async with a_world(tmp_path, rows) as world:
        headers, body = await raw_body(world, f"/v1/tickets/{kind}")
        assert headers.get("content-encoding") == ("br" if kind == "encoded" else None)
        assert body == orjson.dumps({"a": 1} if kind == "small" else ROWS)
