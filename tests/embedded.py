"""Databases for tests on an embedded PostgreSQL: empty ones, and copies of a service's migrated template."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.launcher.databases import (
    DatabaseUrls,
    Passwords,
    clone_database,
    drop_database,
    ensure_database,
    service_urls,
)
from services.launcher.postgres import EmbeddedPostgres
from services.shared import migrating

PASSWORDS = Passwords(runtime="runtime-of-a-test", owner="owner-of-a-test")


@dataclass
class Databases:
    """Makes databases with the two roles of a service; each service's template is migrated once."""

    server: EmbeddedPostgres
    _templates: dict[str, str] = field(default_factory=dict)
    _shared: dict[str, DatabaseUrls] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def empty(self, service: str) -> DatabaseUrls:
        """A new database without tables. `service` need not exist: only its roles are made."""
        await ensure_database(self.server.url(), service, PASSWORDS)
        return await self._clone(service, f"acuerdo_{service}")

    async def fresh(self, service: str) -> DatabaseUrls:
        """A new migrated database, for a test that commits. Takes about 0.1 s."""
        return await self._clone(service, await self._template(service))

    @asynccontextmanager
    async def passing(self, service: str) -> AsyncIterator[DatabaseUrls]:
        """As `fresh`, and gone afterwards: many tests with one each would fill the disk."""
        urls = await self.fresh(service)
        yield urls
        await drop_database(self.server.url(), urls.owner.rpartition("/")[2])

    async def shared(self, service: str) -> DatabaseUrls:
        """The worker's one migrated database, for tests that roll everything back."""
        if service not in self._shared:
            self._shared[service] = await self.fresh(service)
        return self._shared[service]

    async def _template(self, service: str) -> str:
        if service not in self._templates:
            urls = await self.empty(service)
            await asyncio.to_thread(migrating.upgrade, service, urls.owner)
            self._templates[service] = urls.owner.rpartition("/")[2]
        return self._templates[service]

    async def _clone(self, service: str, original: str) -> DatabaseUrls:
        clone = f"test_{service}_{next(self._numbers)}"
        await clone_database(self.server.url(), service, original, clone)
        return service_urls(self.server.url(), service, PASSWORDS, clone)
