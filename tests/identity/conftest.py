"""The identity service for tests: on a connection whose every commit is rolled back in the end."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.identity.app import create_app, load_keys
from services.identity.settings import IdentitySettings
from tests.embedded import Databases
from tests.identity.organisation import Organisation


@pytest.fixture
async def app(databases: Databases) -> AsyncIterator[FastAPI]:
    """The app, its sessions on savepoints of one connection."""
    urls = await databases.shared("identity")
    made = create_app(IdentitySettings(database_url=urls.runtime, argon2_time=1, argon2_memory=8))
    async with made.state.engine.connect() as connection:
        await connection.begin()
        made.state.sessions = async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        await load_keys(made)
        yield made
        await connection.rollback()
    made.state.passwords.close()
    await made.state.engine.dispose()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody signed in: `headers=organisation.headers(person)` does that."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as made:
        yield made


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[AsyncSession]:
    """A session of the app; `flush` before the app has to see what it wrote."""
    async with app.state.sessions() as made, made.begin():
        yield made


@pytest.fixture
async def organisation(app: FastAPI) -> Organisation:
    """Makes departments and people, and signs them in."""
    return Organisation(app)
