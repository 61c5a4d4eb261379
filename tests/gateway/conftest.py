"""A gateway before a service that records, shared by every test that needs no settings of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.world import Recorder, World, a_gateway, signed_in


@pytest.fixture(scope="session")
def shared_recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
async def shared_gateway(tmp_path_factory: pytest.TempPathFactory, shared_recorder: Recorder) -> AsyncIterator[str]:
    directory: Path = tmp_path_factory.mktemp("openapi")
    async with a_gateway(directory, shared_recorder) as origin:
        yield origin


@pytest.fixture
def recorder(shared_recorder: Recorder) -> Recorder:
    """The service behind the gateway of `world`; it has seen nothing yet."""
    shared_recorder.requests.clear()
    return shared_recorder


@pytest.fixture
async def world(shared_gateway: str, recorder: Recorder) -> AsyncIterator[World]:
    """A gateway with the usual settings, and somebody new signed in."""
    async with signed_in(shared_gateway) as world:
        yield world
