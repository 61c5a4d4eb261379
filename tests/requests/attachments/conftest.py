"""A desk, as for tickets, and a store that speaks S3, as a process."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from services.launcher.ports import free_port
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk


@pytest.fixture
async def desk(databases: Databases, issuer: Issuer) -> AsyncIterator[Desk]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as made:
        yield made


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a store with the bucket `files`."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    origin = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.put(f"{origin}/files").raise_for_status()
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield origin
        server.terminate()
