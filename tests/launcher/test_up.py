"""`make up` for real: every process, killed and stopped."""

import asyncio
import os
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from services.launcher.data_directory import read_json
from services.launcher.postgres import THROW_AWAY, running_postgres
from tests.launcher.processes import lives, wait_until
from tests.launching import CHILDREN, Launch, Up, launching, value_of


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts platforms, and stops them after the test."""
    with launching() as starter:
        yield starter


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where a platform keeps what it keeps."""
    return tmp_path / "data"


def test_it_comes_up_says_where_and_stops_on_ctrl_c(launch: Launch, data: Path) -> None:
    up = launch(data, "--no-demo").wait()
    assert f"Acuerdo is up at {up.base_url}" in up.told()
    lines = [shlex.split(line) for line in up.told().splitlines() if line.startswith("  curl ")]
    assert [status_of(line) for line in lines] == [200, 200, 200]
    second = launch(data, "--no-demo")
    assert second.process.wait(30) == 2
    assert f"is in use by process {up.process.pid} ({up.base_url})" in second.told()
    began = time.monotonic()
    pids = up.pids()
    assert up.stop() == 0
    assert time.monotonic() - began < 30
    assert not any(map(lives, pids.values()))
    assert not (data / "demo.json").exists()


def status_of(line: list[str]) -> int:
    """What a line of curl is answered: `curl URL [-H HEADER -d BODY]`."""
    url, header, body = line[1], line[3:4], line[5:6]
    if not body:
        return httpx.get(url, trust_env=False).status_code
    name, value = header[0].split(": ")
    return httpx.post(url, headers={name: value}, content=body[0], trust_env=False).status_code


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whoever_reads_the_demos_file_finds_every_figure(launch: Launch, data: Path) -> None:
    up = launch(data, "--demo", "100").wait()
    counted = up.ask("feedback", "SELECT sum(tickets)::int FROM interaction")
    assert counted == up.ask("requests", "SELECT count(*)::int FROM ticket")
    assert up.ask("feedback", "SELECT count(*)::int FROM dead_letter") == 0
    assert up.stop() == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_is_killed_comes_back_with_everything(launch: Launch, data: Path) -> None:
    up = launch(data).wait()
    assert up.ask("requests", "CREATE TABLE kept AS SELECT 42 AS answer") is None
    for name in CHILDREN:
        before = up.pids()
        up.kill(name)
        after = up.pids()
        assert {child for child in CHILDREN if after[child] != before[child]} == {name}
        assert f"{name} was ended by SIGKILL; starting it again in 0.2 s" in up.told()

    pids = up.pids()
    up.stop(signal.SIGKILL)  # the launcher: its children die with it
    wait_until(lambda: not any(map(lives, pids.values())), patience=20)
    up = following(up, launch)

    for pid in [*up.pids().values(), up.process.pid]:  # all at once, as when the power fails
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    up.process.wait()
    assert following(up, launch).stop(signal.SIGTERM) == 0


def following(before: Up, launch: Launch) -> Up:
    """The next start on the same data has what was there."""
    up = launch(before.data).wait()
    assert up.ask("requests", "SELECT answer FROM kept") == 42
    demo = read_json(up.data / "demo.json")
    assert demo["base_url"] == up.base_url
    assert isinstance(demo["people"], list)
    return up


@pytest.mark.slow
@pytest.mark.parametrize("when", ["secrets.json", "postgres/making", "run/postgres.pid", "run/gateway.pid"])
def test_ctrl_c_while_it_starts_leaves_nothing_behind(launch: Launch, data: Path, when: str) -> None:
    launched = launch(data)
    wait_until((data / when).exists, patience=60)
    assert launched.stop() == 0
    assert "Traceback" not in launched.told()
    assert not any(lives(int(file.read_text().split()[0])) for file in data.glob("run/*.pid"))


@pytest.mark.slow
def test_what_can_never_start_fails_with_the_end_of_its_log(launch: Launch, data: Path) -> None:
    (data / "nats").mkdir(parents=True)
    (data / "nats" / "jetstream").write_text("not the folder that JetStream needs")
    launched = launch(data)
    assert launched.process.wait(100) == 2
    assert "acuerdo: nats cannot start: it ended with code 1 5 times in a row" in launched.told()
    assert "jetstream" in launched.told().partition("5 times in a row")[2].lower()
    assert "Traceback" not in launched.told()


@pytest.mark.slow
def test_a_database_server_that_is_there_is_used(launch: Launch, data: Path, session_folder: Path) -> None:
    # A server of its own: what is made there must not become the template of other tests' databases.
    with running_postgres(session_folder / "there", "superuser-of-a-test", THROW_AWAY) as server:
        launched = launch(data, DATABASE_URL=server.url()).wait()
        assert not (data / "postgres").exists()
        names = "SELECT count(*) FROM pg_database WHERE datname LIKE 'acuerdo%'"
        assert asyncio.run(value_of(server.url(), names)) == 3
        assert launched.stop() == 0
