"""The requests service with two departments, an offering and its people, on a database of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture
async def desk(databases: Databases, issuer: Issuer) -> AsyncIterator[Desk]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield made
