"""One service: its replicas in turn, and a cap on what it holds at once, so that a slow service stops no other."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from services.gateway.routes import Service
from services.gateway.upstreams.breaker import Breaker
from services.shared.language import Texts
from services.shared.problems import Unavailable


class UpstreamBusy(Unavailable):
    code = "upstream_busy"
    detail = Texts(
        "The {service} service has as much to do as it can take.",
        "El servicio {service} tiene todo el trabajo que puede aceptar.",
    )


class UpstreamDown(Unavailable):
    code = "upstream_down"
    detail = Texts(
        "The {service} service cannot be reached at the moment.",
        "No se puede contactar con el servicio {service} en este momento.",
    )


class Instance:
    """A replica at an origin ("http://127.0.0.1:8001"), with what we know of its health."""

    def __init__(self, origin: str, breaker: Breaker) -> None:
        self.origin = origin
        self.breaker = breaker
        self.is_ready = True


class Slot:
    """A request's place at an upstream; `stream` moves it to the many places that idle streams have."""

    def __init__(self, upstream: "Upstream") -> None:
        self.was_ended = False
        self._upstream = upstream
        self._streaming: asyncio.Task[Any] | None = None
        upstream.in_flight += 1

    def stream(self) -> None:
        """From here on this is an endless answer. Raises UpstreamBusy when there are enough of them."""
        if len(self._upstream.streams) >= self._upstream.most_streams:
            raise UpstreamBusy(service=self._upstream.service, retry_after=5)
        self._streaming = asyncio.current_task()
        self._upstream.in_flight -= 1
        self._upstream.streams.add(self)

    def end(self) -> None:
        """Cancel the task of an endless answer, which then ends it as if it were complete."""
        if self._streaming is not None:
            self.was_ended = True
            self._streaming.cancel()

    def release(self) -> None:
        """Give the place back."""
        if self in self._upstream.streams:
            self._upstream.streams.remove(self)
        else:
            self._upstream.in_flight -= 1


class Upstream:
    """A service with its replicas; at most `most_requests` ordinary requests and `most_streams` streams at once."""

    def __init__(
        self, service: Service, instances: Sequence[Instance], *, most_requests: int, most_streams: int
    ) -> None:
        if not instances:
            raise ValueError(f"the {service} service has no address")
        self.service = service
        self.instances = tuple(instances)
        self.most_requests = most_requests
        self.most_streams = most_streams
        self.in_flight = 0
        self.streams: set[Slot] = set()
        self._turn = 0

    def end_streams(self) -> None:
        """End every endless answer, cleanly: clients come back with Last-Event-ID, to another replica."""
        for slot in tuple(self.streams):
            slot.end()

    def take_slot(self) -> Slot:
        """A place for one request, or UpstreamBusy at once: waiting in line would only move the overload here."""
        if self.in_flight >= self.most_requests:
            raise UpstreamBusy(service=self.service)
        return Slot(self)

    def next_instance(self, *, besides: Instance | None = None) -> Instance:
        """The replica whose turn it is: ready ones first, and, where none is, any that may be tried.

        `besides` is taken only where it is the only one. Raises UpstreamDown when every breaker is open.
        """
        now = time.monotonic()
        self._turn += 1
        only = self.instances[0]
        if len(self.instances) == 1 and only.breaker.lets_through(now=now):
            return only
        others = [each for each in self.instances if each is not besides]
        ready = [each for each in others if each.is_ready]
        first = self._turn % len(ready) if ready else 0
        for instance in (*ready[first:], *ready[:first], *others, *self.instances):
            if instance.breaker.lets_through(now=now):
                return instance
        raise UpstreamDown(service=self.service)
