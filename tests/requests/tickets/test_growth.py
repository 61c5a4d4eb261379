"""Lists stay as fast however many tickets there are: whoever asks, PostgreSQL reads a page and not the table."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from services.requests.tickets.queries.read import page_of_tickets
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import opened_desk

MANY = 5_000
COPY = """
INSERT INTO ticket SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', gen_random_uuid(), 'key', 'X-' || n, 'created_at', (t).created_at - n * interval '1 minute',
    'requester_id', gen_random_uuid(), 'provider_department_id', $1::uuid, 'customer_department_id', $1::uuid
))).* FROM (SELECT ticket FROM ticket LIMIT 1) AS one(t), generate_series(1, $2::int) AS n
"""
MOST_READ = 100


class Explaining:
    """A connection that explains what it is asked to fetch."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.read = 0

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        explained = await self._connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
        (plan,) = orjson.loads(explained) if isinstance(explained, str) else explained
        self.read = rows_read(plan["Plan"])
        return await self._connection.fetch(sql, *arguments)


def rows_read(plan: dict[str, Any]) -> int:
    """Rows that the leaves of a plan looked at."""
    inner = plan.get("Plans", [])
    if inner:
        return sum(rows_read(each) for each in inner)
    return int(plan["Actual Loops"]) * int(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))


async def test_a_page_is_read_and_not_the_table(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        tickets = [await desk.submit() for _ in range(3)]
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(COPY, desk.network.id, MANY)
        await owner.execute("ANALYZE")
        await owner.close()
        newest_first = [UUID(ticket["id"]) for ticket in reversed(tickets)]
        both = (desk.hr.id, desk.it.id)
        for actor in (
            Actor(desk.requester_id, department_roles={desk.hr.id: "member"}),
            Actor(uuid4(), department_roles=dict.fromkeys(both, "agent")),
            Actor(uuid4(), department_roles=dict.fromkeys(both, "manager")),
            Actor(uuid4(), roles=frozenset({"admin"})),
        ):
            for states in ((), ("submitted",), ("submitted", "fulfilled", "declined")):
                async with hot_transaction(desk.app.state.engine) as connection:
                    explaining: Any = Explaining(connection)
                    rows = await page_of_tickets(explaining, actor, {}, after=None, limit=3, states=states)
                assert [row["id"] for row in rows] == newest_first
                assert explaining.read <= MOST_READ, (actor, states)
            if not actor.department_roles:
                async with hot_transaction(desk.app.state.engine) as connection:
                    explaining = Explaining(connection)
                    rare = await page_of_tickets(explaining, actor, {}, after=None, limit=3, states=["fulfilled"])
                assert (rare, explaining.read <= MOST_READ) == ([], True)
