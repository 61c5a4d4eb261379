"""Servers of one test, which it may kill and start again on the same port and data."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from services.launcher.spawning import Program, start, tail


class Killable:
    """A program under test control; `start` returns once it is ready."""

    def __init__(self, program: Program, log: Path, is_ready: Callable[[int], bool]) -> None:
        self._program = program
        self._log = log
        self._is_ready = is_ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            process = self._process = start(self._program, output)
        deadline = time.monotonic() + 20
        while not self._is_ready(process.pid):
            assert process.poll() is None, tail(self._log)
            assert time.monotonic() < deadline, tail(self._log)
            time.sleep(0.01)

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
