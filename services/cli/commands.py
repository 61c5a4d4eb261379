"""The table of commands; a command's module is loaded only when it is the one asked for.

A command's module offers `add_arguments(parser)` and `run(options)`, which returns the exit code.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from services.launcher.errors import CannotStart

NAME = "python -m services"
FAILED, INTERRUPTED = 2, 130


@dataclass(frozen=True)
class Command:
    """Where a command lives, and what it does in half a line."""

    module: str
    summary: str


COMMANDS = {
    "up": Command("services.cli.up", "start the whole platform on this machine"),
    "serve": Command("services.cli.serve", "run one service, or the gateway"),
    "migrate": Command("services.cli.migrate", "bring a service's database to this version"),
    "prepare-databases": Command("services.cli.prepare_databases", "make the services' roles and databases"),
    "secrets": Command("services.cli.env_secrets", "make .env, with a secret in every place of the template"),
    "first-admin": Command("services.cli.first_admin", "print the first administrator's one-time link"),
    "health": Command("services.cli.health", "ask a process of this machine whether it is ready"),
    "import": Command("services.cli.log_import", "bring in the log of another system"),
    "report": Command("services.cli.report", "print a report of a running platform"),
    "verify": Command("services.cli.verify", "fold every ticket again and compare what is kept"),
    "openapi": Command(
        "services.cli.openapi", "write the contracts in openapi/, or check them against the last release"
    ),
}


class CommandModule(Protocol):
    """What a command's module offers."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name; without one, or with an unknown one, print help."""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help", "help"):
        print(overview())
        return 0
    if name not in COMMANDS:
        print(f"{NAME}: there is no command {name!r}\n\n{overview()}", file=sys.stderr)
        return FAILED
    try:
        command = cast(CommandModule, import_module(COMMANDS[name].module))
        parser = argparse.ArgumentParser(prog=f"{NAME} {name}", description=command.__doc__)
        command.add_arguments(parser)
        return command.run(parser.parse_args(rest))
    except CannotStart as problem:
        print(f"acuerdo: {problem}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def overview() -> str:
    """Help: the commands, one a line."""
    lines = [f"  {name:<19}{command.summary}" for name, command in COMMANDS.items()]
    return "\n".join([f"usage: {NAME} COMMAND …   ({NAME} COMMAND --help tells more)", "", *lines])
