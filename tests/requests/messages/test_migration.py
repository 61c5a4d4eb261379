"""Messages of before digests are kept as they were read, forth and back."""

import asyncio
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.shared import migrating
from services.shared.db import make_engine
from tests.embedded import Databases

PERSON = UUID(int=1)
MINUTE, LINK = "2026-03-02T09:00:00Z", "/v1/tickets/1"
OF_BEFORE = [(1, "clock_warned", MINUTE, 2), (2, "clock_breached", MINUTE, 1), (3, "survey", LINK, 1)]
"""Of one minute two messages, of different kinds; and one that stands alone by its link."""
_MESSAGE = """
INSERT INTO message (id, person_id, kind, digest, link, created_at, read_at, item_count, version)
VALUES (:id, :person, :kind, :digest, :link, '2026-03-02T09:00:10Z', NULL, :items, 1)
"""
_ITEM = """
INSERT INTO message_item (message_id, position, link, about, created_at)
VALUES (:id, :position, :link, '{"cycle": 1}', '2026-03-02T09:00:10Z')
"""
_DIGESTED = """
INSERT INTO message (id, person_id, kind, digest, link, created_at, item_count, version)
VALUES (:id, :person, 'digest', :digest, :link, '2026-03-02T09:07:10Z', 2, 1)
"""
_ITEM_OF_A_KIND = """
INSERT INTO message_item (message_id, position, kind, link, about, created_at)
VALUES (:id, :position, :kind, :link, '{}', '2026-03-02T09:07:10Z')
"""


async def told(engine: AsyncEngine, sql: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def write_as_of_before(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for number, kind, digest, items in OF_BEFORE:
            message = {"id": UUID(int=number), "link": LINK}
            of_message = {**message, "person": PERSON, "kind": kind, "digest": digest, "items": items}
            await connection.execute(text(_MESSAGE), of_message)
            for position in range(1, items + 1):
                await connection.execute(text(_ITEM), {**message, "position": position})


async def test_messages_of_before_keep_their_kinds_and_come_back(databases: Databases) -> None:
    owner = (await databases.empty("requests")).owner
    await asyncio.to_thread(migrating.upgrade, "requests", owner, "0014")
    engine = make_engine(owner, pool_size=1)
    await write_as_of_before(engine)
    await asyncio.to_thread(migrating.upgrade, "requests", owner, "0015")
    assert await told(engine, "SELECT id, kind, digest FROM message ORDER BY id") == [
        (UUID(int=1), "clock_warned", f"{MINUTE} clock_warned"),
        (UUID(int=2), "clock_breached", f"{MINUTE} clock_breached"),
        (UUID(int=3), "survey", LINK),
    ]
    assert await told(engine, "SELECT message_id, position, kind FROM message_item ORDER BY 1, 2") == [
        (UUID(int=1), 1, "clock_warned"),
        (UUID(int=1), 2, "clock_warned"),
        (UUID(int=2), 1, "clock_breached"),
        (UUID(int=3), 1, "survey"),
    ]
    async with engine.begin() as connection:  # what is told from then on: a minute's message of several kinds
        new = {"id": UUID(int=4), "person": PERSON, "digest": "2026-03-02T09:07:00Z", "link": LINK}
        await connection.execute(text(_DIGESTED), new)
        for position, kind in enumerate(("clock_warned", "clock_breached"), 1):
            item = {"id": UUID(int=4), "position": position, "kind": kind, "link": LINK}
            await connection.execute(text(_ITEM_OF_A_KIND), item)
    before = await told(engine, "SELECT id, kind, digest FROM message ORDER BY id")
    await asyncio.to_thread(migrating.downgrade, "requests", owner, "0014")
    assert await told(engine, "SELECT id, kind, digest FROM message ORDER BY id") == before
    assert await told(engine, "SELECT count(*) FROM message_item") == [(6,)]
    await engine.dispose()
    await asyncio.to_thread(migrating.upgrade, "requests", owner)
    await asyncio.to_thread(migrating.check, "requests", owner)
