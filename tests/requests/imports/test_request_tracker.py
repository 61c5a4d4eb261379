"""A real Request Tracker 5.0.3's tickets: its rows through our export, and the log that this made, brought in.

`request_tracker/tables.json` holds rows of that RT's own tables, after work through RT's own API; `log.csv` is what
`request-tracker.sql` made of them on its SQLite.
"""

import csv
import io
import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.cli.log_import import code_of
from services.cli.mapping_file import OF_THE_API, read_mapping
from tests.embedded import Databases
from tests.requests.imports.importing import Imports
from tests.requests.tickets.desk import Desk

HERE = Path(__file__).parent / "request_tracker"
MAPPINGS = Path(__file__).parents[3] / "deploy" / "mappings"
MAPPING = MAPPINGS / "request-tracker.toml"
AS_RT_MAKES_THEM = """
CREATE TABLE Queues (id integer PRIMARY KEY, name varchar(200));
CREATE TABLE Tickets (id integer PRIMARY KEY, effectiveid integer, queue integer, type varchar(16),
    subject varchar(200), status varchar(64), priority integer, created timestamp);
CREATE TABLE Transactions (id integer PRIMARY KEY, objecttype varchar(64), objectid integer, type varchar(20),
    field varchar(255), oldvalue varchar(255), newvalue varchar(255), created timestamp);
"""


async def test_the_export_tells_on_postgresql_what_it_told_on_rts_own_sqlite(databases: Databases) -> None:
    tables: dict[str, list[list[Any]]] = json.loads((HERE / "tables.json").read_text(encoding="utf-8"))
    connection = await asyncpg.connect((await databases.empty("requests")).owner)
    await connection.execute(AS_RT_MAKES_THEM)
    for table, rows in tables.items():
        places = ", ".join(f"${place}" for place in range(1, len(rows[0]) + 1))
        await connection.executemany(
            f"INSERT INTO {table} VALUES ({places})", [[*row[:-1], _as_kept(table, row[-1])] for row in rows]
        )
    told = await connection.fetch((MAPPINGS / "request-tracker.sql").read_text(encoding="utf-8"))
    await connection.close()
    expected = list(csv.DictReader(io.StringIO((HERE / "log.csv").read_text(encoding="utf-8"))))
    assert [{name: str(value) for name, value in row.items()} for row in told] == expected


def _as_kept(table: str, last: str) -> str | datetime:
    return last if table == "Queues" else datetime.fromisoformat(last)


@pytest.fixture
def mapping(imports: Imports) -> dict[str, Any]:
    """The file's mapping, its queues and departments as ids."""
    declared, desk = tomllib.loads(MAPPING.read_text(encoding="utf-8")), imports.desk
    queues = ("Helpdesk", "Network", "Purchasing")
    return {name: declared[name] for name in OF_THE_API if name in declared} | {
        "groups": {name: str(desk.identity.add(code=code_of(name)).id) for name in queues},
        "customer_department_id": str(desk.hr.id),
        "default_provider_department_id": str(desk.it.id),
        "offering_id": str(desk.offering_id),
    }


def test_the_mapping_file_is_one() -> None:
    assert read_mapping(MAPPING).source == "request-tracker"


async def test_every_row_lands_as_rt_had_it(imports: Imports, mapping: dict[str, Any]) -> None:
    log = (HERE / "log.csv").read_bytes()
    job = await imports.bring_in(log, mapping=json.dumps(mapping))
    assert (job["errors"], job["result"]["rows_read"], job["result"]["tickets_created"]) == ([], 24, 7)
    again = await imports.bring_in(log, mapping=json.dumps(mapping))
    assert (again["result"]["tickets_unchanged"], again["result"]["events_added"]) == (7, 0)
    tickets = {each["subject"]: each for each in await _all(imports.desk)}
    assert {subject: each["state"] for subject, each in tickets.items()} == {
        "A computer, for Monday": "fulfilled",
        "No network in room 12": "fulfilled",
        'A "quoted" request, with a comma': "declined",
        "Ein Drucker für Ñuñoa": "in_progress",
        "Spam": "cancelled",
        "Still new": "submitted",
        "Merged away": "cancelled",
    }
    assert {each["priority"] for each in tickets.values()} == {"normal", "high", "urgent"}


async def test_who_held_the_time_is_as_counted_by_hand(imports: Imports, mapping: dict[str, Any]) -> None:
    await imports.bring_in((HERE / "log.csv").read_bytes(), mapping=json.dumps(mapping))
    tickets = {each["subject"]: each for each in await _all(imports.desk)}
    # created :00, open :02, stalled :03, open :05, resolved :06
    assert await _held(imports.desk, tickets["A computer, for Monday"]) == [
        ("provider", "submitted", 2),
        ("provider", "in_progress", 1),
        ("customer", "waiting_on_customer", 2),
        ("provider", "in_progress", 1),
    ]
    # created :06 in Helpdesk, to Network :08 until back in Helpdesk :10, resolved :12, reopened :13, resolved :14
    assert await _held(imports.desk, tickets["No network in room 12"]) == [
        ("provider", "submitted", 2),
        ("department:NETWORK", "handed_off", 2),
        ("provider", "in_progress", 2),
        ("customer", "fulfilled", 1),
        ("provider", "in_progress", 1),
    ]


async def _all(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.client.get("/v1/tickets", headers=desk.people.admin())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _held(desk: Desk, ticket: dict[str, Any]) -> list[tuple[str, str, float]]:
    """Party, reason and seconds of what is over; who holds it now is left out."""
    ledger = (await desk.get(ticket, "/ledger", headers=desk.people.admin()))["items"]
    return [(line["party"], line["reason"], line["wall_seconds"]) for line in ledger[:-1]]
