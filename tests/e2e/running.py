"""The real platform as one command starts it, and looks behind its gateway: processes, health, databases."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.launcher import spawning
from services.launcher.postgres import processes_in
from services.launcher.spawning import Program
from tests.launcher.processes import PROJECT, lives

SERVERS = ("identity", "requests", "feedback", "gateway")
CHILDREN = ("postgres", "nats", *SERVERS)
LONGEST_START = 180.0
"""Seconds: on a busy machine the start is slow, and how long it takes is told by the figures."""
ENTRY = re.compile(r"^(?=\d{4}-\d{2}-\d{2} )", re.MULTILINE)


@dataclass
class Running:
    """A launcher that runs, or ran, on `data`, with its gateway at `port`."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """Somebody who calls the gateway, with or without a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, trust_env=False, **options)

    def told(self) -> str:
        """What the person at the terminal read."""
        return terminal_of(self.data).read_text()

    def errors(self) -> list[str]:
        """What our processes logged as errors under this launcher and the one before: first line and last."""
        logs = [log for name in SERVERS for log in self.data.glob(f"run/{name}.log*")]
        entries = [entry.splitlines() for log in logs for entry in ENTRY.split(log.read_text())]
        return [" … ".join(dict.fromkeys([entry[0], entry[-1]])) for entry in entries if entry and "ERROR" in entry[0]]

    def pid(self, name: str) -> int:
        """The process of a child, as the launcher noted it last."""
        return noted(self.data / "run" / f"{name}.pid")

    def living(self) -> set[int]:
        """The children that live, and every process of PostgreSQL."""
        children = {noted(file) for file in self.data.glob("run/*.pid")}
        return {pid for pid in children if lives(pid)} | processes_in(self.data / "postgres" / "cluster")

    def kill(self, name: str) -> int:
        """kill -9 a child; its process id."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def end(self, number: signal.Signals) -> int:
        """Send the launcher a signal and wait for its end; its code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(40)

    async def start_again(self) -> None:
        """The same command once more, until it says that it is up."""
        assert self.process.poll() is not None
        self.process = launch(self.data, self.port)
        await self.is_up()

    async def is_up(self) -> None:
        """Wait until the launcher says so; one that ends or takes too long is a failure, and is ended."""

        async def says_so() -> bool:
            assert self.process.poll() is None, self.told()
            return "Ctrl-C stops everything" in self.told()

        try:
            await until(says_so, LONGEST_START)
        except AssertionError:
            self.end(signal.SIGTERM)
            raise

    async def health(self) -> dict[str, Any] | None:
        """What each service says of itself, asked one by one, when all and the gateway are ready; else none."""
        ports = json.loads((self.data / "run" / "ports.json").read_text())
        origins = {"gateway": self.base_url} | {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        async with httpx.AsyncClient(trust_env=False, timeout=3) as client:
            asked = (client.get(f"{origin}/health/ready") for origin in origins.values())
            answers = await asyncio.gather(*asked, return_exceptions=True)
        said = dict(zip(origins, (_ready(answer) for answer in answers), strict=True))
        return None if None in said.values() else said

    async def is_whole(self) -> bool:
        """Whether all are ready and every consumer reads its streams."""
        health = await self.health()
        return health is not None and not any(check["waiting"] for check in _consumers(health))

    async def has_caught_up(self) -> bool:
        """Whether no event waits: every outbox is empty and every consumer has taken in what was published."""
        health = await self.health()
        if health is None or await self.waiting_events():
            return False
        return all(check["caught_up"] for check in _consumers(health))

    async def waiting_events(self) -> int:
        """Rows in the outboxes."""
        return sum([int(await self.value(name, "SELECT count(*) FROM outbox")) for name in SERVERS[:-1]])

    async def value(self, service: str, sql: str) -> Any:
        """The one value that a statement reads in a service's database."""
        return (await self.rows(service, sql))[0][0]

    async def rows(self, service: str, sql: str) -> list[tuple[Any, ...]]:
        """What a statement reads in a service's database."""
        connection = await asyncpg.connect(self.database_url(service))
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    def database_url(self, service: str) -> str:
        """The superuser's address of a service's database."""
        password = json.loads((self.data / "secrets.json").read_text())["postgres"]
        port = (self.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[3]
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/acuerdo_{service}"

    def nats_url(self) -> str:
        """Where NATS listens, with user and password."""
        settings = json.loads((self.data / "nats" / "nats.conf").read_text())
        login = settings["authorization"]
        return f"nats://{login['user']}:{login['password']}@127.0.0.1:{settings['port']}"


def _ready(answer: httpx.Response | BaseException) -> dict[str, Any] | None:
    """The body of a 200; none for another status and for no answer at all."""
    if isinstance(answer, httpx.Response) and answer.status_code == httpx.codes.OK:
        return dict(answer.json())
    if isinstance(answer, httpx.Response | httpx.HTTPError):
        return None
    raise answer


def _consumers(health: dict[str, Any]) -> list[dict[str, Any]]:
    """What the services that consume say about it."""
    checks = (said.get("checks", {}) for said in health.values())
    return [check["consumers"] for check in checks if "consumers" in check]


def noted(file: Path) -> int:
    """The process id in a file of the launcher."""
    return int(file.read_text().split()[0])


def terminal_of(data: Path) -> Path:
    return data.with_name(f"{data.name}-terminal")


async def start(data: Path, port: int) -> Running:
    """Start the platform on `data` and wait until it says that it is up."""
    running = Running(launch(data, port), port, data)
    await running.is_up()
    return running


def launch(data: Path, port: int) -> subprocess.Popen[bytes]:
    """A launcher that begins to start the platform on `data`. It ends with this process, whatever happens."""
    command = (sys.executable, "-m", "services", "up", "--no-demo", "--port", str(port), "--data", str(data))
    program = Program(command, dict(os.environ), orphan_signal=signal.SIGTERM, folder=PROJECT)
    with terminal_of(data).open("wb") as terminal:
        return spawning.start(program, terminal)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> float:
    """Wait until it holds; give the seconds it took."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < seconds, f"{holds} does not come true in {seconds:g} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - began
