"""What a kill -9 of each party leaves behind, with real processes."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from services.launcher.databases import ensure_database
from services.launcher.nats import EmbeddedNats
from services.launcher.postgres import EmbeddedPostgres
from services.shared.db import make_engine
from services.shared.outbox import PublishedEvent
from tests.embedded import PASSWORDS
from tests.shared.events.killable import Killable
from tests.shared.events.toy import (
    Toy,
    by_aggregate,
    is_in_order,
    make_tables,
    numbered,
    parcels,
    published,
    running,
    until,
)


class KillablePostgres(Killable):
    def start(self) -> None:
        self.cluster.free_cluster()
        super().start()

    def __init__(self, cluster: EmbeddedPostgres, log: Path) -> None:
        super().__init__(cluster.program(), log, cluster.is_ready)
        self.cluster = cluster


@pytest.fixture
def postgres_server(tmp_path: Path) -> Iterator[KillablePostgres]:
    cluster = EmbeddedPostgres.prepare(tmp_path / "postgres", "superuser-of-a-test")
    server = KillablePostgres(cluster, tmp_path / "postgres.log")
    server.start()
    yield server
    server.kill()
    cluster.free_cluster()


@pytest.fixture
async def mortal_toy(postgres_server: KillablePostgres, wire: EmbeddedNats) -> AsyncIterator[Toy]:
    """The toy on a PostgreSQL of its own, which writes to disk before it says so."""
    urls = await ensure_database(postgres_server.cluster.url(), "toy", PASSWORDS)
    await make_tables(urls.owner)
    engine = make_engine(urls.runtime)
    yield Toy(engine, urls.runtime, wire.url)
    await engine.dispose()


async def send_whatever_happens(toy: Toy, events: list[PublishedEvent]) -> set[tuple[str, int]]:
    """Send each once; give those whose transaction was acknowledged."""
    acknowledged = set()
    for event in events:
        with suppress(DBAPIError, OSError):
            await toy.send(event)
            acknowledged.add((event.aggregate, getattr(event, "number", -1)))
        await asyncio.sleep(0.005)
    return acknowledged


@pytest.mark.slow
async def test_postgres_and_nats_killed_under_load(
    mortal_toy: Toy, postgres_server: KillablePostgres, nats_server: Killable
) -> None:
    consumers = mortal_toy.consumers()
    async with running(mortal_toy.relay().run(), mortal_toy.relay().run(), consumers.run()):
        sending = asyncio.create_task(send_whatever_happens(mortal_toy, parcels(20, 40)))
        for server in (postgres_server, nats_server, postgres_server):
            await asyncio.sleep(1.5)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        acknowledged = await sending
        started = time.perf_counter()
        await until(mortal_toy.is_relayed)
        await until(consumers.caught_up, 60)
        seconds = time.perf_counter() - started
    messages = {message["id"]: message for message in await published(mortal_toy.nats_url)}
    effects = await mortal_toy.effects()
    print(
        f"\nPostgreSQL killed twice, NATS once: {len(acknowledged)} of 800 acknowledged, {len(messages)} published,"
        f" {len(effects)} effects; all calm {seconds:.1f} s after the last write"
    )
    assert acknowledged <= set(numbered(messages.values()))
    assert sorted(effects) == sorted(numbered(messages.values()))
    assert all(numbers == sorted(numbers) for numbers in by_aggregate(effects).values())
    assert await mortal_toy.dead_letters() == []


@pytest.mark.slow
async def test_an_effect_whose_acknowledgement_was_never_sent_happens_once(toy: Toy, nats_server: Killable) -> None:
    await toy.send_together(*parcels(2, 3))
    async with running(toy.relay().run()):
        await until(toy.is_relayed)
    for _ in range(2):
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.shared.events.crashing_reader", toy.database_url, toy.nats_url
        )
        assert await asyncio.wait_for(reader.wait(), 20) == -signal.SIGKILL
    left = len(await toy.effects())
    consumers = toy.consumers()
    async with running(consumers.run()):
        await until(consumers.caught_up)
    effects = await toy.effects()
    print(f"\ntwo crashes between commit and acknowledgement left {left} effects; in the end {len(effects)} of 6")
    assert len(effects) == 6
    assert is_in_order(effects, 3)


@pytest.mark.slow
async def test_2000_events_from_commit_to_effect(toy: Toy, nats_server: Killable) -> None:
    consumers = toy.consumers()
    events = parcels(100, 20)
    async with running(toy.relay().run()):
        started = time.perf_counter()
        await toy.send_together(*events)
        await until(toy.is_relayed)
        relayed = time.perf_counter() - started
    processor, started = time.process_time(), time.perf_counter()
    async with running(consumers.run()):
        await until(consumers.caught_up, 60)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    print(
        f"\n2,000 events: written and relayed in {relayed:.2f} s; taken in one by one in {seconds:.2f} s:"
        f" {2000 / seconds:,.0f}/s, {1e6 * processor / 2000:,.0f} µs CPU each"
    )
    assert is_in_order(await toy.effects(), 20)
