"""The migration tells rounds of before from ledgers, as the fold tells them."""

from importlib import import_module

from services.shared.db import hot_transaction
from tests.requests.reports.weeks_of_work import Work

COLUMNS = "ticket_id, number, began_at, fulfilled_at, ended_at, ended_as"
BACKFILL: str = import_module("services.requests.migrations.versions.0024_rounds").BACKFILL


async def test_rounds_of_before_are_those_of_the_fold(work: Work) -> None:
    async with hot_transaction(work.desk.app.state.engine) as connection:
        by_fold = {tuple(row) for row in await connection.fetch(f"SELECT {COLUMNS} FROM ticket_round")}
        await connection.execute("DELETE FROM ticket_round")
        await connection.execute(BACKFILL)
        told = {tuple(row) for row in await connection.fetch(f"SELECT {COLUMNS} FROM ticket_round")}
        assert told == by_fold
        assert {row[1] for row in told} >= {1, 2}
        assert {row[5] for row in told} == {None, "closed", "declined", "cancelled"}
