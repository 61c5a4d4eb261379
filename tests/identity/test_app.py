"""The service as a whole: its health, its contract, its database in step with its models."""

import asyncio
import re

import httpx
from fastapi import FastAPI

from services.identity.app import create_app
from services.identity.events import DepartmentChanged, DepartmentCreated, PersonChanged, PersonCreated
from services.identity.settings import IdentitySettings
from services.launcher.nats import EmbeddedNats
from services.shared import migrating
from services.shared.service_app import openapi_document
from tests.embedded import Databases
from tests.identity.organisation import Organisation


def test_every_operation_has_its_name_and_its_problems(app: FastAPI) -> None:
    paths = openapi_document(app)["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) >= 29
    for operation in operations:
        assert re.fullmatch(r"[a-z0-9]+(_[a-z]+)+", operation["operationId"])
        assert len(operation["tags"]) == 1
        assert {"422", "503"} <= set(operation["responses"])


def test_events_have_examples() -> None:
    for event in (DepartmentCreated, DepartmentChanged, PersonCreated, PersonChanged):
        assert event.example().aggregate


async def test_models_and_migrations_say_the_same(databases: Databases) -> None:
    urls = await databases.fresh("identity")
    for step in (migrating.check, migrating.downgrade, migrating.upgrade, migrating.check):
        await asyncio.to_thread(step, "identity", urls.owner)


async def test_it_becomes_ready_and_its_events_leave(databases: Databases, nats: EmbeddedNats) -> None:
    urls = await databases.fresh("identity")
    settings = IdentitySettings(database_url=urls.runtime, nats_url=nats.url, argon2_time=1, argon2_memory=8)
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://identity") as client,
    ):
        assert await _becomes(client, 200)
        department = await Organisation(app).department()
        for _ in range(100):
            if not await Organisation(app).events(department.id):
                break
            await asyncio.sleep(0.05)
        assert await Organisation(app).events(department.id) == []
        ready = (await client.get("/health/ready")).json()
        assert ready["checks"]["keys"] == "loaded"
        assert ready["checks"]["outbox"] == {"oldest_seconds": 0}
    app.state.passwords.close()


async def _becomes(client: httpx.AsyncClient, status: int) -> bool:
    for _ in range(100):
        if (await client.get("/health/ready")).status_code == status:
            return True
        await asyncio.sleep(0.05)
    return False
