"""The baseline of figures 3 and 4: what a FastAPI app costs that does the least, on asyncpg alone.

`POST /tickets`: a validated body and two inserts. `GET /tickets/{id}` and `GET /tickets`: one select each, of the rows
that ours answers, rendered as FastAPI renders a declared answer. No token, no rule, no event, no clock.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from fastapi import FastAPI
from pydantic import BaseModel

from services.requests.tickets.queries.read import PUBLIC
from services.requests.tickets.schemas import TicketPublic

DATABASE = "BENCH_DATABASE_URL"
COLUMNS = ", ".join(PUBLIC)
TABLES = """
CREATE TABLE bare_ticket (
    id uuid PRIMARY KEY, subject text, description text, offering_id uuid, created_at timestamptz
);
CREATE TABLE bare_event (id uuid PRIMARY KEY, ticket_id uuid, name text, occurred_at timestamptz);
"""


class NewTicket(BaseModel):
    subject: str
    offering_id: UUID
    description: str = ""


class Ticket(NewTicket):
    id: UUID
    created_at: datetime


async def _plain_json(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=orjson.dumps, decoder=orjson.loads, schema="pg_catalog")


@asynccontextmanager
async def _pool(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ[DATABASE], min_size=8, max_size=8, init=_plain_json) as pool:
        app.state.pool = pool
        yield


def create_app() -> FastAPI:
    """The app; its database is the one that BENCH_DATABASE_URL names."""
    app = FastAPI(lifespan=_pool)

    @app.post("/tickets", status_code=201)
    async def submit(new: NewTicket) -> Ticket:
        ticket = Ticket(**new.model_dump(), id=uuid4(), created_at=datetime.now(UTC))
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO bare_ticket VALUES ($1, $2, $3, $4, $5)",
                ticket.id,
                ticket.subject,
                ticket.description,
                ticket.offering_id,
                ticket.created_at,
            )
            await connection.execute(
                "INSERT INTO bare_event VALUES ($1, $2, $3, $4)", uuid4(), ticket.id, "submitted", ticket.created_at
            )
        return ticket

    @app.get("/tickets/{ticket_id}")
    async def show(ticket_id: UUID) -> TicketPublic:
        row = await app.state.pool.fetchrow(f"SELECT {COLUMNS} FROM ticket WHERE id = $1", ticket_id)
        return TicketPublic.model_validate(dict(row))

    @app.get("/tickets")
    async def listed() -> list[TicketPublic]:
        rows = await app.state.pool.fetch(f"SELECT {COLUMNS} FROM ticket ORDER BY created_at DESC, id DESC LIMIT 50")
        return [TicketPublic.model_validate(dict(row)) for row in rows]

    return app
