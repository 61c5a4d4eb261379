"""The requests service at a desk, ready to take in logs."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.imports.importing import Imports
from tests.requests.tickets.desk import opened_desk


@pytest.fixture
async def imports(databases: Databases, issuer: Issuer) -> AsyncIterator[Imports]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as desk:
        yield Imports(desk)
