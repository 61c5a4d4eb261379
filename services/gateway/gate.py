"""The order in which a request is looked at: shape, trace, route, token, rate; then its service has it."""

import logging
import time
from collections.abc import Mapping

from services.gateway.admission.body import Body
from services.gateway.admission.callers import client_address, identify, is_from_proxy, rate_principal
from services.gateway.admission.rate import RateLimit
from services.gateway.admission.shape import Headers, ShapeLimits, check_framing, check_headers, check_path
from services.gateway.cors import Cors
from services.gateway.exchange import ClientGone, Exchange, Receive, Scope, Send
from services.gateway.metrics import CLIENT_GONE, Metrics
from services.gateway.own import OwnPages
from services.gateway.proxy.forward import Forwarding, forward
from services.gateway.proxy.vigil import Vigil
from services.gateway.routes import LimitClass, Route, RouteTable, Service
from services.gateway.settings import GatewaySettings
from services.gateway.templates import Templates
from services.gateway.upstreams.hop import Hopper
from services.gateway.upstreams.upstream import Upstream
from services.shared.key_ring import TokenVerifier
from services.shared.problems import MethodNotAllowed, NotFound, Problem

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ALL_METHODS = ", ".join(sorted(METHODS))


class Gate:
    """Handles requests with everything that a running gateway has."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        table: RouteTable,
        templates: Templates,
        upstreams: Mapping[Service, Upstream],
        hopper: Hopper,
        verifier: TokenVerifier,
        vigil: Vigil,
        own: OwnPages,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._table = table
        self._templates = templates
        self._upstreams = upstreams
        self._hopper = hopper
        self._verifier = verifier
        self._vigil = vigil
        self._own = own
        self._metrics = metrics
        self._cors = Cors(settings.cors_origins)
        self._shape = ShapeLimits(settings.url_bytes, settings.header_count, settings.header_bytes)
        self._rates = {
            each: RateLimit(each, per_second=settings.rate_per_second, principals=settings.rate_principals)
            for each in LimitClass
        }
        self._body_bytes = {LimitClass.DEFAULT: settings.body_bytes, LimitClass.UPLOAD: settings.upload_bytes}
        self._deadlines = {
            LimitClass.DEFAULT: settings.deadline_seconds,
            LimitClass.UPLOAD: settings.upload_deadline_seconds,
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        exchange = Exchange(scope, receive, send)
        try:
            await self._admit(exchange)
        except ClientGone:
            exchange.status = CLIENT_GONE
        finally:
            self._metrics.observe(
                exchange.route,
                exchange.method if exchange.method in METHODS else "OTHER",
                exchange.status,
                time.perf_counter() - exchange.started_at,
            )

    async def _admit(self, exchange: Exchange) -> None:
        """Check the shape first; whatever is wrong from there on is told as a problem."""
        scope = exchange.scope
        headers: Headers = {}
        body = Body(exchange.receive, idle_seconds=self._settings.client_idle_seconds)
        try:
            headers = check_headers(scope["headers"], self._shape)
            exchange.continue_trace(headers.get(b"traceparent", b""), headers.get(b"x-request-id", b""))
            exchange.fields += self._cors.fields(headers)
            body.announce(check_framing(headers, scope["http_version"]))
            check_path(scope["raw_path"], scope["query_string"], self._shape)
            await self._route(exchange, headers, body)
        except Problem as problem:
            await _refuse(exchange, problem, headers, body)
        except ClientGone:
            raise
        except Exception:
            log.exception("unexpected: %s %s", exchange.method, exchange.path)
            await _refuse(exchange, Problem(), headers, body)

    async def _route(self, exchange: Exchange, headers: Headers, body: Body) -> None:
        address = client_address(exchange.scope, headers, self._settings.trusted_proxies)
        if is_from_proxy(exchange.scope, self._settings.trusted_proxies):
            exchange.is_secure = headers.get(b"x-forwarded-proto") == b"https"
        if self._own.has(exchange.path):
            if not exchange.path.startswith("/health/"):
                self._limit(LimitClass.DEFAULT, rate_principal(None, address), exchange)
            await self._own.answer(exchange, headers)
            return
        route = self._table.match(exchange.path)
        if route is None:
            raise NotFound
        template = self._templates.find(exchange.path)
        exchange.route = template.path if template is not None else f"{route.prefix}/…"
        allow = template.allow if template is not None else _ALL_METHODS
        if exchange.method not in METHODS:
            raise MethodNotAllowed(allowed=allow, headers={"Allow": allow})
        if exchange.method == "OPTIONS":
            self._limit(LimitClass.DEFAULT, rate_principal(None, address), exchange)
            await exchange.answer(204, [(b"allow", allow.encode()), *self._cors.preflight(headers)], b"")
            return
        if route.public and template is not None and exchange.method not in template.methods:
            # where some need no token, nobody is asked for one that would open nothing
            raise MethodNotAllowed(allowed=allow, headers={"Allow": allow})
        await self._pass(exchange, route, headers, body, address)

    async def _pass(self, exchange: Exchange, route: Route, headers: Headers, body: Body, address: str) -> None:
        claims = await identify(self._verifier, route, exchange.method, headers)
        limit_class = route.limit_class_of(exchange.method, exchange.path)
        self._limit(limit_class, rate_principal(claims, address), exchange)
        body.limit_to(self._body_bytes[limit_class])
        forwarding = Forwarding(
            exchange,
            headers,
            body,
            address=address,
            deadline_seconds=self._deadlines[limit_class],
            idle_seconds=self._settings.upstream_idle_seconds,
        )
        await forward(forwarding, self._upstreams[route.service], self._hopper, self._vigil)

    def _limit(self, limit_class: LimitClass, principal: str, exchange: Exchange) -> None:
        rate = self._rates[limit_class]
        exchange.fields += rate.fields(rate.take(principal, now=time.monotonic()))


async def _refuse(exchange: Exchange, problem: Problem, headers: Headers, body: Body) -> None:
    """Answer with the problem; where an answer has begun already, there is nothing more to say."""
    if exchange.has_begun:
        return
    if not exchange.trace_id:
        exchange.continue_trace(b"", b"")
    if body.is_pending:
        exchange.linger = body.drain
    status, fields, document = exchange.rendered(problem, headers.get(b"accept-language", b""))
    await exchange.answer(status, [*fields, (b"cache-control", b"no-store")], document)
