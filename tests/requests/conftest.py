"""The requests service for tests: on one connection, rolled back in the end (not for hot routes), or on a database."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker

from services.requests.app import create_app
from services.requests.settings import RequestsSettings
from services.shared.idempotency import Fetch, session_fetch
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.people import IdentityDouble, People, calling, running


@pytest.fixture
def people(issuer: Issuer) -> People:
    return People(issuer)


@pytest.fixture
def identity() -> IdentityDouble:
    return IdentityDouble()


@pytest.fixture
async def app(databases: Databases, issuer: Issuer, identity: IdentityDouble) -> AsyncIterator[FastAPI]:
    made = create_app(RequestsSettings(database_url=(await databases.shared("requests")).runtime))
    async with running(made, issuer, identity), made.state.engine.connect() as connection:
        await connection.begin()
        savepoints: Any = {"expire_on_commit": False, "join_transaction_mode": "create_savepoint"}
        made.state.sessions = async_sessionmaker(connection, **savepoints)
        yield made
        await connection.rollback()


@pytest.fixture
async def client(app: FastAPI) -> httpx.AsyncClient:
    return calling(app)


@pytest.fixture
async def fetch(app: FastAPI) -> AsyncIterator[Fetch]:
    async with app.state.sessions.begin() as session:
        yield session_fetch(session)


@pytest.fixture
async def url(databases: Databases) -> str:
    return (await databases.fresh("requests")).runtime


@pytest.fixture
async def committing(url: str, issuer: Issuer, identity: IdentityDouble) -> AsyncIterator[httpx.AsyncClient]:
    """As `client`, on a database of the test's own (`url`): for hot routes and true concurrency."""
    async with running(made := create_app(RequestsSettings(database_url=url)), issuer, identity):
        yield calling(made)
