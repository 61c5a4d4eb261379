"""A pair after some weeks, played once for all tests that only read; and an empty desk."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.review.reviewed import Reviewed, reviewed
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture(scope="module")
async def done(databases: Databases, issuer: Issuer) -> AsyncIterator[Reviewed]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield await reviewed(made)


@pytest.fixture
async def desk(databases: Databases, issuer: Issuer) -> AsyncIterator[Desk]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield made
