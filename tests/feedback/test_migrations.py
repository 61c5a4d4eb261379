"""The migrations make what the models say, and can be taken back."""

import asyncio
from uuid import uuid4

from sqlalchemy import text

from services.shared import migrating
from services.shared.db import make_engine
from tests.embedded import Databases
from tests.feedback.told import A_MONDAY


async def test_up_down_and_up_again(databases: Databases) -> None:
    owner = (await databases.empty("feedback")).owner
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    await asyncio.to_thread(migrating.check, "feedback", owner)
    await asyncio.to_thread(migrating.downgrade, "feedback", owner, "base")
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    await asyncio.to_thread(migrating.check, "feedback", owner)


async def test_what_was_sent_before_is_counted(databases: Databases) -> None:
    owner = (await databases.empty("feedback")).owner
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    await asyncio.to_thread(migrating.downgrade, "feedback", owner, "0004")
    engine, ticket, person = make_engine(owner, pool_size=1), uuid4(), uuid4()
    values = {"ticket": ticket, "person": person, "id": uuid4()}
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO fulfilment SELECT :ticket, 1, 'IT-1', :ticket, :ticket, :ticket, 'A computer', NULL, NULL,"
                " false, now(), 7, NULL"
            ),
            values,
        )
        await connection.execute(
            text(
                "INSERT INTO invitation SELECT :id, 'csat', 1, :ticket, 1, :person, '2026-03-02T09:00Z', now(),"
                " NULL, NULL"
            ),
            values,
        )
    await asyncio.to_thread(migrating.upgrade, "feedback", owner)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT person_id, ticket_id, cycle, fulfilment_version, sent_at FROM request_sent")
        )
        assert [tuple(row) for row in rows] == [(person, ticket, 1, 7, A_MONDAY)]
    await engine.dispose()
