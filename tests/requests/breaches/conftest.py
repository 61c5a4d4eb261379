"""A desk for disputes."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture
async def desk(databases: Databases, issuer: Issuer) -> AsyncIterator[Desk]:
    async with opened_desk((await databases.fresh("requests")).runtime, issuer) as made:
        yield made
