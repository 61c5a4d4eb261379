"""The one task of a service that sends its outbox to JetStream, whatever dies and comes back meanwhile."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

import asyncpg
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from services.shared.db import Connection
from services.shared.streams import connection_options, ensure_stream

log = logging.getLogger(__name__)

BATCH = 500
ACK_TIMEOUT = 3.0
DRAIN_TIMEOUT = 2.0
IDLE_LOOK = 1.0
"""Seconds between two looks without a notice: finds what a lost notice announced, and a dead PostgreSQL."""
STANDBY_LOOK = 0.25
LONGEST_PAUSE = 2.0
KEEPALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""PostgreSQL lets go of the lock of a relay whose machine vanished after some 11 s; of a killed process, at once."""

# Tried, not waited for: a statement waiting for the lock would hold a snapshot and keep vacuum from the outbox.
TAKE_LOCK = "SELECT pg_try_advisory_lock(hashtext('acuerdo'), hashtext('relay'))"
NEXT_ROWS = "SELECT position, id, aggregate, subject, body::text FROM outbox ORDER BY position LIMIT $1"
FORGET = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"


class NatsAway(Exception):
    """NATS is not connected: the relay lets go of the lock, so that a replica that reaches NATS may lead."""


class NotAcknowledged(Exception):
    """Some rows were not taken: their stream may be gone, full or without a leader."""


async def publish_in_order(jetstream: JetStreamContext, rows: Iterable[asyncpg.Record]) -> list[int]:
    """Publish rows and give the positions that JetStream acknowledged.

    Aggregates go side by side; within one, the next row leaves after its predecessor was acknowledged, and stays
    behind where that failed: nothing ever overtakes a row of its own aggregate.
    """
    lanes: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        lanes[row["aggregate"]].append(row)
    acknowledged: list[int] = []
    await asyncio.gather(*(_publish_lane(jetstream, lane, acknowledged) for lane in lanes.values()))
    return acknowledged


async def _publish_lane(jetstream: JetStreamContext, lane: list[asyncpg.Record], acknowledged: list[int]) -> None:
    # `publish`, side by side: nats-py 2.16 drops a refusal of `publish_async`, which then only times out
    for row in lane:
        headers = {"Nats-Msg-Id": str(row["id"]), "content-type": "application/cloudevents+json"}
        try:
            await jetstream.publish(row["subject"], row["body"].encode(), timeout=ACK_TIMEOUT, headers=headers)
        except (NatsError, OSError) as error:
            log.warning("event %s was not taken: %r", row["id"], error)
            return
        acknowledged.append(row["position"])


async def _take_lock(database: Connection) -> None:
    while True:
        if await database.fetchval(TAKE_LOCK):
            return
        await asyncio.sleep(STANDBY_LOOK)


class Relay:
    """Sends what `service` enqueued. Every replica runs one; the one that holds the database's lock leads."""

    def __init__(self, *, service: str, database_url: str, nats_url: str) -> None:
        self.is_leading = False
        self._service = service
        self._database_url = database_url
        self._nats_url = nats_url
        self._failures = 0

    async def run(self) -> None:
        """Relay until cancelled; what is in flight then gets two seconds to be acknowledged and forgotten."""
        bus = await nats.connect(**connection_options(self._nats_url, f"{self._service}-relay"))
        try:
            while True:
                await self._lead_until_something_breaks(bus)
                await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**self._failures))
                self._failures = min(self._failures + 1, 10)
        finally:
            with suppress(NatsError, OSError, TimeoutError):
                await bus.close()

    async def _lead_until_something_breaks(self, bus: Client) -> None:
        try:
            await self._lead(bus)
        except Exception as error:
            level = logging.DEBUG if self._failures else logging.WARNING
            log.log(level, "the relay of %s starts again: %r", self._service, error)
        finally:
            self.is_leading = False

    async def _lead(self, bus: Client) -> None:
        if not bus.is_connected:
            raise NatsAway
        jetstream = bus.jetstream(timeout=ACK_TIMEOUT)
        await ensure_stream(jetstream, self._service)
        database = await asyncpg.connect(self._database_url, timeout=5, command_timeout=10, server_settings=KEEPALIVE)
        try:
            await _take_lock(database)
            self.is_leading = True
            await self._pump(bus, jetstream, database)
        finally:
            database.terminate()

    async def _pump(self, bus: Client, jetstream: JetStreamContext, database: Connection) -> None:
        notice = asyncio.Event()
        await database.add_listener("outbox", lambda *_: notice.set())
        database.add_termination_listener(lambda *_: notice.set())
        while bus.is_connected:
            notice.clear()
            rows = await database.fetch(NEXT_ROWS, BATCH)
            if rows and await self._send(jetstream, database, rows) < len(rows):
                raise NotAcknowledged
            if len(rows) < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(notice.wait(), IDLE_LOOK)
        raise NatsAway

    async def _send(self, jetstream: JetStreamContext, database: Connection, rows: list[asyncpg.Record]) -> int:
        sending = asyncio.create_task(self._publish_and_forget(jetstream, database, rows))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait([sending], timeout=DRAIN_TIMEOUT)
            sending.cancel()
            raise

    async def _publish_and_forget(
        self, jetstream: JetStreamContext, database: Connection, rows: list[asyncpg.Record]
    ) -> int:
        acknowledged = await publish_in_order(jetstream, rows)
        await database.execute(FORGET, acknowledged)
        if acknowledged:
            self._failures = 0
        return len(acknowledged)
