"""Weeks of seeded work at a desk, for reports to count."""

from collections.abc import AsyncIterator

import pytest

from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.reports.weeks_of_work import Work, played
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture
async def desk(databases: Databases, issuer: Issuer) -> AsyncIterator[Desk]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield made


@pytest.fixture(scope="module")
async def work(databases: Databases, issuer: Issuer) -> AsyncIterator[Work]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield await played(made, seed=3, tickets=100)
