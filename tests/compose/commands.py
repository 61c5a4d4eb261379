"""Running other programs for the trial: what they print is told only where they fail."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class CouldNot(Exception):
    """The trial cannot take place here; the message says why."""


class Failed(Exception):
    """The trial took place, and something is not as promised."""


LONGEST = 900.0
"""Seconds that a command may take: a build fetches packages."""


def run(
    *command: str | Path,
    given: bytes | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    may_fail: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; Failed, with the end of what it said, where its code is not 0."""
    ended = subprocess.run(
        [str(part) for part in command],
        input=given,
        stdin=None if given is not None else subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        timeout=LONGEST,
        check=False,
    )
    if ended.returncode != 0 and not may_fail:
        said = (ended.stdout + ended.stderr).decode(errors="replace").splitlines()
        raise Failed("\n".join([f"{' '.join(map(str, command))} ended with {ended.returncode}", *said[-25:]]))
    return ended


def text_of(*command: str | Path, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a program prints, without the last line's end."""
    return run(*command, folder=folder, environment=environment).stdout.decode().rstrip("\n")


def answers(*command: str | Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the program is there and ends well."""
    try:
        return run(*command, environment=environment, may_fail=True).returncode == 0
    except OSError:
        return False
