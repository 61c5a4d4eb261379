"""The commands that a deployment runs around the services: databases prepared, the first administrator, health."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import asyncpg
import pytest

from services.launcher.databases import SERVICES, Passwords, service_urls
from services.launcher.given_secrets import PLACEHOLDER
from services.launcher.ports import free_port
from services.launcher.postgres import THROW_AWAY, running_postgres
from tests.launcher.processes import PROJECT

SUPERUSER = "superuser-of-a-deployment"
GIVEN = {
    f"ACUERDO_{service.upper()}_{role}": f"{role}-of-{service}-of-a-deployment"
    for service in SERVICES
    for role in ("PASSWORD", "OWNER_PASSWORD")
}
NEWER = {name: f"newer-{password}" for name, password in GIVEN.items()}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of ours to its end."""
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's address of a server of its own: roles belong to the server, and other tests have theirs."""
    with running_postgres(tmp_path_factory.mktemp("server") / "postgres", SUPERUSER, THROW_AWAY) as postgres:
        yield postgres.url()


async def value(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def passwords(service: str, given: dict[str, str]) -> Passwords:
    return Passwords(given[f"ACUERDO_{service.upper()}_PASSWORD"], given[f"ACUERDO_{service.upper()}_OWNER_PASSWORD"])


async def test_databases_are_prepared_and_passwords_renewed(server: str) -> None:
    for given in (GIVEN, GIVEN, NEWER):
        prepared = await asyncio.to_thread(run, "prepare-databases", ACUERDO_ADMIN_DATABASE_URL=server, **given)
        assert prepared.returncode == 0, prepared.stderr
        for service in SERVICES:
            urls = service_urls(server, service, passwords(service, given))
            assert await value(urls.runtime, "SELECT current_user::text") == f"acuerdo_{service}"
            assert await value(urls.owner, "SELECT current_user::text") == f"acuerdo_{service}_owner"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await value(service_urls(server, "requests", passwords("requests", GIVEN)).runtime, "SELECT 1")


@pytest.mark.parametrize(("password", "reason"), [(PLACEHOLDER, "is still the placeholder"), ("", "is missing")])
def test_databases_are_not_prepared_with_secrets_of_a_template(server: str, password: str, reason: str) -> None:
    given = {**GIVEN, "ACUERDO_FEEDBACK_OWNER_PASSWORD": password}
    refused = run("prepare-databases", ACUERDO_ADMIN_DATABASE_URL=server, **given)
    assert refused.returncode == 2
    assert f"ACUERDO_FEEDBACK_OWNER_PASSWORD {reason}" in refused.stderr


def test_a_server_that_is_away_is_told() -> None:
    nobody = f"postgresql://postgres:{SUPERUSER}@127.0.0.1:{free_port()}/postgres"
    refused = run("prepare-databases", ACUERDO_ADMIN_DATABASE_URL=nobody, **GIVEN)
    assert refused.returncode == 2
    assert "the database of identity could not be prepared" in refused.stderr
    assert SUPERUSER not in refused.stderr


def test_nothing_migrates_with_the_password_of_a_template() -> None:
    refused = run("migrate", "requests", ACUERDO_MIGRATION_DATABASE_URL="postgresql://owner:change-me@127.0.0.1:1/none")
    assert refused.returncode == 2
    assert "the password in ACUERDO_MIGRATION_DATABASE_URL is still the placeholder" in refused.stderr


def test_the_first_administrator_gets_a_new_link_each_time(server: str) -> None:
    assert run("prepare-databases", ACUERDO_ADMIN_DATABASE_URL=server, **GIVEN).returncode == 0
    urls = service_urls(server, "identity", passwords("identity", GIVEN))
    assert run("migrate", "identity", ACUERDO_MIGRATION_DATABASE_URL=urls.owner).returncode == 0
    settings = {"ACUERDO_DATABASE_URL": urls.runtime, "ACUERDO_PUBLIC_URL": "https://acuerdo.example.org"}
    links = [run("first-admin", **settings).stdout.strip() for _ in range(2)]
    assert len(set(links)) == len(links)
    assert [link for link in links if not link.startswith("https://acuerdo.example.org/oauth2/password?token=")] == []


def test_without_identitys_settings_there_is_no_link() -> None:
    refused = run("first-admin")
    assert refused.returncode == 2
    assert "ACUERDO_DATABASE_URL: Field required" in refused.stderr


@pytest.mark.parametrize(("status", "code"), [(HTTPStatus.OK, 0), (HTTPStatus.SERVICE_UNAVAILABLE, 1)])
async def test_health_is_the_exit_code(status: HTTPStatus, code: int) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        writer.write(f"HTTP/1.1 {status.value} x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        told = await asyncio.to_thread(run, "health", "--port", str(port))
    assert (told.returncode, told.stdout) == (code, f"{status.value} {{}}\n")
    assert asked == [b"GET /health/ready HTTP/1.1\r\n"]


def test_nobody_listening_is_not_healthy() -> None:
    told = run("health", "--port", str(free_port()))
    assert told.returncode == 1
    assert "no answer" in told.stdout
