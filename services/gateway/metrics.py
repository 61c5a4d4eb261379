"""Rate, errors and duration of each route template, and how full the upstreams are; told on a port of its own."""

from collections.abc import Iterable, Iterator
from functools import cache, partial
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.gateway.upstreams.upstream import Upstream

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CLIENT_GONE = 499


class Metrics:
    """Counts requests; `serve` tells them to whoever monitors."""

    def __init__(self, upstreams: Iterable[Upstream]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Places(upstreams))
        requests = Counter(
            "acuerdo_gateway_requests",
            "Requests answered (499: the client left first)",
            ("route", "method", "status"),
            registry=self.registry,
        )
        durations = Histogram(
            "acuerdo_gateway_request_seconds",
            "From the request's head to the end of its answer",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        # the labels are few (templates, methods, statuses), and finding their child anew costs more than counting
        self._counter = cache(partial(_child, requests))
        self._duration = cache(durations.labels)

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._counter(route, method, str(status)).inc()
        self._duration(route).observe(seconds)

    def serve(self, host: str, port: int) -> tuple[WSGIServer, Thread]:
        """Listen for scrapes; the caller shuts the server down."""
        return start_http_server(port, host, registry=self.registry)


def _child(metric: Counter, route: str, method: str, status: str) -> Counter:
    return metric.labels(route, method, status)


class _Places(Collector):
    def __init__(self, upstreams: Iterable[Upstream]) -> None:
        self._upstreams = list(upstreams)

    def collect(self) -> Iterator[Metric]:
        in_flight = GaugeMetricFamily("acuerdo_gateway_in_flight", "Requests at a service", labels=("service",))
        streams = GaugeMetricFamily("acuerdo_gateway_streams", "Event streams of a service", labels=("service",))
        ready = GaugeMetricFamily("acuerdo_gateway_ready", "Whether a replica is ready", labels=("service", "origin"))
        for upstream in self._upstreams:
            in_flight.add_metric((upstream.service,), upstream.in_flight)
            streams.add_metric((upstream.service,), len(upstream.streams))
            for instance in upstream.instances:
                ready.add_metric((upstream.service, instance.origin), int(instance.is_ready))
        yield from (in_flight, streams, ready)
