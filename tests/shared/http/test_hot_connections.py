"""The driver's own connection for hot paths: given back whole, replaced when it cannot be."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from services.shared.db import hot_connection, hot_transaction, make_engine
from tests.embedded import Databases


async def test_what_a_cancelled_transaction_wrote_is_gone_and_its_connection_serves_on(databases: Databases) -> None:
    engine = make_engine((await databases.empty("toy")).owner, pool_size=1)
    async with hot_connection(engine) as connection:
        await connection.execute("CREATE TABLE hot (n int)")
        first = connection.get_server_pid()

    async def write_and_wait() -> None:
        async with hot_transaction(engine) as connection:
            await connection.execute("INSERT INTO hot VALUES (1)")
            await connection.execute("SELECT pg_sleep(30)")

    writing = asyncio.create_task(write_and_wait())
    await asyncio.sleep(0.2)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    async with hot_connection(engine) as connection:
        assert await connection.fetchval("SELECT count(*) FROM hot") == 0
        assert connection.get_server_pid() == first
    await engine.dispose()


async def test_a_connection_left_in_a_transaction_is_replaced(databases: Databases) -> None:
    engine = make_engine((await databases.empty("toy")).owner, pool_size=1)
    async with hot_connection(engine) as connection:
        left = connection.get_server_pid()
        await connection.execute("BEGIN; CREATE TABLE never (n int)")
    async with hot_connection(engine) as connection:
        assert connection.get_server_pid() != left
        assert await connection.fetchval("SELECT to_regclass('never')") is None
    await engine.dispose()


async def test_a_connection_that_the_server_ended_is_replaced(databases: Databases) -> None:
    urls = await databases.empty("toy")
    engine = make_engine(urls.owner, pool_size=1)
    async with hot_connection(engine) as connection:
        ended = connection.get_server_pid()
    killer = await asyncpg.connect(databases.server.url())
    await killer.execute("SELECT pg_terminate_backend($1, 5000)", ended)
    await killer.close()
    await asyncio.sleep(0.05)
    async with hot_connection(engine) as connection:
        assert connection.get_server_pid() != ended
    await engine.dispose()


async def test_a_refused_login_is_told_as_sqlalchemy_tells_it(databases: Databases) -> None:
    engine = make_engine(databases.server.url().replace(databases.server.password, "wrong"), pool_size=1)
    with pytest.raises(DBAPIError):
        async with hot_connection(engine):
            pass
    await engine.dispose()
