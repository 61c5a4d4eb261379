"""A platform that runs for the fast end-to-end tests of one worker."""

import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.launcher.ports import free_port
from tests.e2e.running import Running, start


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Where platforms keep their data, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="acuerdo-e2e-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def killable(data_folder: Path) -> AsyncIterator[Running]:
    """A platform of one test, up, which the test may kill in part or as a whole."""
    running = await start(data_folder / "killable", free_port())
    yield running
    running.end(signal.SIGINT)


@pytest.fixture(scope="session")
async def running(data_folder: Path) -> AsyncIterator[Running]:
    """The platform, up; tests share it and found organisations of their own in it."""
    running = await start(data_folder / "shared", free_port())
    yield running
    assert running.end(signal.SIGINT) == 0, running.told()
