"""`python -m services secrets`, run as an administrator runs it: with a Python that has no packages of ours."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.env_secrets import SETTING, TEMPLATE, secret_names
from services.launcher.given_secrets import PLACEHOLDER, weakness
from tests.launcher.processes import PROJECT


def make(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, without site-packages."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "services", "secrets", "--file", str(file), *arguments],
        cwd=PROJECT,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )


def settings(file: Path) -> dict[str, str]:
    return dict(SETTING.findall(file.read_text()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A .env that the command has just made."""
    made = make(tmp_path / ".env")
    assert made.returncode == 0, made.stderr
    return tmp_path / ".env"


def test_every_placeholder_becomes_a_secret_of_its_own(file: Path) -> None:
    names, made = secret_names(TEMPLATE.read_text()), settings(file)
    assert len(names) >= 9
    assert {name: weakness(made[name]) for name in names if weakness(made[name])} == {}
    assert len({made[name] for name in names}) == len(names)
    assert PLACEHOLDER not in {*made.values()}
    assert set(made) == {name for name, _ in SETTING.findall(TEMPLATE.read_text())}


def test_only_the_owner_reads_it(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_tells_what_to_do_next_and_no_secret(tmp_path: Path) -> None:
    told = make(tmp_path / ".env").stdout
    assert "docker compose up" in told
    assert "first-admin" in told
    assert [name for name, value in settings(tmp_path / ".env").items() if len(value) == 49 and value in told] == []


def test_a_file_that_is_there_stays(file: Path) -> None:
    before = file.read_bytes()
    again = make(file)
    assert (again.returncode, file.read_bytes()) == (2, before)
    assert "stays as it is" in again.stderr
    assert "--force" in again.stderr


def test_force_makes_all_anew_and_keeps_the_old_beside(file: Path) -> None:
    before = file.read_text()
    assert make(file, "--force").returncode == 0
    kept = file.with_name(".env.before")
    assert kept.read_text() == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    old, new = dict(SETTING.findall(before)), settings(file)
    assert [name for name in secret_names(TEMPLATE.read_text()) if old[name] == new[name]] == []


def test_add_brings_what_a_newer_template_has_and_nothing_else(file: Path) -> None:
    whole = file.read_text()
    older = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith("NATS_PASSWORD="))
    file.write_text(older.replace("ACUERDO_PORT=8080", "ACUERDO_PORT=9999").rstrip("\n"))
    added = make(file, "--add")
    assert "added: NATS_PASSWORD." in added.stdout
    assert weakness(settings(file)["NATS_PASSWORD"]) is None
    expected = {**dict(SETTING.findall(whole)), "ACUERDO_PORT": "9999"}
    assert settings(file) == {**expected, "NATS_PASSWORD": settings(file)["NATS_PASSWORD"]}
    assert "added: nothing." in make(file, "--add").stdout


def test_renew_makes_the_named_secrets_anew(file: Path) -> None:
    before = settings(file)
    assert make(file, "--renew", "NATS_PASSWORD", "ACUERDO_REQUESTS_PASSWORD").returncode == 0
    after = settings(file)
    assert {name for name, value in after.items() if value != before[name]} == {
        "NATS_PASSWORD",
        "ACUERDO_REQUESTS_PASSWORD",
    }


@pytest.mark.parametrize("name", ["ACUERDO_PORT", "NOBODYS_PASSWORD"])
def test_what_is_no_secret_is_not_renewed(file: Path, name: str) -> None:
    before = file.read_bytes()
    refused = make(file, "--renew", name)
    assert (refused.returncode, file.read_bytes()) == (2, before)
    assert f"no such secret: {name}" in refused.stderr


@pytest.mark.parametrize("arguments", [["--add"], ["--renew", "NATS_PASSWORD"]])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, arguments: list[str]) -> None:
    refused = make(tmp_path / ".env", *arguments)
    assert refused.returncode == 2
    assert "cannot be read: No such file" in refused.stderr
