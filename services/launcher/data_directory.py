"""The data directory: what lies where, one launcher at a time, and what the last one may have left running."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.launcher.errors import CannotStart


@dataclass(frozen=True)
class DataDirectory:
    """Names of everything that `make up` keeps."""

    path: Path

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL's home."""
        return self.path / "postgres"

    @property
    def nats(self) -> Path:
        """The embedded NATS server's configuration and streams."""
        return self.path / "nats"

    @property
    def attachments(self) -> Path:
        """The files on tickets."""
        return self.path / "attachments"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, made once (0600)."""
        return self.path / "secrets.json"

    @property
    def demo(self) -> Path:
        """The address and the sign-ins of the demo organisation, written when everything is up."""
        return self.path / "demo.json"

    @property
    def first_admin(self) -> Path:
        """Without the demo: the one-time link of the first administrator."""
        return self.path / "first-admin.txt"

    @property
    def run(self) -> Path:
        """Process ids, ports and logs of the processes."""
        return self.path / "run"

    def log(self, name: str) -> Path:
        """The log of the process `name`."""
        return self.run / f"{name}.log"

    def new_log(self, name: str) -> Path:
        """An empty log for `name`; that of the start before is kept beside it."""
        log = self.log(name)
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        return log


@contextlib.contextmanager
def held_data_directory(path: Path, purpose: str) -> Iterator[DataDirectory]:
    """Make the directory and keep every other launcher out of it meanwhile; `purpose` tells them who we are."""
    data = DataDirectory(path.absolute())
    try:
        data.path.mkdir(mode=0o711, parents=True, exist_ok=True)  # PostgreSQL's user passes through, and sees no names
        data.run.mkdir(mode=0o700, exist_ok=True)
        lock = open(data.path / "lock", "a+")  # noqa: SIM115 — held below
    except (FileExistsError, NotADirectoryError):
        raise CannotStart(f"{path} is not a directory; choose another data directory") from None
    except OSError as error:
        raise CannotStart(f"{path} cannot hold the data: {error.strerror}; choose another data directory") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CannotStart(
                f"{path} is in use by {lock.read().strip() or 'another launcher'}; stop it first"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} ({purpose})\n")
        lock.flush()
        yield data
        lock.truncate(0)


def write_whole(path: Path, content: object, mode: int = 0o644) -> None:
    """Write JSON so that a reader finds the old file or the new one, never half of it."""
    write_text_whole(path, json.dumps(content, indent=2) + "\n", mode)


def write_text_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """The same for text."""
    staging = path.with_name(f"{path.name}.new")
    staging.unlink(missing_ok=True)
    with open(staging, "w", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staging.rename(path)


def read_json(path: Path) -> dict[str, Any]:
    """What `write_whole` wrote; nothing if there is no such file. `CannotStart` when it is not ours."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CannotStart(f"{path} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise CannotStart(f"{path} does not hold what the launcher wrote there")
    return content


def record_process(data: DataDirectory, name: str, pid: int) -> None:
    """Note a running child, so that the next launcher can tell it from a stranger that got its number."""
    staging = data.run / f"{name}.pid.new"
    staging.write_text(f"{pid} {birth(pid)}\n")
    staging.rename(data.run / f"{name}.pid")


def leftovers(data: DataDirectory) -> dict[str, int]:
    """Children of the last launcher that still live (it was killed, and they have not noticed yet)."""
    alive = {}
    for file in data.run.glob("*.pid"):
        pid, _, born = file.read_text().strip().partition(" ")
        if pid.isdigit() and born and birth(int(pid)) == born:
            alive[file.stem] = int(pid)
    return alive


async def end_leftovers(data: DataDirectory, patience: float = 8.0) -> None:
    """Wait for what the last launcher left to end, as it was told to; then end it."""
    deadline = time.monotonic() + patience
    while left := leftovers(data):
        if time.monotonic() > deadline:
            for pid in left.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.05)
    for file in data.run.glob("*.pid"):
        file.unlink(missing_ok=True)


def birth(pid: int) -> str:
    """When a process began, in the system's own words; empty if it does not live."""
    if sys.platform == "linux":
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if after_name[0] in "ZX" else after_name[19]  # a zombie has ended; field 22 is the start in ticks
    found = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()
