"""The migrations make what the models say, and can be taken back."""

import asyncio

from services.shared import migrating
from tests.embedded import Databases


async def test_up_down_and_up_again(databases: Databases) -> None:
    owner = (await databases.empty("feedback")).owner
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    await asyncio.to_thread(migrating.check, "feedback", owner)
    await asyncio.to_thread(migrating.downgrade, "feedback", owner, "base")
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    await asyncio.to_thread(migrating.check, "feedback", owner)
