"""The route table: which service answers a path, what it lets through without a token, and which limits hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    IDENTITY = "identity"
    REQUESTS = "requests"
    FEEDBACK = "feedback"


class LimitClass(StrEnum):
    """Requests of one class share a rate and the sizes and times that are allowed."""

    DEFAULT = "default"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Route:
    """Everything under `prefix`, on whole path segments, goes to `service`; `public` methods need no token.

    `uploads`: what is POSTed to a path below whose last segment is this may be large.
    """

    prefix: str
    service: Service
    public: frozenset[str] = frozenset()
    limit_class: LimitClass = LimitClass.DEFAULT
    uploads: str | None = None

    def limit_class_of(self, method: str, path: str) -> LimitClass:
        """The class of a request to a path below.

        >>> route = Route("/v1/tickets", Service.REQUESTS, uploads="attachments")
        >>> [route.limit_class_of(method, "/v1/tickets/7/attachments").value for method in ("POST", "GET")]
        ['upload', 'default']
        >>> route.limit_class_of("POST", "/v1/tickets/7/comments").value
        'default'
        """
        if self.uploads is not None and method == "POST" and path.rpartition("/")[2] == self.uploads:
            return LimitClass.UPLOAD
        return self.limit_class


NOBODY: frozenset[str] = frozenset()
READERS = frozenset({"GET", "HEAD"})
POSTERS = frozenset({"POST"})
ANYONE = READERS | POSTERS

_IDENTITY = (
    ("/oauth2", ANYONE),
    ("/.well-known/openid-configuration", READERS),
    ("/.well-known/oauth-authorization-server", READERS),
    ("/v1/sessions", POSTERS),
    ("/v1/me", NOBODY),
    ("/v1/people", NOBODY),
    ("/v1/departments", NOBODY),
    ("/v1/clients", NOBODY),
    ("/v1/access-tokens", NOBODY),
    ("/v1/identity-providers", NOBODY),
    ("/v1/audit-events", NOBODY),
    ("/scim/v2", NOBODY),
)
_REQUESTS = (
    ("/v1/calendars", NOBODY),
    ("/v1/calendars/compute", POSTERS),
    ("/v1/offerings", NOBODY),
    ("/v1/agreements", NOBODY),
    ("/v1/breaches", NOBODY),
    ("/v1/freezes", NOBODY),
    ("/v1/exclusions", NOBODY),
    ("/v1/standing-orders", NOBODY),
    ("/v1/messages", NOBODY),
    ("/v1/reports", NOBODY),
)
_FEEDBACK = (
    ("/answers", ANYONE),
    ("/v1/surveys", NOBODY),
    ("/v1/invitations", NOBODY),
    ("/v1/responses", NOBODY),
    ("/v1/pulses", NOBODY),
    ("/v1/scores", NOBODY),
    ("/v1/cases", NOBODY),
    ("/v1/suggestions", NOBODY),
    ("/v1/needs", NOBODY),
    ("/v1/conversations", NOBODY),
    ("/v1/journeys", NOBODY),
    ("/v1/interactions", NOBODY),
    ("/v1/improvements", NOBODY),
)

ROUTES = (
    *(Route(prefix, Service.IDENTITY, public) for prefix, public in _IDENTITY),
    *(Route(prefix, Service.REQUESTS, public) for prefix, public in _REQUESTS),
    Route("/v1/tickets", Service.REQUESTS, uploads="attachments"),
    Route("/v1/imports", Service.REQUESTS, limit_class=LimitClass.UPLOAD),
    *(Route(prefix, Service.FEEDBACK, public) for prefix, public in _FEEDBACK),
)

OWN_PREFIXES = ("/openapi.json", "/docs", "/health", "/metrics")
"""What the gateway answers itself, or, of /metrics, never on the public port."""


class RouteTableError(Exception):
    """The table contradicts itself; the gateway does not start."""


class RouteTable:
    """Finds the route of a path by its longest prefix, on whole segments.

    >>> table = RouteTable(ROUTES)
    >>> table.match("/v1/calendars/compute").public == POSTERS, table.match("/v1/calendars/computers").public
    (True, frozenset())
    >>> table.match("/v1/ticketsandmore") is None, table.match("/v1") is None
    (True, True)
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_prefix: dict[str, Route] = {}
        for route in routes:
            self._add(route)
        self._longest = max((prefix.count("/") for prefix in self._by_prefix), default=0)

    def _add(self, route: Route) -> None:
        prefix = route.prefix
        if not prefix.startswith("/") or prefix.endswith("/") or "//" in prefix:
            raise RouteTableError(f"{prefix!r} is no prefix: it begins with a slash and does not end with one")
        if not isinstance(route.service, Service):
            raise RouteTableError(f"{prefix} goes to {route.service!r}, which is no service")
        if any(prefix == own or prefix.startswith(own + "/") for own in OWN_PREFIXES):
            raise RouteTableError(f"{prefix} is the gateway's own")
        if prefix in self._by_prefix:
            raise RouteTableError(f"{prefix} is there twice")
        self._by_prefix[prefix] = route

    def match(self, path: str) -> Route | None:
        """The route of a decoded path; None where nothing answers."""
        candidate = "/".join(path.split("/", self._longest + 1)[: self._longest + 1])
        while candidate:
            route = self._by_prefix.get(candidate)
            if route is not None:
                return route
            candidate = candidate.rpartition("/")[0]
        return None

    @property
    def services(self) -> tuple[Service, ...]:
        """The services that the table names, each once."""
        return tuple(dict.fromkeys(route.service for route in self._by_prefix.values()))
