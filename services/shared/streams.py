"""How services reach NATS: a connection that never gives up, and the stream of each service."""

import logging
from datetime import timedelta
from typing import Any

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
DUPLICATE_WINDOW = timedelta(minutes=10)
ACK_WAIT = 6.0
"""Seconds after which JetStream gives the event of a killed process to another; a slow handler renews it."""


async def _log_error(error: Exception) -> None:
    log.log(logging.DEBUG if isinstance(error, OSError) else logging.WARNING, "NATS: %r", error)


async def _log_absence() -> None:
    log.warning("NATS is away")


def connection_options(nats_url: str, name: str) -> dict[str, Any]:
    """Arguments of `nats.connect` and `NatsBroker`: try for ever, twice a second, the first time too."""
    return {
        "servers": [nats_url],
        "name": name,
        "allow_reconnect": True,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.5,
        "connect_timeout": 2,
        "ping_interval": 5,
        "max_outstanding_pings": 2,
        "drain_timeout": 2,
        "error_cb": _log_error,
        "disconnected_cb": _log_absence,
    }


def stream_of(service_or_subject: str) -> str:
    """The stream that holds what a service publishes.

    >>> stream_of("requests"), stream_of("acuerdo.requests.ticket.submitted.v1")
    ('ACUERDO_REQUESTS', 'ACUERDO_REQUESTS')
    """
    parts = service_or_subject.split(".")
    return f"ACUERDO_{parts[1 if len(parts) > 1 else 0].upper()}"


async def ensure_stream(jetstream: JetStreamContext, service: str) -> None:
    """Make the stream of `service`, or bring it in line; what operators set besides (replicas) stays."""
    wanted: dict[str, Any] = {
        "subjects": [f"acuerdo.{service}.>"],
        "max_age": KEPT.total_seconds(),
        "duplicate_window": DUPLICATE_WINDOW.total_seconds(),
    }
    try:
        config = (await jetstream.stream_info(stream_of(service))).config
    except NotFoundError:
        await jetstream.add_stream(StreamConfig(name=stream_of(service), storage=StorageType.FILE, **wanted))
        return
    if any(getattr(config, name) != value for name, value in wanted.items()):
        await jetstream.update_stream(config.evolve(**wanted))


def consumer_config(name: str, subjects: list[str]) -> ConsumerConfig:
    """A durable consumer that gives out one event at a time: a second one only after the first is acknowledged."""
    return ConsumerConfig(
        durable_name=name,
        filter_subjects=subjects,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        max_deliver=-1,
        max_ack_pending=1,
    )
