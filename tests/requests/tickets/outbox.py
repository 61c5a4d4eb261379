"""What has left a desk for other services."""

from typing import Any

import orjson

from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk


async def left(desk: Desk, noun: str, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """What was told of the ticket under `acuerdo.requests.{noun}.v1`, in order."""
    sql = "SELECT body::text FROM outbox WHERE subject = $1 AND aggregate = $2 ORDER BY position"
    async with hot_transaction(desk.app.state.engine) as connection:
        rows = await connection.fetch(sql, f"acuerdo.requests.{noun}.v1", str(ticket["id"]))
    return [orjson.loads(row["body"])["data"] for row in rows]


async def forget(desk: Desk) -> None:
    """As if the relay had sent everything."""
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute("DELETE FROM outbox")
