"""Starts programs in sessions of their own that cannot outlive the launcher."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from services.launcher.errors import CannotStart
from services.launcher.tether import NO_USER

TETHER = Path(__file__).with_name("tether.py")
_lifeline: list[int] = []


@dataclass(frozen=True)
class Program:
    """A program to run: its arguments, whole environment, and how it ends.

    `orphan_signal` is what it gets when the launcher dies without stopping it; `stop_signal` asks it to end in order,
    and `grace` is how many seconds it then has before SIGKILL. `user` is a numeric user (root only), `inherited` are
    file descriptors it keeps, `folder` is where it works.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    grace: float = 8.0
    user: int | None = None
    inherited: tuple[int, ...] = ()
    folder: Path | None = None

    def tethered(self) -> list[str]:
        """The command line that ties the program to this process."""
        user = NO_USER if self.user is None else self.user
        tie = [str(os.getpid()), str(int(self.orphan_signal)), str(user)]
        return [sys.executable, "-I", "-S", str(TETHER), *tie, *self.arguments]


def start(program: Program, log: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start `program`; its output goes to `log`. Call from the main thread: Linux takes its end for the parent's."""
    return subprocess.Popen(
        program.tethered(),
        env=program.environment,
        stdin=_standard_input(),
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=program.inherited,
        start_new_session=True,
        cwd=program.folder,
    )


async def start_in_loop(program: Program, log: IO[bytes] | int) -> asyncio.subprocess.Process:
    """`start` for the event loop of the main thread."""
    return await asyncio.create_subprocess_exec(
        *program.tethered(),
        env=program.environment,
        stdin=_standard_input(),
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=program.inherited,
        start_new_session=True,
        cwd=program.folder,
    )


@contextlib.contextmanager
def running(program: Program, log: Path, is_ready: Callable[[int], bool], patience: float = 20.0) -> Iterator[int]:
    """Run `program` while the block runs, from the moment `is_ready(pid)`; gives its process id."""
    with log.open("ab") as output:
        process = start(program, output)
    try:
        deadline = time.monotonic() + patience
        while not is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"{program.arguments[0]} did not start:\n{tail(log)}")
            time.sleep(0.01)
        yield process.pid
    finally:
        _stop(process, program)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, or what stands for them."""
    try:
        content = log.read_bytes()[-8192:].decode(errors="replace").splitlines()
    except OSError:
        content = []
    return "\n".join(f"    {line}" for line in content[-lines:]) or "    (it wrote nothing)"


def _stop(process: subprocess.Popen[bytes], program: Program) -> None:
    if process.poll() is None:
        process.send_signal(program.stop_signal)
    try:
        process.wait(program.grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _standard_input() -> int:
    """Nothing on Linux; elsewhere the end of a pipe that closes when this process ends (the tether watches it)."""
    if sys.platform == "linux":
        return subprocess.DEVNULL
    if not _lifeline:
        _lifeline.extend(os.pipe())
    return _lifeline[0]
