"""A database of its own for each test: workers commit."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.requests.firing.bell import Bell, a_bell


@pytest.fixture
async def bell(databases: Databases) -> AsyncIterator[Bell]:
    async with databases.passing("requests") as urls, a_bell(urls.runtime) as made:
        yield made
