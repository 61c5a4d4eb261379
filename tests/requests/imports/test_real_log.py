"""890 real incidents: every ticket's ledger against an account by hand, kept rows against a refold, a second run."""

import csv
import itertools
import tomllib
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.cli.log_import import code_of
from services.cli.mapping_file import OF_THE_API
from services.shared.db import hot_transaction
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.imports import by_hand
from tests.requests.imports.importing import Imports, Job
from tests.requests.tickets.desk import Desk, opened_desk

PROJECT = Path(__file__).parents[3]
LOG = PROJECT.parent / "shared" / "data" / "incident_event_log.csv"
MAPPING = PROJECT / "deploy" / "mappings" / "servicenow.toml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not LOG.exists(), reason="the real log lies beside the project, and is not here"),
]


def rows_of_log() -> dict[str, list[dict[str, str]]]:
    cases: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with LOG.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cases[row["number"]].append(row)
    return cases


async def in_its_departments(desk: Desk) -> dict[str, Any]:
    """The mapping of the real log, with departments and an offering made for it."""
    declared = tomllib.loads(MAPPING.read_text())
    groups = {row["assignment_group"] for rows in rows_of_log().values() for row in rows} - {"?"}
    customer, provider = desk.identity.add(code="EMPLOYEES"), desk.identity.add(code="SERVICE-DESK")
    offering = declared["offering"] | {"provider_department_id": str(provider.id)}
    answer = await desk.client.post("/v1/offerings", json=offering, headers=desk.people.admin())
    assert answer.status_code == 201, answer.text
    return {name: declared[name] for name in OF_THE_API if name in declared} | {
        "groups": {name: str(desk.identity.add(code=code_of(name)).id) for name in groups},
        "customer_department_id": str(customer.id),
        "default_provider_department_id": str(provider.id),
        "offering_id": answer.json()["id"],
    }


@pytest.fixture(scope="module")
async def brought_in(databases: Databases, issuer: Issuer) -> AsyncIterator[tuple[Imports, Job]]:
    async with databases.passing("requests") as urls, opened_desk(urls.runtime, issuer) as desk:
        imports = Imports(desk, await in_its_departments(desk))
        dry = await imports.bring_in(LOG.read_bytes(), dry_run="true")
        assert dry["result"]["tickets_created"] == 890
        assert await imports.count("ticket") == 0
        yield imports, await imports.bring_in(LOG.read_bytes())


async def test_every_case_and_row_lands(brought_in: tuple[Imports, Job]) -> None:
    _, job = brought_in
    assert (job["state"], job["errors"]) == ("done", [])
    assert job["result"] == {
        "rows_read": 5998,
        "rows_refused": 0,
        "tickets_created": 890,
        "tickets_changed": 0,
        "tickets_unchanged": 0,
        "events_added": 5998 + 890,
    }


async def test_what_is_kept_is_the_fold(brought_in: tuple[Imports, Job]) -> None:
    imports, _ = brought_in
    assert await imports.differences() == []


async def test_each_party_held_what_an_account_by_hand_says(brought_in: tuple[Imports, Job]) -> None:
    imports, _ = brought_in
    now = datetime.now(UTC)
    tickets, mismatches = await imports.tickets(), []
    ledgers = await _ledgers(imports, now)
    for case, rows in rows_of_log().items():
        ticket = tickets[case]
        held, begin, end, _ = by_hand.told(rows, now)
        ledger = ledgers[UUID(ticket["id"])]
        if ledger != held or datetime.fromisoformat(ticket["created_at"]) != begin:
            mismatches.append((case, ledger, held))
        assert sum(ledger.values(), timedelta()) == end - begin, case
    assert mismatches == []


async def test_ledgers_of_the_api_partition_each_life(brought_in: tuple[Imports, Job]) -> None:
    imports, _ = brought_in
    for case, ticket in (await imports.tickets()).items():
        ledger = (await imports.desk.get(ticket, "/ledger", imports.desk.people.admin()))["items"]
        assert ledger[0]["from"] == ticket["created_at"], case
        for before, after in itertools.pairwise(ledger):
            assert before["to"] == after["from"], case
        first, last = (datetime.fromisoformat(ledger[place][edge]) for place, edge in ((0, "from"), (-1, "to")))
        assert sum(line["wall_seconds"] for line in ledger) == pytest.approx((last - first).total_seconds(), abs=1e-6)


async def test_final_state_is_that_of_the_last_row(brought_in: tuple[Imports, Job]) -> None:
    imports, _ = brought_in
    declared = tomllib.loads(MAPPING.read_text())["states"]
    tickets = await imports.tickets()
    for case, rows in rows_of_log().items():
        *_, last = by_hand.told(rows, datetime.now(UTC))
        state = tickets[case]["state"]
        meant = declared[last]["state"]
        assert state == meant or (state == "handed_off" and meant in ("submitted", "in_progress")), case


async def test_a_second_run_changes_nothing(brought_in: tuple[Imports, Job]) -> None:
    imports, _ = brought_in
    before = await _everything(imports)
    again = await imports.bring_in(LOG.read_bytes())
    assert again["result"] == {
        "rows_read": 5998,
        "rows_refused": 0,
        "tickets_created": 0,
        "tickets_changed": 0,
        "tickets_unchanged": 890,
        "events_added": 0,
    }
    assert await _everything(imports) == before


async def _ledgers(imports: Imports, now: datetime) -> dict[UUID, dict[str, timedelta]]:
    found: defaultdict[UUID, defaultdict[str, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    async with hot_transaction(imports.desk.app.state.engine) as connection:
        rows = await connection.fetch("SELECT ticket_id, party, starts_at, ends_at, wall FROM ledger_interval")
    for row in rows:
        wall = row["wall"] if row["wall"] is not None else now - row["starts_at"]
        found[row["ticket_id"]][row["party"]] += wall
    return {ticket_id: dict(parties) for ticket_id, parties in found.items()}


async def _everything(imports: Imports) -> list[Any]:
    tables = ("ticket", "ticket_event", "ledger_interval", "ticket_clock", "ticket_link")
    async with hot_transaction(imports.desk.app.state.engine) as connection:
        return [
            await connection.fetchval(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
            for table in tables
        ]
