"""However many changes are kept, what is new is read and not the hour."""

from typing import Any

import asyncpg

from services.requests.live.queries import changes_between, snapshot_of_now
from services.shared.db import hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import opened_desk
from tests.requests.tickets.test_growth import MOST_READ, Explaining

OLD = """
INSERT INTO ticket_change (xid, told_at, ticket_id, event_id, sequence, kind, name, is_internal, version, state,
    recorded_at)
SELECT n % 700, now(), (SELECT id FROM ticket LIMIT 1), gen_random_uuid(), 1, 'fact', 'moved', false, 1, 'accepted',
    now()
FROM generate_series(1, 20000) AS n
"""


class ExplainingOfAll(Explaining):
    """Reads single values too, without a look at how."""

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        return await self._connection.fetchval(sql, *arguments)


async def test_what_is_new_is_read_and_not_all_that_is_kept(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        ticket = await desk.submit()
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(OLD)
        await owner.execute("ANALYZE")
        before = await snapshot_of_now(owner)
        assert (await desk.step(ticket, "in_progress")).status_code == 201
        after = await snapshot_of_now(owner)
        await owner.close()
        async with hot_transaction(desk.app.state.engine) as connection:
            explaining: Any = ExplainingOfAll(connection)
            changes = await changes_between(explaining, before, after, 100)
        assert [row["name"] for row in changes.rows] == ["moved"]
        assert explaining.read <= MOST_READ, explaining.read
