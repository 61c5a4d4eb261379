"""The small platform that commands are tried on."""

from collections.abc import AsyncIterator

import pytest

from services.cli import log_import
from services.requests.imports.service import worker
from tests.cli.platform import SmallPlatform, small_platform
from tests.embedded import Databases
from tests.issuer import Issuer


@pytest.fixture
async def platform(
    databases: Databases, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallPlatform]:
    monkeypatch.setattr(worker, "LOOK", 0.02)
    monkeypatch.setattr(log_import, "LOOK", 0.02)
    async with small_platform(databases, issuer) as made:
        yield made
