"""The statements of standing orders."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.requests.tickets.policies import managed_departments
from services.shared.auth import Actor
from services.shared.db import Connection

Row = dict[str, Any]

# Confidential as long as it ever asked in confidence: its versions and its runs tell of that.
_CONFIDENTIAL = """
(EXISTS (
    SELECT FROM standing_order_version v JOIN offering f ON f.id = (v.content->'request'->>'offering_id')::uuid
    WHERE v.order_id = o.id AND f.is_confidential
) OR EXISTS (
    SELECT FROM standing_order_run r JOIN ticket t ON t.id = r.ticket_id WHERE r.order_id = o.id AND t.is_confidential
))
"""
_INSERT = """
INSERT INTO standing_order SELECT o.* FROM jsonb_populate_record(NULL::standing_order, $1::text::jsonb) AS o
"""
_VERSION = """
INSERT INTO standing_order_version (order_id, number, content, created_by, created_at)
VALUES ($1, $2, $3::text::jsonb, $4, $5)
"""
_UPDATE = """
UPDATE standing_order SET owner_id = $2, content = $3::text::jsonb, is_paused = $4, next_at = $5, ended_at = $6,
    number = $7, version = version + 1
WHERE id = $1
"""
_CLAIM = """
SELECT * FROM standing_order WHERE next_at <= $1 AND id <> ALL($2::uuid[])
ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_RUN = """
INSERT INTO standing_order_run (order_id, due_at, number, outcome, ticket_id, problem, ran_at)
SELECT $1, r.due_at, $2, r.outcome, r.ticket_id, r.problem, $4
FROM jsonb_to_recordset($3::text::jsonb) AS r(due_at timestamptz, outcome text, ticket_id uuid, problem jsonb)
"""
_ADVANCE = "UPDATE standing_order SET next_at = $2 WHERE id = $1"
_ONE = f"SELECT o.*, {_CONFIDENTIAL} AS is_confidential FROM standing_order o WHERE o.id = $1"
_PAGE = f"""
SELECT * FROM standing_order o
WHERE ($1 OR o.owner_id = $2 OR (o.customer_department_id = ANY($3::uuid[]) AND NOT {_CONFIDENTIAL}))
    AND ($4::uuid IS NULL OR o.customer_department_id = $4)
    AND ($5::timestamptz IS NULL OR (o.created_at, o.id) < ($5, $6::uuid))
ORDER BY o.created_at DESC, o.id DESC LIMIT $7
"""
_RUNS = """
SELECT due_at, number, outcome, ticket_id, problem::text AS problem, ran_at FROM standing_order_run
WHERE order_id = $1 AND ($2::timestamptz IS NULL OR due_at < $2) ORDER BY due_at DESC LIMIT $3
"""
_VERSIONS = """
SELECT number, content::text AS content, created_by, created_at FROM standing_order_version
WHERE order_id = $1 AND ($2::integer IS NULL OR number < $2) ORDER BY number DESC LIMIT $3
"""


async def insert_order(connection: Connection, order: Row) -> None:
    """A new order."""
    await connection.execute(_INSERT, _json(order))


async def insert_version(connection: Connection, order: Row, now: datetime) -> None:
    """What the order says from now on, by whom it is."""
    values = (order["id"], order["number"], _json(order["content"]), order["owner_id"], now)
    await connection.execute(_VERSION, *values)


async def find_order(connection: Connection, order_id: UUID, *, hold: bool = False) -> Row | None:
    """The order, and whether it `is_confidential`; with `hold` until the transaction ends."""
    row = await connection.fetchrow(_ONE + (" FOR UPDATE OF o" if hold else ""), order_id)
    return _order(row) if row else None


async def update_order(connection: Connection, order: Row) -> None:
    """The order as this row has it."""
    names = ("id", "owner_id", "content", "is_paused", "next_at", "ended_at", "number")
    values = [_json(order[name]) if name == "content" else order[name] for name in names]
    await connection.execute(_UPDATE, *values)


async def claim_due(connection: Connection, now: datetime, but: Collection[UUID]) -> Row | None:
    """The order that is due first, without these, held until the transaction ends; none where others hold all."""
    row = await connection.fetchrow(_CLAIM, now, list(but))
    return _order(row) if row else None


async def note_runs(
    connection: Connection, order: Row, runs: list[Row], next_at: datetime | None, now: datetime
) -> None:
    """What came of these instants, and when the order is due next."""
    await connection.execute(_RUN, order["id"], order["number"], _json(runs), now)
    await connection.execute(_ADVANCE, order["id"], next_at)


async def last_instant(connection: Connection, order_id: UUID) -> datetime | None:
    """The latest instant of which something came."""
    sql = "SELECT max(due_at) FROM standing_order_run WHERE order_id = $1"
    latest: datetime | None = await connection.fetchval(sql, order_id)
    return latest


async def page_of_orders(
    connection: Connection, actor: Actor, department_id: UUID | None, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Orders that the actor may read, the newest first."""
    sees_all = actor.has_role("admin", "auditor")
    place = after or (None, None)
    managed = managed_departments(actor)
    rows = await connection.fetch(_PAGE, sees_all, actor.id, managed, department_id, *place, limit)
    return [_order(row) for row in rows]


async def page_of_runs(connection: Connection, order_id: UUID, *, before: datetime | None, limit: int) -> list[Row]:
    """What came of an order's instants, the latest first."""
    rows = await connection.fetch(_RUNS, order_id, before, limit)
    return [dict(row) | {"problem": row["problem"] and orjson.loads(row["problem"])} for row in rows]


async def page_of_versions(connection: Connection, order_id: UUID, *, before: int | None, limit: int) -> list[Row]:
    """What an order said, the latest first."""
    rows = await connection.fetch(_VERSIONS, order_id, before, limit)
    return [dict(row) | orjson.loads(row["content"]) for row in rows]


def _order(row: Any) -> Row:
    order = dict(row)
    return order | {"content": _loaded(order["content"])}


def _loaded(content: Any) -> Any:
    return orjson.loads(content) if isinstance(content, str | bytes) else content


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
