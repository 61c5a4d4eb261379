"""A pair of departments on the service that rolls back, and one on a database of its own."""

import httpx
import pytest

from tests.requests.agreements.shapes import Pair, a_pair
from tests.requests.people import IdentityDouble, People


@pytest.fixture
async def pair(client: httpx.AsyncClient, people: People, identity: IdentityDouble) -> Pair:
    return await a_pair(client, people, identity)


@pytest.fixture
async def committing_pair(committing: httpx.AsyncClient, people: People, identity: IdentityDouble) -> Pair:
    return await a_pair(committing, people, identity)
