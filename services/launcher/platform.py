"""The children on one data directory, and the order in which they start and stop."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.launcher.after_start import SignIn, Standing, earlier_sign_ins, steps_after_start, write_demo
from services.launcher.data_directory import DataDirectory, end_leftovers, record_process, write_whole
from services.launcher.databases import SERVICES, DatabaseUrls, ensure_database
from services.launcher.environments import Addresses, environments, migration_environment
from services.launcher.errors import CannotStart
from services.launcher.migrations import is_migrated
from services.launcher.nats import EmbeddedNats
from services.launcher.ports import LOOPBACK, free_port
from services.launcher.postgres import EmbeddedPostgres
from services.launcher.secrets_file import Secrets, load_secrets
from services.launcher.spawning import Program, start_in_loop, tail
from services.launcher.supervisor import Child

PROJECT = Path(__file__).resolve().parents[2]
EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 — only compared


@dataclass(frozen=True)
class Options:
    """What the command line asks for. `demo` counts the demo's tickets, 0 for none of it.

    `database_url` is a PostgreSQL server to use instead of the embedded one.
    """

    host: str
    port: int
    data: Path
    demo: int
    database_url: str | None

    @property
    def base_url(self) -> str:
        """Where people on this machine reach the gateway.

        >>> Options("0.0.0.0", 80, Path(), 300, None).base_url, Options("::1", 80, Path(), 300, None).base_url
        ('http://127.0.0.1:80', 'http://[::1]:80')
        """
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Platform:
    """PostgreSQL and NATS, then the services, then the gateway; `tell` gets a line per step."""

    def __init__(self, options: Options, data: DataDirectory, tell: Callable[[str], None]) -> None:
        self._options, self._data, self._tell = options, data, tell
        self._postgres: list[Child] = []
        self._nats: list[Child] = []
        self._services: list[Child] = []
        self._gateway: list[Child] = []

    async def start(self) -> Sequence[SignIn]:
        """Start everything in order; gives who can sign in. `CannotStart` says what is in the way."""
        await end_leftovers(self._data)
        secrets = load_secrets(self._data)
        admin_url, nats_url = await asyncio.gather(self._start_postgres(secrets), self._start_nats(secrets))
        databases = await self._prepare_databases(admin_url, secrets)
        ports = {name: free_port() for name in SERVICES}
        addresses = Addresses(
            databases, ports, nats_url, self._options.base_url, self._data.attachments, secrets.settings
        )
        table = environments(addresses)
        await self._migrate(table, databases)
        await self._start_services(table, addresses.ports)
        return await self._after_start(table)

    async def stop(self) -> None:
        """Stop the gateway, the services, NATS and PostgreSQL, each group when the one before it has ended."""
        for group in (self._gateway, self._services, self._nats, self._postgres):
            await asyncio.gather(*(child.stop() for child in group))

    async def _start_postgres(self, secrets: Secrets) -> str:
        if self._options.database_url:
            self._tell("PostgreSQL: the server of DATABASE_URL")
            return self._options.database_url
        with self._step() as done:
            server = await asyncio.to_thread(EmbeddedPostgres.prepare, self._data.postgres, secrets.postgres)
            child = self._child("postgres", server.program(), _in_thread(server.is_ready))
            child.before_start = lambda: asyncio.to_thread(server.free_cluster)
            self._postgres.append(child)
            child.start()
            await child.ready()
            done(f"PostgreSQL {server.binaries.version} on port {server.port}")
        return server.url()

    async def _start_nats(self, secrets: Secrets) -> str:
        with self._step() as done:
            server = await asyncio.to_thread(EmbeddedNats.prepare, self._data.nats, secrets.nats)
            child = self._child("nats", server.program(), _in_thread(server.is_ready))
            self._nats.append(child)
            child.start()
            await child.ready()
            done(f"NATS with JetStream on port {server.port}")
        return server.url

    async def _prepare_databases(self, admin_url: str, secrets: Secrets) -> dict[str, DatabaseUrls]:
        with self._step() as done:
            making = (ensure_database(admin_url, service, secrets.roles[service]) for service in SERVICES)
            databases = dict(zip(SERVICES, await asyncio.gather(*making), strict=True))
            done(f"databases of {', '.join(SERVICES)}")
        return databases

    async def _migrate(self, table: Mapping[str, Mapping[str, str]], databases: Mapping[str, DatabaseUrls]) -> None:
        with self._step() as done:
            commands = {
                service: _python("migrate", service, environment=migration_environment(table[service], urls))
                for service, urls in databases.items()
                if not await is_migrated(service, urls.owner)
            }
            await asyncio.gather(*(self._run(f"migrate-{name}", command) for name, command in commands.items()))
            done(f"migrations of {', '.join(commands)}" if commands else "migrations: nothing new")

    async def _start_services(self, table: Mapping[str, Mapping[str, str]], ports: Mapping[str, int]) -> None:
        write_whole(self._data.run / "ports.json", dict(ports))
        with self._step() as done:
            self._services += [self._server(name, LOOPBACK, port, table[name]) for name, port in ports.items()]
            self._gateway.append(self._server("gateway", self._options.host, self._options.port, table["gateway"]))
            children = [*self._services, *self._gateway]
            for child in children:
                child.start()
            await asyncio.gather(*(child.ready() for child in children))
            done(f"{', '.join(ports)} and the gateway")

    async def _after_start(self, table: Mapping[str, Mapping[str, str]]) -> Sequence[SignIn]:
        standing = Standing(self._options.base_url, self._data, table, earlier_sign_ins(self._data))
        sign_ins = list(standing.sign_ins)
        for title, step in steps_after_start(self._options.demo):
            with self._step() as done:
                sign_ins += await step(standing)
                done(title)
        if self._options.demo:
            write_demo(standing, sign_ins)
        return sign_ins

    def _server(self, name: str, host: str, port: int, environment: Mapping[str, str]) -> Child:
        program = _python("serve", name, "--host", host, "--port", str(port), environment=environment)
        return self._child(name, program, lambda pid: _is_ready(EVERYWHERE.get(host, host), port))

    def _child(self, name: str, program: Program, is_ready: Callable[[int], Awaitable[bool]]) -> Child:
        log = self._data.new_log(name)
        return Child(name, program, log, is_ready, self._tell, lambda pid: record_process(self._data, name, pid))

    async def _run(self, name: str, program: Program) -> None:
        """Run a command of ours to its end."""
        log = self._data.new_log(name)
        with log.open("ab") as output:
            process = await start_in_loop(program, output)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            raise
        if code != 0:
            raise CannotStart(f"{name} failed\n{tail(log)}")

    @contextlib.contextmanager
    def _step(self) -> Iterator[Callable[[str], None]]:
        """Tell what was done and how long it took."""
        began = time.monotonic()
        yield lambda what: self._tell(f"✓ {what} ({time.monotonic() - began:.1f} s)")


def _python(*arguments: str, environment: Mapping[str, str]) -> Program:
    return Program((sys.executable, "-m", "services", *arguments), environment, folder=PROJECT)


def _in_thread(check: Callable[[int], bool]) -> Callable[[int], Awaitable[bool]]:
    return lambda pid: asyncio.to_thread(check, pid)


async def _is_ready(host: str, port: int) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            answer = await client.get(httpx.URL(scheme="http", host=host, port=port, path="/health/ready"))
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK
