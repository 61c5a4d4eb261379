import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.launcher.after_start import SignIn, Standing, earlier_sign_ins, write_demo
from services.launcher.announcement import announcement
from services.launcher.data_directory import (
    DataDirectory,
    end_leftovers,
    held_data_directory,
    leftovers,
    read_json,
    record_process,
)
from services.launcher.errors import CannotStart
from services.launcher.secrets_file import load_secrets
from tests.launcher.processes import PROJECT, SLEEPS, lives, wait_until

HOLDER = """
import pathlib, sys, time
from services.launcher.data_directory import held_data_directory
with held_data_directory(pathlib.Path(sys.argv[1]), "http://127.0.0.1:8080"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """A data directory of ours."""
    with held_data_directory(tmp_path / "data", "a test") as directory:
        return directory


def test_one_launcher_at_a_time_and_the_second_hears_who_it_is(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "data")], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    who = rf"is in use by process {holder.pid} \(http://127.0.0.1:8080\); stop it first"
    with pytest.raises(CannotStart, match=who), held_data_directory(tmp_path / "data", "a second one"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with held_data_directory(tmp_path / "data", "a third one"):
        pass  # a killed launcher holds nothing


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(CannotStart, match="is not a directory"), held_data_directory(place, "a test"):
            pass


def test_a_directory_that_cannot_be_written_is_said_to_be_so() -> None:
    with pytest.raises(CannotStart, match="cannot hold the data"), held_data_directory(Path("/proc/acuerdo"), "a test"):
        pass


def test_secrets_are_made_once_and_kept_from_others(data: DataDirectory) -> None:
    secrets = load_secrets(data)
    assert load_secrets(data) == secrets
    assert stat.S_IMODE(data.secrets.stat().st_mode) == 0o600
    passwords = [
        secrets.postgres,
        secrets.nats,
        *(word for role in secrets.roles.values() for word in vars(role).values()),
        *(word for settings in secrets.settings.values() for word in settings.values()),
    ]
    assert len(set(passwords)) == len(passwords) == len(json.loads(data.secrets.read_text()))
    assert min(map(len, passwords)) == 48
    assert secrets.postgres not in repr(secrets)


def test_new_secrets_join_the_old_ones(data: DataDirectory) -> None:
    load_secrets(data)
    names = set(json.loads(data.secrets.read_text()))
    data.secrets.write_text('{"postgres": "kept"}')
    assert load_secrets(data).postgres == "kept"
    assert set(json.loads(data.secrets.read_text())) == names


@pytest.mark.parametrize(("content", "why"), [("{", "cannot be read"), ("[]", "does not hold what the launcher wrote")])
def test_broken_secrets_are_not_replaced(data: DataDirectory, content: str, why: str) -> None:
    data.secrets.write_text(content)
    with pytest.raises(CannotStart, match=why):
        load_secrets(data)
    assert data.secrets.read_text() == content


def test_lost_secrets_of_a_database_are_not_made_anew(data: DataDirectory) -> None:
    (data.postgres / "cluster").mkdir(parents=True)
    with pytest.raises(CannotStart, match="is gone, and with it the passwords"):
        load_secrets(data)


def test_what_a_killed_launcher_left_is_ended_and_strangers_are_not(data: DataDirectory) -> None:
    left = subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.DEVNULL)
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.DEVNULL)
    record_process(data, "left", left.pid)
    (data.run / "stranger.pid").write_text(f"{stranger.pid} 12345\n")  # another process had this number once
    (data.run / "ended.pid").write_text("1999999999 1\n")
    assert leftovers(data) == {"left": left.pid}
    asyncio.run(end_leftovers(data, patience=0.1))
    assert left.wait(5) == -signal.SIGKILL
    assert lives(stranger.pid)
    assert list(data.run.glob("*.pid")) == []
    stranger.kill()
    stranger.wait()


def test_what_ends_by_itself_is_left_to(data: DataDirectory) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"])
    record_process(data, "left", left.pid)
    asyncio.run(end_leftovers(data))
    wait_until(lambda: left.poll() is not None)
    assert left.returncode == 0


def test_the_demo_file_is_whole_private_and_read_at_the_next_start(data: DataDirectory) -> None:
    assert earlier_sign_ins(data) == ()
    standing = Standing("http://127.0.0.1:8080", data, {}, ())
    people = [SignIn("ana@a.example", "secret", "admin", None), SignIn("bo@a.example", "secret", "agent", "it")]
    write_demo(standing, people)
    assert read_json(data.demo) == {
        "base_url": "http://127.0.0.1:8080",
        "people": [
            {"email": "ana@a.example", "password": "secret", "role": "admin", "department": None},
            {"email": "bo@a.example", "password": "secret", "role": "agent", "department": "it"},
        ],
    }
    assert earlier_sign_ins(data) == tuple(people)
    assert stat.S_IMODE(data.demo.stat().st_mode) == 0o600
    assert {path.name for path in data.path.iterdir()} == {"demo.json", "lock", "run"}


def test_the_announcement_names_address_people_and_three_lines() -> None:
    people = [SignIn(f"{name}@a.example", "pw", "agent", "IT") for name in ("ana", "bo", "cy", "di", "ed")]
    told = announcement("http://127.0.0.1:8080", people, "data/demo.json")
    assert "http://127.0.0.1:8080/docs" in told
    assert "  bo@a.example   pw  agent of IT" in told
    assert "1 more in data/demo.json" in told
    assert told.count("  curl ") == 3
    assert announcement("http://127.0.0.1:8080", [], "data/demo.json").count("  curl ") == 3


def test_logs_begin_anew_and_the_one_before_is_kept(data: DataDirectory) -> None:
    data.new_log("gateway").write_text("first")
    assert not data.new_log("gateway").exists()
    assert (data.run / "gateway.log.before").read_text() == "first"
    assert os.listdir(data.run) == ["gateway.log.before"]
