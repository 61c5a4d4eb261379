import argparse
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from services.cli.commands import COMMANDS, main
from tests.launcher.processes import PROJECT


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"]])
def test_help_lists_the_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert [name for name in COMMANDS if f"  {name} " not in told] == []


def test_an_unknown_command_gets_help_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    told = capsys.readouterr().err
    assert "there is no command 'dance'" in told
    assert "  up " in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_can_be_loaded(name: str) -> None:
    module = import_module(COMMANDS[name].module)
    assert module.__doc__
    assert callable(module.run)
    assert callable(module.add_arguments)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_explains_every_argument(name: str) -> None:
    parser = argparse.ArgumentParser()
    import_module(COMMANDS[name].module).add_arguments(parser)
    nested = [
        each for action in parser._actions if isinstance(action.choices, dict) for each in action.choices.values()
    ]
    for asked in (parser, *nested):
        assert [action.dest for action in asked._actions if not action.help] == []
        assert "FILTER_" not in asked.format_help()


def test_a_command_loads_nothing_that_another_needs() -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "services", "help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"fastapi", "uvicorn", "sqlalchemy", "rich", "httpx", "asyncpg"}
    assert heavy & {line.rpartition("|")[2].strip() for line in loaded.stderr.splitlines()} == set()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "८०८०"])
def test_up_refuses_what_is_no_port(port: str) -> None:
    refused = command("up", f"--port={port}")
    assert refused.returncode == 2
    assert "is no port: a number from 1 to 65535" in refused.stderr


def test_up_says_in_one_line_that_the_port_is_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = command("up", "--port", port, "--data", str(tmp_path / "data"))
    assert refused.returncode == 2
    assert (
        refused.stderr == f"acuerdo: port {port} on 127.0.0.1 cannot be used: Address already in use; choose another\n"
    )


def test_up_says_in_one_line_that_the_data_directory_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    refused = command("up", "--data", str(tmp_path / "data"))
    assert refused.returncode == 2
    assert refused.stderr == f"acuerdo: {tmp_path}/data is not a directory; choose another data directory\n"


def test_migrate_says_which_variable_it_misses() -> None:
    refused = command("migrate", "requests")
    assert refused.returncode == 2
    assert refused.stderr.startswith("acuerdo: ACUERDO_MIGRATION_DATABASE_URL is not set")
