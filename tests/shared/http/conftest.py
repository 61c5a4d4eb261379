"""A toy service with every convention on it, on a database of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.shared.db import make_engine
from services.shared.service_app import service_app
from services.shared.settings import ServiceSettings
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.shared.http.toy import Base, hot_router, router


@pytest.fixture
async def app(databases: Databases, issuer: Issuer) -> AsyncIterator[FastAPI]:
    urls = await databases.empty("toy")
    owner = make_engine(urls.owner)
    async with owner.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await owner.dispose()
    settings = ServiceSettings(database_url=urls.runtime)
    toy = service_app(settings, name="toy", routers=[router, hot_router])
    toy.state.tokens = issuer.verifier
    async with toy.router.lifespan_context(toy):
        yield toy


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {issuer.token(scope='things:write')}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy", headers=headers) as made:
        yield made
