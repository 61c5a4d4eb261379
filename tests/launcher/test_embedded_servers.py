import asyncio
import json
from pathlib import Path

import asyncpg
import nats as nats_client
import pytest

from services.launcher.databases import SERVICES
from services.launcher.migrations import is_migrated
from services.launcher.nats import EmbeddedNats
from services.launcher.postgres import EmbeddedPostgres
from tests.embedded import Databases


@pytest.fixture(scope="module")
async def table(databases: Databases) -> tuple[str, str]:
    """Addresses (runtime, owner) of a database with a table `note` that the owner made."""
    urls = await databases.empty("notes")
    owner = await asyncpg.connect(urls.owner)
    await owner.execute(
        "CREATE EXTENSION btree_gist; CREATE TABLE note (id int GENERATED ALWAYS AS IDENTITY, body text)"
    )
    await owner.close()
    return urls.runtime, urls.owner


async def test_runtime_role_reads_and_writes_the_owners_tables(table: tuple[str, str]) -> None:
    runtime = await asyncpg.connect(table[0])
    await runtime.execute("INSERT INTO note (body) VALUES ('a')")
    await runtime.execute("UPDATE note SET body = 'b'")
    assert await runtime.fetchval("SELECT body FROM note") == "b"
    assert await runtime.execute("DELETE FROM note") == "DELETE 1"
    await runtime.close()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE note",
        "DROP TABLE note",
        "ALTER TABLE note ADD more int",
        "CREATE TABLE other ()",
        "CREATE TEMPORARY TABLE other ()",
        "CREATE SCHEMA other",
    ],
)
async def test_runtime_role_changes_no_structure(table: tuple[str, str], statement: str) -> None:
    runtime = await asyncpg.connect(table[0])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await runtime.execute(statement)
    await runtime.close()


async def test_a_service_cannot_enter_anothers_database(databases: Databases, table: tuple[str, str]) -> None:
    other = await databases.empty("other")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(other.runtime.replace(other.runtime.rpartition("/")[2], table[0].rpartition("/")[2]))


async def test_a_warm_start_knows_whether_there_is_something_to_migrate(databases: Databases, tmp_path: Path) -> None:
    urls = await databases.empty("notes")
    versions = tmp_path / "notes" / "migrations" / "versions"
    versions.mkdir(parents=True)
    assert not await is_migrated("notes", urls.owner, tmp_path)
    (versions / "0001_notes.py").touch()
    owner = await asyncpg.connect(urls.owner)
    await owner.execute("CREATE TABLE alembic_version (version_num text)")
    assert not await is_migrated("notes", urls.owner, tmp_path)
    await owner.execute("INSERT INTO alembic_version VALUES ('0001')")
    assert await is_migrated("notes", urls.owner, tmp_path)
    (versions / "0002_more.py").touch()
    assert not await is_migrated("notes", urls.owner, tmp_path)
    await owner.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_what_migrations_leave_is_what_a_warm_start_looks_for(databases: Databases, service: str) -> None:
    assert await is_migrated(service, (await databases.fresh(service)).owner)


async def test_postgres_refuses_a_wrong_password(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.url(), password="not-it")


async def test_postgres_is_utf8_and_sorts_the_same_everywhere(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.url())
    row = await connection.fetchrow("SELECT current_setting('server_encoding') AS encoding, 'Z' < 'a' AS by_code_point")
    await connection.close()
    assert row is not None
    assert (row["encoding"], row["by_code_point"]) == ("UTF8", True)


async def test_nats_keeps_streams(nats: EmbeddedNats) -> None:
    client = await nats_client.connect(nats.url)
    stream = await client.jetstream().add_stream(name="LAUNCHER", subjects=["launcher.>"])
    await client.jetstream().publish("launcher.a", b"x")
    assert (await client.jetstream().stream_info("LAUNCHER")).state.messages == 1
    assert stream.config.storage == "file"
    await client.close()


@pytest.mark.parametrize("login", [{}, {"user": "acuerdo", "pass": "a guess"}])
async def test_nats_refuses_who_does_not_know_its_password(nats: EmbeddedNats, login: dict[str, str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", nats.port)
    assert (await reader.readline()).startswith(b"INFO ")
    writer.write(b"CONNECT " + json.dumps({"verbose": False, **login}).encode() + b"\r\nPING\r\n")
    assert b"Authorization Violation" in await reader.readline()
    writer.close()
