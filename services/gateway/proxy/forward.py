"""One request to one service: its place, its deadline, one repeat where that is safe, an end when the client leaves."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import TypeVar

from services.gateway.admission.body import Body, SlowBody
from services.gateway.admission.shape import Headers, InvalidHeader
from services.gateway.exchange import ClientGone, Exchange
from services.gateway.proxy.departure import Departure
from services.gateway.proxy.headers import to_service
from services.gateway.proxy.relay import Relay
from services.gateway.upstreams.hop import AnswerBroke, HopAnswer, HopFailed, Hopper
from services.gateway.upstreams.upstream import Instance, Slot, Upstream
from services.shared.language import Texts
from services.shared.problems import Problem

log = logging.getLogger(__name__)

T = TypeVar("T")
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


async def forward(forwarding: Forwarding, upstream: Upstream, hopper: Hopper) -> None:
    """Send the request on and its answer back.

    Raises a Problem as long as nothing was answered, ClientGone when nobody waits any more.
    """
    exchange, body = forwarding.exchange, forwarding.body
    departure = Departure(exchange.receive)
    try:
        if body.is_small:
            await _within_deadline(body.spool(), forwarding, upstream)
        body.on_finished = departure.arm
        if body.finished:
            departure.arm()
        with upstream.slot() as slot:
            await _pass_through(forwarding, upstream, hopper, slot)
    except asyncio.CancelledError:
        if not departure.has_left:
            raise
        _stay()
        raise ClientGone from None
    finally:
        departure.stop()


async def _pass_through(forwarding: Forwarding, upstream: Upstream, hopper: Hopper, slot: Slot) -> None:
    answer, instance = await _within_deadline(_ask(forwarding, upstream, hopper), forwarding, upstream)
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
        _stay()
        await forwarding.exchange.write(b"", more=False)
    finally:
        answer.close()


def _stay() -> None:
    """The cancellation of this task was meant for the work that has just ended, not for the task."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


async def _within_deadline(work: Awaitable[T], forwarding: Forwarding, upstream: Upstream) -> T:
    """The result of `work`, or the problem that its failure is to the client."""
    body = forwarding.body
    try:
        async with asyncio.timeout(forwarding.seconds_left):
            return await work
    except TimeoutError:
        if not body.finished:
            raise SlowBody from None
        raise GatewayTimeout(service=upstream.service) from None
    except HopFailed as failed:
        if body.failure is not None:
            raise body.failure from None
        log.warning("the %s service did not answer: %s", upstream.service, failed)
        if failed.is_timeout:
            raise GatewayTimeout(service=upstream.service) from None
        raise BadGateway(service=upstream.service) from None


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
