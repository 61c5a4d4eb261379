"""The toy service's database, and a NATS server that a test may kill."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.launcher.databases import DatabaseUrls
from services.launcher.nats import EmbeddedNats
from services.shared.db import make_engine
from tests.embedded import Databases
from tests.shared.events.killable import Killable
from tests.shared.events.toy import Toy, make_tables


@pytest.fixture(scope="module")
async def database(databases: Databases) -> DatabaseUrls:
    urls = await databases.empty("toy")
    await make_tables(urls.owner)
    return urls


@pytest.fixture
async def urls(database: DatabaseUrls) -> DatabaseUrls:
    """A database with the toy's tables, which are empty."""
    owner = await asyncpg.connect(database.owner)
    await owner.execute("TRUNCATE outbox, inbox, dead_letter, effect RESTART IDENTITY")
    await owner.close()
    return database


@pytest.fixture
async def engine(urls: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(urls.runtime)
    yield engine
    await engine.dispose()


@pytest.fixture
def wire(tmp_path: Path) -> EmbeddedNats:
    """Where this test's NATS server will listen; `nats_server` starts it."""
    return EmbeddedNats.prepare(tmp_path / "nats", "password-of-a-test")


@pytest.fixture
def nats_server(wire: EmbeddedNats, tmp_path: Path) -> Iterator[Killable]:
    server = Killable(wire.program(), tmp_path / "nats.log", wire.is_ready)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def toy(engine: AsyncEngine, urls: DatabaseUrls, wire: EmbeddedNats) -> Toy:
    return Toy(engine, urls.runtime, wire.url)
