"""How services reach PostgreSQL: the engine, the transaction of a request, and the bare driver for hot paths.

Use cases never commit: a route's transaction (`routing.py`) or the blocks made here do, when they end.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, EmulatedDBAPIException, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Sessions = async_sessionmaker[AsyncSession]
OUTAGES = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a database that is away, starting or stopping raises.

InternalClientError comes between PostgreSQL's farewell and the end of its connection: asyncpg has read the one and then
takes a statement for a second one at the same time.
"""


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def make_engine(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine on asyncpg for `postgresql://…`, with statements bounded to 10 s and locks to 5 s."""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        json_serializer=_json_text,
        json_deserializer=orjson.loads,
        hide_parameters=True,  # an error's text goes to the log: e-mail addresses and hashes do not
        connect_args={
            "timeout": 5,
            "server_settings": {
                "jit": "off",
                "timezone": "UTC",
                "statement_timeout": "10s",
                "lock_timeout": "5s",
                "idle_in_transaction_session_timeout": "30s",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    return engine


def _refuse_dead(dbapi_connection: Any, record: object, proxy: object) -> None:
    """Have the pool replace a connection that PostgreSQL has closed; asking the socket costs no round trip."""
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose rows stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def hot_connection(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """The driver's own connection; each statement is a transaction of its own. For hot paths that only read.

    It comes straight from the engine's pool: SQLAlchemy's connection around it costs as much as another statement.
    Never mix it with a session on the same connection.
    """
    try:
        pooled = await engine.raw_connection()
    except EmulatedDBAPIException as error:
        raise DBAPIError("connect", None, error) from error
    connection: Any = pooled.driver_connection
    try:
        yield connection
    finally:
        if not connection.is_closed() and connection.is_in_transaction():
            connection.terminate()  # a cancellation cut its rollback short: the pool makes another one
        pooled.close()


@asynccontextmanager
async def hot_transaction(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """A `hot_connection` inside a transaction that commits when the block ends."""
    async with hot_connection(engine) as connection, connection.transaction():
        yield connection
