"""The demo: every list has something to show, and making it once more changes nothing."""

import asyncpg
import pytest

from services.launcher.demo.make import make_demo
from services.launcher.demo.work import Simulation
from tests.embedded import Databases

SHOWN = {
    "identity": "absence account department deputy membership outbox person",
    "requests": "agreement agreement_signature agreement_version calendar calendar_assignment calendar_version message"
    " offering offering_version outbox standing_order standing_order_run ticket ticket_clock ticket_event ticket_link",
    "feedback": "fulfilment invitation not_asked outbox response",
}
"""The tables behind what is listed, by service; interactions are counted when the events arrive."""
Made = tuple[dict[str, str], list[tuple[str, str]]]
"""Addresses of the databases by service, and who can sign in with what."""
COUNT = 40
PEOPLE = 31


@pytest.fixture(scope="module")
async def made(databases: Databases) -> Made:
    urls = {service: (await databases.fresh(service)).runtime for service in SHOWN}
    people = await make_demo(urls, "a secret of a test", count=COUNT)
    return urls, [(person.email, person.password) for person in people]


async def test_every_list_has_something_to_show(made: Made) -> None:
    urls, _ = made
    for service, tables in SHOWN.items():
        kept = await _kept(urls[service])
        assert [table for table in tables.split() if not kept[table]] == [], service


async def test_agreements_have_names_and_both_sides_have_missed_something(made: Made) -> None:
    urls, _ = made
    read = "SELECT content->>'name' AS name FROM agreement_version"
    assert None not in [row["name"] for row in await _rows(urls["requests"], read)]
    sides = "SELECT DISTINCT side FROM ticket_clock WHERE state = 'missed'"
    assert {row["side"] for row in await _rows(urls["requests"], sides)} == {"provider", "customer"}


async def test_once_more_changes_nothing(made: Made) -> None:
    urls, sign_ins = made
    before = [await _kept(url) for url in urls.values()]
    again = await make_demo(urls, "a secret of a test", count=2 * COUNT)
    assert [(person.email, person.password) for person in again] == sign_ins
    assert [await _kept(url) for url in urls.values()] == before


async def test_who_hears_of_people_meanwhile_need_not_wait(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {service: (await databases.fresh(service)).runtime for service in SHOWN}
    held = "SELECT count(*) AS people FROM (SELECT FROM person_copy FOR UPDATE NOWAIT) AS free"

    async def play(*_: object) -> None:
        for service in ("requests", "feedback"):
            assert (await _rows(urls[service], held))[0]["people"] == PEOPLE

    monkeypatch.setattr(Simulation, "play", play)
    await make_demo(urls, "a secret of a test", count=1)


async def _rows(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def _kept(url: str) -> dict[str, list[str]]:
    """All rows of each table, in order, with the transaction that wrote each."""
    names = [row["name"] for row in await _rows(url, _TABLES)]
    return {name: [row["told"] for row in await _rows(url, _EACH.format(name))] for name in names}


_EACH = "SELECT xmin::text || t::text AS told FROM {} t ORDER BY 1"
_TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
