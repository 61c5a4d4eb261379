"""The tables that the code reads are those that the migrations make, forth and back."""

import asyncio

from services.shared import migrating
from tests.embedded import Databases


async def test_models_and_migrations_say_the_same(databases: Databases) -> None:
    urls = await databases.fresh("requests")
    for step in (migrating.check, migrating.downgrade, migrating.upgrade, migrating.check):
        await asyncio.to_thread(step, "requests", urls.owner)
