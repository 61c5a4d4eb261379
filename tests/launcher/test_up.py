"""`make up` for real: every process, killed and stopped."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from services.launcher.ports import free_port
from services.launcher.postgres import EmbeddedPostgres
from tests.launcher.processes import PROJECT, lives, wait_until

CHILDREN = ("postgres", "nats", "identity", "requests", "feedback", "gateway")


@dataclass
class Up:
    """A launcher that runs, or ran, on `data`."""

    process: subprocess.Popen[str]
    port: int
    data: Path

    def is_ready(self) -> bool:
        """Whether the gateway says that everything is."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def is_up(self) -> bool:
        """Whether it has said so, or ended."""
        return self.process.poll() is not None or "Ctrl-C stops everything" in self.told()

    def told(self) -> str:
        """What the person at the terminal read."""
        return terminal_of(self.data, self.port).read_text()

    def pid(self, name: str) -> int:
        """The process of a child."""
        return int((self.data / "run" / f"{name}.pid").read_text().split()[0])

    def came_back(self, name: str, old: int) -> Callable[[], bool]:
        """A look whether a child is another process than before, and everything ready."""
        return lambda: self.pid(name) != old and self.is_ready()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End the launcher with a signal; its code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def terminal_of(data: Path, port: int) -> Path:
    return data.with_name(f"terminal-{port}")


def start(data: Path, **environment: str) -> Up:
    port = free_port()
    command = [sys.executable, "-m", "services", "up", "--no-demo", "--port", str(port), "--data", str(data)]
    with terminal_of(data, port).open("w") as terminal:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={"PATH": os.defpath, **environment},
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Up(process, port, data)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A platform that is up."""
    launched = start(tmp_path / "data")
    wait_until(launched.is_up, patience=60)
    assert launched.is_ready(), launched.told()
    yield launched
    if launched.process.poll() is None:
        launched.stop()


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def in_requests(up: Up, query: str) -> object:
    secrets = json.loads((up.data / "secrets.json").read_text())
    port = (up.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[3]
    return asyncio.run(ask(f"postgresql://postgres:{secrets['postgres']}@127.0.0.1:{port}/acuerdo_requests", query))


def test_it_comes_up_says_where_and_stops_on_ctrl_c(up: Up) -> None:
    assert f"Acuerdo is up at http://127.0.0.1:{up.port}" in up.told()
    assert up.told().count("  curl ") == 3
    second = start(up.data)
    assert second.process.wait(20) == 2
    assert f"is in use by process {up.process.pid} (http://127.0.0.1:{up.port})" in second.told()
    pids = [up.pid(name) for name in CHILDREN]
    began = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - began < 30
    assert not any(map(lives, pids))


@pytest.mark.slow
def test_a_killed_child_comes_back_and_nobody_else_is_touched(up: Up) -> None:
    for name in CHILDREN:
        before = {child: up.pid(child) for child in CHILDREN}
        os.kill(before[name], signal.SIGKILL)
        wait_until(up.came_back(name, before[name]), patience=20)
        after = {child: up.pid(child) for child in CHILDREN}
        assert {child for child in CHILDREN if after[child] != before[child]} == {name}
        assert f"{name} was ended by SIGKILL; starting it again in 0.2 s" in up.told()


@pytest.mark.slow
def test_a_killed_launcher_takes_its_children_along_and_the_next_one_has_everything(up: Up) -> None:
    in_requests(up, "CREATE TABLE kept AS SELECT 42 AS answer")
    pids = [up.pid(name) for name in CHILDREN]
    up.stop(signal.SIGKILL)
    wait_until(lambda: not any(map(lives, pids)), patience=10)
    following = start(up.data)
    wait_until(following.is_up, patience=60)
    assert following.is_ready(), following.told()
    assert in_requests(following, "SELECT answer FROM kept") == 42
    assert following.stop(signal.SIGTERM) == 0


@pytest.mark.slow
def test_everything_killed_at_once_comes_back_at_the_next_start(up: Up) -> None:
    in_requests(up, "CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in [up.process.pid, *(up.pid(name) for name in CHILDREN)]:
        os.kill(pid, signal.SIGKILL)
    up.process.wait()
    following = start(up.data)
    wait_until(following.is_up, patience=60)
    assert following.is_ready(), following.told()
    assert in_requests(following, "SELECT answer FROM kept") == 42
    assert following.stop() == 0


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0, 3.5])
def test_ctrl_c_while_it_starts_leaves_nothing_behind(tmp_path: Path, seconds: float) -> None:
    launched = start(tmp_path / "data")
    time.sleep(seconds)
    assert launched.stop() in (0, 130, -signal.SIGINT)
    assert "Traceback" not in launched.told()
    assert not any(lives(int(file.read_text().split()[0])) for file in launched.data.glob("run/*.pid"))


@pytest.mark.slow
def test_a_service_that_cannot_start_fails_with_the_end_of_its_log(tmp_path: Path) -> None:
    launched = start(tmp_path / "data", ACUERDO_POOL_SIZE="many")
    assert launched.process.wait(60) == 2
    assert "cannot start: it ended with code 1 5 times in a row" in launched.told()
    assert "pool_size" in launched.told()
    assert "Ctrl-C" not in launched.told()


@pytest.mark.slow
def test_a_database_server_that_is_there_is_used(tmp_path: Path, postgres: EmbeddedPostgres) -> None:
    launched = start(tmp_path / "data", DATABASE_URL=postgres.url())
    wait_until(launched.is_up, patience=60)
    assert launched.is_ready(), launched.told()
    assert not (launched.data / "postgres").exists()
    databases = asyncio.run(ask(postgres.url(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'acuerdo_%'"))
    assert databases == 3
    assert launched.stop() == 0
