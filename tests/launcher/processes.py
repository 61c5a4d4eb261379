"""Small real programs for the launcher's tests, and looks at the processes of this machine."""

import os
import sys
import time
from collections.abc import Callable, Set
from pathlib import Path

from services.launcher.data_directory import birth
from services.launcher.spawning import Program

PROJECT = Path(__file__).resolve().parents[2]
IGNORES_SIGTERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"


def python(code: str, grace: float = 5.0) -> Program:
    """A program of a few lines."""
    return Program((sys.executable, "-c", code), {"PATH": os.defpath}, grace=grace, folder=PROJECT)


def lives(pid: int) -> bool:
    """Whether a process lives (one that has ended and was not waited for does not)."""
    return birth(pid) != ""


def wait_until(holds: Callable[[], bool], patience: float = 10.0) -> None:
    """Look every hundredth of a second until something holds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def wait_until_ended(pids: Set[int]) -> None:
    """Wait for processes on their way out: one has left its folder, where the launcher looks, before it ends."""
    wait_until(lambda: not any(map(lives, pids)))
