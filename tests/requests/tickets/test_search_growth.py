"""A search among 20,000 tickets goes by indexes, but for words that every ticket holds, which take their time."""

import time
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from services.requests.tickets.queries.search import page_of_found
from services.shared.auth import Actor
from services.shared.db import hot_connection
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import opened_desk
from tests.requests.tickets.test_growth import rows_read

MANY = 20_000
# Half of them IT's to serve, the others of nineteen departments.
COPY = """
INSERT INTO ticket SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', gen_random_uuid(), 'key', 'X-' || n, 'created_at', (t).created_at - n * interval '1 minute',
    'requester_id', gen_random_uuid(), 'customer_department_id', md5((n % 7)::text)::uuid,
    'provider_department_id', CASE WHEN n % 2 = 0 THEN $1::uuid ELSE md5((n % 19)::text)::uuid END
))).* FROM (SELECT ticket FROM ticket LIMIT 1) AS one(t), generate_series(1, $2::int) AS n
"""
TEXTS = """
INSERT INTO ticket_text (ticket_id, shown)
SELECT id, ticket_words(key, subject || ' number ' || right(key, 3), description, 'word' || right(key, 4)) FROM ticket
ON CONFLICT DO NOTHING
"""
SLOWEST = 1.0
"""Seconds, on any machine: PostgreSQL ends a statement after ten."""


class Explaining:
    """A connection that explains what it is asked to fetch, within the transaction of the search."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.transaction, self.execute = connection.transaction, connection.execute
        self.read, self.scanned = 0, set[str]()

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        explained = await self._connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
        (plan,) = orjson.loads(explained) if isinstance(explained, str) else explained
        self.read, self.scanned = rows_read(plan["Plan"]), _scanned(plan["Plan"])
        return await self._connection.fetch(sql, *arguments)


def _scanned(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from one end to the other."""
    inner = [_scanned(each) for each in plan.get("Plans", [])]
    return set().union(*inner, {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set())


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_search_goes_by_indexes(databases: Databases, issuer: Issuer, record_property: Any) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        await desk.submit()
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(COPY, desk.it.id, MANY)
        await owner.execute("DROP INDEX ix_ticket_text_shown")
        await owner.execute(TEXTS)
        await owner.execute("CREATE INDEX ix_ticket_text_shown ON ticket_text USING gin (shown)")
        tickets = [await desk.submit(subject="A rare zeppelin") for _ in range(3)]
        await owner.execute("ANALYZE")
        await owner.close()
        both = (desk.hr.id, desk.it.id)
        figures = []
        for name, actor in (
            ("requester", Actor(desk.requester_id, department_roles={desk.hr.id: "member"})),
            ("agent", Actor(uuid4(), department_roles=dict.fromkeys(both, "agent"))),
            ("manager", Actor(uuid4(), department_roles=dict.fromkeys(both, "manager"))),
            ("admin", Actor(uuid4(), roles=frozenset({"admin"}))),
        ):
            for words in ("zeppelins", "number 042", "word0042", "computers"):
                async with hot_connection(desk.app.state.engine) as connection:
                    explaining: Any = Explaining(connection)
                    rows = await page_of_found(explaining, actor, words, {}, after=None, limit=51)
                    began = time.perf_counter()
                    await page_of_found(connection, actor, words, {}, after=None, limit=51)
                    took = time.perf_counter() - began
                figures.append(
                    f"{name:10} {words:12} {len(rows):4} found {explaining.read:7} rows {took * 1000:7.1f} ms"
                )
                if words != "computers":  # which every one of them holds
                    assert not explaining.scanned & {"ticket", "ticket_text"}, figures[-1]
                assert took < SLOWEST, figures[-1]
                if words == "zeppelins":
                    assert {str(row["id"]) for row in rows} >= {ticket["id"] for ticket in tickets}
        record_property("search among 20,000 tickets", "\n".join(figures))
