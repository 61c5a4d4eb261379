"""A platform started for a test as a person starts it, and what the test may see of it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from services.launcher.ports import free_port
from tests.launcher.processes import PROJECT, wait_until

CHILDREN = ("postgres", "nats", "identity", "requests", "feedback", "gateway")


@dataclass
class Up:
    """A launcher that runs, or ran, on `data`; its gateway listens at `port`."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    terminal: Path

    @property
    def base_url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> "Up":
        """Until it has said that everything is up; fails with what it said if it ended instead."""
        wait_until(lambda: self.process.poll() is not None or "Ctrl-C stops everything" in self.told(), patience=170)
        assert self.is_ready(), self.told()
        return self

    def is_ready(self) -> bool:
        """Whether the gateway says that everything is."""
        try:
            return httpx.get(f"{self.base_url}/health/ready", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def told(self) -> str:
        """What the person at the terminal read."""
        return self.terminal.read_text()

    def pid(self, name: str) -> int:
        """The process of a child."""
        return int((self.data / "run" / f"{name}.pid").read_text().split()[0])

    def pids(self) -> dict[str, int]:
        """The processes of all children."""
        return {name: self.pid(name) for name in CHILDREN}

    def kill(self, name: str) -> None:
        """SIGKILL a child, and wait until another took its place and everything is ready."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: self.pid(name) != old and self.is_ready(), patience=60)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End the launcher with a signal; its code."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def ask(self, service: str, query: str) -> object:
        """The one value of a query in a service's database, as superuser."""
        password = json.loads((self.data / "secrets.json").read_text())["postgres"]
        port = (self.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[3]
        return asyncio.run(value_of(f"postgresql://postgres:{password}@127.0.0.1:{port}/acuerdo_{service}", query))


Launch = Callable[..., Up]
"""`launch(data, *arguments, **environment)` starts a launcher, and does not wait for anything."""


@contextlib.contextmanager
def launching() -> Iterator[Launch]:
    """Gives `launch`; those that still run at the end are stopped."""
    launched: list[Up] = []

    def launch(data: Path, *arguments: str, **environment: str) -> Up:
        port = free_port()
        terminal = data.with_name(f"terminal-{port}")
        command = [sys.executable, "-m", "services", "up", "--port", str(port), "--data", str(data), *arguments]
        with terminal.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env={"PATH": os.defpath, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        launched.append(Up(process, port, data, terminal))
        return launched[-1]

    try:
        yield launch
    finally:
        for up in launched:
            if up.process.poll() is None:
                up.stop()


async def value_of(url: str, query: str) -> object:
    """The one value of a query."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
