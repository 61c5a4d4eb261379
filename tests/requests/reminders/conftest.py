"""A service desk on a database of its own: reminders commit."""

from collections.abc import AsyncIterator

import pytest

from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture
async def desk(url: str, issuer: Issuer) -> AsyncIterator[Desk]:
    async with opened_desk(url, issuer) as opened:
        yield opened
