"""Which statements the service sends to PostgreSQL, as the driver logs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from tests.requests.tickets.desk import Desk

_BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK")


@asynccontextmanager
async def statements(desk: Desk) -> AsyncIterator[list[str]]:
    """Every statement meanwhile, without those that bound a transaction."""
    sent: list[str] = []

    def log(record: Any) -> None:
        if not record.query.lstrip().startswith(_BOUNDS):
            sent.append(record.query)

    def listen(connection: Any, record: Any, proxy: Any) -> None:
        connection.driver_connection.add_query_logger(log)

    def leave(connection: Any, record: Any) -> None:
        connection.driver_connection.remove_query_logger(log)

    pool = desk.app.state.engine.sync_engine.pool
    event.listen(pool, "checkout", listen)
    event.listen(pool, "checkin", leave)
    try:
        yield sent
        await asyncio.sleep(0)  # the driver tells its loggers a turn later
    finally:
        event.remove(pool, "checkout", listen)
        event.remove(pool, "checkin", leave)
