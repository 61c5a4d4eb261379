"""Which web pages of other origins may call us: exactly those that the settings name."""

from collections.abc import Iterable

from services.gateway.admission.shape import Headers
from services.gateway.exchange import Fields

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = b"Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, \
Prefer, Traceparent, X-Deadline-Ms, X-Request-Id"
_EXPOSED = b"Content-Disposition, Deprecation, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, \
X-Request-Id"


class Cors:
    """Cross-origin rules; tokens travel in Authorization, so credentials (cookies) are never allowed."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def fields(self, headers: Headers) -> Fields:
        """What an answer to this request says about who may read it."""
        if not self._origins:
            return []
        origin = headers.get(b"origin")
        if origin not in self._origins:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        ]

    def preflight(self, headers: Headers) -> Fields:
        """What an answer to OPTIONS adds where a browser asks before it calls."""
        if b"access-control-request-method" not in headers or headers.get(b"origin") not in self._origins:
            return []
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _HEADERS),
            (b"access-control-max-age", b"600"),
        ]
