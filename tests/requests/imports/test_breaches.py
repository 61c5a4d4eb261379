"""Dossiers of imported tickets: none of what their history passed, one of what is missed here, closed when refuted."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from services.requests.firing.service.worker import FiringWorker
from services.shared.db import hot_connection
from tests.requests.freezes.freezing import work_always
from tests.requests.imports.importing import Imports, a_log


async def dossiers(imports: Imports) -> list[dict[str, Any]]:
    desk = imports.desk
    answer = await desk.client.get("/v1/breaches", headers=desk.people.admin())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def once_fired(imports: Imports) -> dict[str, Any]:
    """The dossier, once the clock that is due in a moment has fired."""
    state = imports.desk.app.state
    async with asyncio.timeout(30):
        while True:
            async with hot_connection(state.engine) as connection:
                await FiringWorker(state.engine, state.terms).turn(connection)
            if found := await dossiers(imports):
                (one,) = found
                return one
            await asyncio.sleep(0.1)


async def test_only_what_is_missed_here_has_a_dossier_and_a_later_row_that_refutes_it_closes_it(
    imports: Imports,
) -> None:
    await work_always(imports.desk)
    asked = datetime.now(UTC) - timedelta(hours=4) + timedelta(seconds=2)  # to be acknowledged within four hours
    rows = [
        ("Old", "New", "2026-02-01T09:00:00Z", "?", "3"),
        ("Old", "Done", "2026-03-02T09:00:00Z", "?", "3"),
        ("Open", "New", asked.isoformat(), "?", "3"),
    ]
    await imports.bring_in(a_log(rows))
    old = (await imports.tickets())["Old"]
    clocks = (await imports.desk.get(old, "/clocks", imports.desk.people.admin()))["items"]
    assert {each["state"] for each in clocks} == {"missed"}
    breach = await once_fired(imports)
    assert (breach["clock"], breach["state"]) == ("acknowledge", "open")
    assert breach["ticket_id"] == (await imports.tickets())["Open"]["id"]
    seen = ("Open", "Active", (asked + timedelta(minutes=1)).isoformat(), "?", "3")
    late = ("Old", "Closed", "2026-03-05T09:00:00Z", "?", "3")
    await imports.bring_in(a_log([*rows, seen, late]))
    (closed,) = await dossiers(imports)
    assert (closed["id"], closed["state"]) == (breach["id"], "refuted")
    assert await imports.differences() == []
