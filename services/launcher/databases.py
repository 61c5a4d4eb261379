"""One database per service, with a role that may change its tables and a role that may only use them."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from services.launcher.errors import CannotStart

SERVICES = ("identity", "requests", "feedback")


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of one database: `runtime` may read and write rows, `owner` makes and changes tables."""

    runtime: str
    owner: str


@dataclass(frozen=True)
class Passwords:
    """Passwords of the two roles of a service."""

    runtime: str
    owner: str


def service_urls(admin_url: str, service: str, passwords: Passwords, database: str | None = None) -> DatabaseUrls:
    """Where `service` finds its database on the server of `admin_url`.

    >>> service_urls("postgresql://postgres:x@127.0.0.1:5432/postgres", "requests", Passwords("a", "b")).runtime
    'postgresql://acuerdo_requests:a@127.0.0.1:5432/acuerdo_requests'
    """
    database = database or f"acuerdo_{service}"
    return DatabaseUrls(
        runtime=_with_login(admin_url, f"acuerdo_{service}", passwords.runtime, database),
        owner=_with_login(admin_url, f"acuerdo_{service}_owner", passwords.owner, database),
    )


async def ensure_database(admin_url: str, service: str, passwords: Passwords) -> DatabaseUrls:
    """Make the roles and the database of `service` where they are missing, and set the roles' passwords and rights.

    `admin_url` is a superuser, or a role that may create roles and databases. Running it again changes nothing.
    """
    urls = service_urls(admin_url, service, passwords)
    runtime, owner, database = f"acuerdo_{service}", f"acuerdo_{service}_owner", f"acuerdo_{service}"
    try:
        await _ensure_roles(admin_url, {runtime: passwords.runtime, owner: passwords.owner}, owner, database)
        await _grant(urls.owner, runtime)
    except (OSError, asyncpg.PostgresError) as error:
        raise CannotStart(f"the database of {service} could not be prepared: {error}") from error
    return urls


async def clone_database(admin_url: str, service: str, original: str, clone: str) -> None:
    """Copy the database `original` of `service`, with its rights. Nobody may be connected to the original."""
    connection = await asyncpg.connect(admin_url)
    runtime = f"acuerdo_{service}"
    try:
        await _execute(connection, "CREATE DATABASE %I TEMPLATE %I OWNER %I", clone, original, f"{runtime}_owner")
        await _admit_only(connection, clone, runtime)
    finally:
        await connection.close()


async def drop_database(admin_url: str, database: str) -> None:
    """Drop `database`, and whoever is connected to it."""
    connection = await asyncpg.connect(admin_url)
    try:
        await _execute(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", database)
    finally:
        await connection.close()


async def _ensure_roles(admin_url: str, passwords: dict[str, str], owner: str, database: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        for role, password in passwords.items():
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await _execute(connection, "CREATE ROLE %I LOGIN", role)
            await connection.execute("SET password_encryption = 'scram-sha-256'")
            await _execute(connection, "ALTER ROLE %I PASSWORD %L", role, password)
        if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            await _execute(connection, "GRANT %I TO CURRENT_USER", owner)  # else it may not give the database away
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
            await _execute(
                connection, "CREATE DATABASE %I OWNER %I ENCODING 'UTF8' TEMPLATE template0", database, owner
            )
    finally:
        await connection.close()


async def _grant(owner_url: str, runtime: str) -> None:
    """Let `runtime` connect and use the rows of every table that the owner makes; not TRUNCATE, not make anything."""
    connection = await asyncpg.connect(owner_url)
    try:
        await _admit_only(connection, await connection.fetchval("SELECT current_database()"), runtime)
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await _execute(connection, "GRANT USAGE ON SCHEMA public TO %I", runtime)
        for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            await _execute(connection, f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} TO %I", runtime)
    finally:
        await connection.close()


async def _admit_only(connection: "asyncpg.Connection[asyncpg.Record]", database: str, runtime: str) -> None:
    await _execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)
    await _execute(connection, "GRANT CONNECT ON DATABASE %I TO %I", database, runtime)


async def _execute(connection: "asyncpg.Connection[asyncpg.Record]", statement: str, *names: str) -> None:
    """Run a statement that takes no parameters, with %I names and %L literals quoted by the server."""
    await connection.execute(await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", statement, names))


def _with_login(url: str, role: str, password: str, database: str) -> str:
    """`url` with another login and database; host, port and options stay."""
    parts = urlsplit(url)
    server = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        (parts.scheme, f"{quote(role)}:{quote(password, safe='')}@{server}", f"/{database}", parts.query, "")
    )
