"""What the gateway answers itself: the contract, its documentation, and its health."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from services.gateway.admission.shape import Headers
from services.gateway.exchange import Exchange, Fields
from services.gateway.proxy.relay import accepts_gzip
from services.gateway.upstreams.readiness import Readiness
from services.shared.problems import MethodNotAllowed

_PAGE = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Acuerdo</title><meta name="viewport" content="width=device-width">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body></html>
"""
_START = b"""SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, filter: true, validatorUrl: null,
  persistAuthorization: false, displayRequestDuration: true, docExpansion: "none",
});
"""
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    "swagger-ui.css": b"text/css; charset=utf-8",
    "favicon-32x32.png": b"image/png",
}
_HEALTH = frozenset({"/health/live", "/health/ready"})
_METHODS = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Page:
    """A fixed answer, kept compressed."""

    media_type: bytes
    compressed: bytes
    etag: bytes

    @classmethod
    def of(cls, media_type: bytes, body: bytes) -> "Page":
        """A page out of its plain body."""
        digest = hashlib.sha256(body).hexdigest()[:20]
        return cls(media_type, zlib.compress(body, wbits=31), f'"{digest}"'.encode())


class OwnPages:
    """Answers the gateway's own paths; `contract` is the merged document."""

    def __init__(self, contract: Mapping[str, Any], readiness: Readiness) -> None:
        self._readiness = readiness
        self._pages = {
            "/openapi.json": Page.of(b"application/json", orjson.dumps(contract)),
            **_documentation(),
        }

    def has(self, path: str) -> bool:
        """Whether the path is the gateway's own."""
        return path in self._pages or path in _HEALTH

    async def answer(self, exchange: Exchange, headers: Headers) -> None:
        """Answer a path of ours."""
        path = exchange.path
        page = self._pages.get(path)
        exchange.route = path
        if exchange.method == "OPTIONS":
            await exchange.answer(204, [(b"allow", _METHODS.encode())], b"")
            return
        if exchange.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(allowed=_METHODS, headers={"Allow": _METHODS})
        if page is not None:
            await _send(exchange, page, headers)
        elif path == "/health/live":
            await _send_state(exchange, 200, {"status": "live"})
        else:
            await self._readiness.refresh()
            await _send_state(exchange, 200 if self._readiness.is_ready else 503, self._readiness.told())


async def _send(exchange: Exchange, page: Page, headers: Headers) -> None:
    fields: Fields = [
        (b"content-type", page.media_type),
        (b"etag", page.etag),
        (b"cache-control", b"no-cache"),
        (b"vary", b"Accept-Encoding"),
    ]
    if page.etag in headers.get(b"if-none-match", b""):
        await exchange.begin(304, fields, content_policy=_PAGE_POLICY)
        await exchange.write(b"", more=False)
        return
    body = page.compressed
    if accepts_gzip(headers):
        fields.append((b"content-encoding", b"gzip"))
    else:
        body = zlib.decompress(body, wbits=31)
    await exchange.answer(200, fields, body, content_policy=_PAGE_POLICY)


async def _send_state(exchange: Exchange, status: int, state: dict[str, Any]) -> None:
    fields: Fields = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if status == 503:
        fields.append((b"retry-after", b"1"))
    await exchange.answer(status, fields, orjson.dumps(state))


@cache
def _documentation() -> Mapping[str, Page]:
    folder = swagger_folder()
    return {
        "/docs": Page.of(b"text/html; charset=utf-8", _PAGE),
        "/docs/start.js": Page.of(b"text/javascript; charset=utf-8", _START),
        **{f"/docs/{name}": Page.of(kind, (folder / name).read_bytes()) for name, kind in _ASSETS.items()},
    }


def swagger_folder() -> Path:
    """Where the assets of Swagger UI lie; found without importing their package, which would load FastAPI."""
    spec = find_spec("fastapi_swagger")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package fastapi-swagger, which holds Swagger UI's assets, is not installed")
    return Path(spec.origin).parent / "resources"
