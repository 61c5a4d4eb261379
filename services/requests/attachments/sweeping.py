"""Files that no row names: a crash between the two left them, or their removal. They go when nobody can want them."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.attachments.queries import with_row
from services.requests.attachments.refusals import StorageAway
from services.requests.attachments.storage import Storage
from services.shared.db import OUTAGES, hot_connection

log = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds."""
AGE = timedelta(hours=1)
"""A file that is older has its row, or never gets one: no upload takes so long."""


async def run_sweeping(engine: AsyncEngine, storage: Storage) -> None:
    """Sweep now and then, for ever."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            await sweep(engine, storage, now=datetime.now(UTC))
        except (*OUTAGES, StorageAway) as error:
            log.warning("sweeping files is put off: %r", error)


async def sweep(engine: AsyncEngine, storage: Storage, *, now: datetime) -> int:
    """Remove the files of over an hour ago that no row names; how many. StorageAway."""
    swept = 0
    async for ids in storage.older_than(now - AGE):
        async with hot_connection(engine) as connection:
            named = await with_row(connection, ids)
        for file_id in ids:
            if file_id not in named:
                await storage.remove(file_id)
                swept += 1
    return swept
