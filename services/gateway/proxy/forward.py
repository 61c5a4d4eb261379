"""One request to one service: its place, its deadline, one repeat where that is safe, an end when the client leaves."""

import asyncio
import logging
import time

from services.gateway.admission.body import Body, SlowBody
from services.gateway.admission.shape import Headers, InvalidHeader
from services.gateway.exchange import ClientGone, Exchange
from services.gateway.proxy.headers import to_service
from services.gateway.proxy.relay import Relay
from services.gateway.proxy.vigil import Flight, Vigil
from services.gateway.upstreams.hop import AnswerBroke, HopAnswer, HopFailed, Hopper
from services.gateway.upstreams.upstream import Instance, Slot, Upstream
from services.shared.language import Texts
from services.shared.problems import Problem

log = logging.getLogger(__name__)

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class BadGateway(Problem):
    status = 502
    code = "bad_gateway"
    title = Texts("The service behind did not answer", "El servicio de detrás no respondió")
    detail = Texts(
        "The {service} service refused the connection or broke it off.",
        "El servicio {service} rechazó o interrumpió la conexión.",
    )


class GatewayTimeout(Problem):
    status = 504
    code = "gateway_timeout"
    title = Texts("The service behind took too long", "El servicio de detrás tardó demasiado")
    detail = Texts("The {service} service gave no answer in time.", "El servicio {service} no respondió a tiempo.")


class Forwarding:
    """What one request needs on its way: where to, how long it may take, and what is sent along."""

    def __init__(
        self,
        exchange: Exchange,
        headers: Headers,
        body: Body,
        *,
        address: str,
        deadline_seconds: float,
        idle_seconds: float,
    ) -> None:
        self.exchange = exchange
        self.headers = headers
        self.body = body
        self.address = address
        self.idle_seconds = idle_seconds
        self.ends_at = time.monotonic() + deadline_from(headers, at_most=deadline_seconds)

    @property
    def seconds_left(self) -> float:
        """Until the head of the answer must be here."""
        return self.ends_at - time.monotonic()

    @property
    def method(self) -> str:
        """What the service is asked: HEAD is a GET whose body stays here."""
        return "GET" if self.exchange.method == "HEAD" else self.exchange.method

    @property
    def target(self) -> bytes:
        """Raw path and query, byte for byte as they came."""
        raw_path: bytes = self.exchange.scope["raw_path"]
        query: bytes = self.exchange.scope["query_string"]
        return raw_path + b"?" + query if query else raw_path

    def fields(self) -> list[tuple[str, str]]:
        """The header of the request to the service."""
        exchange = self.exchange
        own = [
            ("traceparent", exchange.traceparent.decode()),
            ("x-request-id", exchange.request_id),
            ("x-deadline-ms", str(max(1, int(self.seconds_left * 1000)))),
            ("x-forwarded-for", self.address),
            ("x-forwarded-proto", "https" if exchange.is_secure else "http"),
            ("x-forwarded-host", self.headers.get(b"host", b"").decode("ascii")),
        ]
        if b"tracestate" in self.headers and exchange.traceparent == self.headers.get(b"traceparent"):
            own.append(("tracestate", self.headers[b"tracestate"].decode("ascii", "ignore")))
        return to_service(self.headers, own)


async def forward(forwarding: Forwarding, upstream: Upstream, hopper: Hopper, vigil: Vigil) -> None:
    """Send the request on and its answer back.

    Raises a Problem as long as nothing was answered, ClientGone when nobody waits any more.
    """
    body = forwarding.body
    flight = vigil.begin(forwarding.exchange.receive, forwarding.ends_at)
    try:
        if body.is_small:
            await body.spool()
        if body.finished:
            flight.arm()
        else:
            body.on_finished = flight.arm
        slot = upstream.take_slot()
        try:
            await _pass_through(forwarding, upstream, hopper, slot, flight)
        finally:
            slot.release()
    except asyncio.CancelledError:
        if not flight.has_left and not flight.is_late:
            raise
        flight.stay()
        raise _early_end(flight, forwarding, upstream) from None
    finally:
        vigil.end(flight)


def _early_end(flight: Flight, forwarding: Forwarding, upstream: Upstream) -> Exception:
    if flight.has_left:
        return ClientGone()
    if forwarding.body.finished:
        return GatewayTimeout(service=upstream.service)
    forwarding.body.failure = SlowBody()
    return forwarding.body.failure


async def _pass_through(forwarding: Forwarding, upstream: Upstream, hopper: Hopper, slot: Slot, flight: Flight) -> None:
    try:
        answer, instance = await _ask(forwarding, upstream, hopper)
    except HopFailed as failed:
        raise _as_seen_by_the_client(failed, forwarding, upstream) from None
    flight.ends_at = None
    relay = Relay(forwarding.exchange, forwarding.headers, origin=instance.origin, idle_seconds=forwarding.idle_seconds)
    if not forwarding.body.finished:
        forwarding.exchange.linger = forwarding.body.drain
    try:
        await relay.send(answer, slot)
    except AnswerBroke as broke:
        log.warning("the answer of the %s service broke off: %s", upstream.service, broke)
        if not forwarding.exchange.has_begun:
            raise BadGateway(service=upstream.service) from None
    except asyncio.CancelledError:
        if not slot.was_ended:
            raise
        flight.stay()
        await forwarding.exchange.write(b"", more=False)
    finally:
        answer.close()


def _as_seen_by_the_client(failed: HopFailed, forwarding: Forwarding, upstream: Upstream) -> Exception:
    if forwarding.body.failure is not None:
        return forwarding.body.failure
    log.warning("the %s service did not answer: %s", upstream.service, failed)
    return GatewayTimeout(service=upstream.service) if failed.is_timeout else BadGateway(service=upstream.service)


async def _ask(forwarding: Forwarding, upstream: Upstream, hopper: Hopper) -> tuple[HopAnswer, Instance]:
    """The head of the answer and who gave it; asks once more where the first try cannot have done anything."""
    instance = upstream.next_instance()
    try:
        return await _try(forwarding, hopper, instance, again=False), instance
    except HopFailed as failed:
        if not _may_repeat(forwarding, failed):
            raise
        log.info("asking the %s service once more: %s", upstream.service, failed)
    instance = upstream.next_instance(besides=instance)
    return await _try(forwarding, hopper, instance, again=True), instance


def _may_repeat(forwarding: Forwarding, failed: HopFailed) -> bool:
    is_whole = forwarding.body.whole is not None
    return failed.is_repeatable and is_whole and forwarding.exchange.method in IDEMPOTENT


async def _try(forwarding: Forwarding, hopper: Hopper, instance: Instance, *, again: bool) -> HopAnswer:
    body = forwarding.body
    try:
        answer = await hopper.hop(
            instance.origin,
            forwarding.method,
            forwarding.target,
            forwarding.fields(),
            body.chunks if body.whole is None else body.whole,
            again=again,
        )
    except HopFailed as failed:
        if failed.is_connect:
            instance.breaker.failed(now=time.monotonic())
        else:
            instance.breaker.succeeded()
        raise
    instance.breaker.succeeded()
    return answer


def deadline_from(headers: Headers, *, at_most: float) -> float:
    """Seconds that the caller still waits, by X-Deadline-Ms, and never more than we allow.

    >>> deadline_from({b"x-deadline-ms": b"1500"}, at_most=30.0), deadline_from({}, at_most=30.0)
    (1.5, 30.0)
    """
    sent = headers.get(b"x-deadline-ms")
    if sent is None:
        return at_most
    if not sent.isdigit() or len(sent) > 12:
        raise InvalidHeader(name="X-Deadline-Ms", pointer="#x-deadline-ms")
    return min(at_most, int(sent) / 1000)
