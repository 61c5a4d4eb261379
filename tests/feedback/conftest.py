"""The feedback service on a database and beside a NATS server of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.embedded import Databases
from tests.feedback.world import World, a_world
from tests.issuer import Issuer


@pytest.fixture
async def world(databases: Databases, tmp_path: Path, issuer: Issuer) -> AsyncIterator[World]:
    async with a_world(await databases.fresh("feedback"), tmp_path, issuer) as world:
        yield world
