"""The embedded PostgreSQL: its cluster in the data directory, and the program that serves it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.launcher.errors import CannotStart
from services.launcher.ports import LOOPBACK, free_port
from services.launcher.postgres_binaries import PostgresBinaries, binaries_for_user, find_binaries
from services.launcher.spawning import Program, running

NOBODY = 65534
SUPERUSER = "postgres"
NEVER_LOSE: Mapping[str, str] = {}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A cluster in `home/cluster`, made by `prepare` and served on the loopback at `port` by `program`.

    PostgreSQL refuses to run as root, so root runs it as nobody, who may not be able to enter the folders above
    `home`: on Linux it then reaches the cluster through an open descriptor of `home` (`/proc/self/fd/N`).
    """

    home: Path
    port: int
    password: str
    binaries: PostgresBinaries
    user: int | None
    descriptor: int | None

    @classmethod
    def prepare(cls, home: Path, password: str) -> "EmbeddedPostgres":
        """Find the programs and make the cluster unless it is there. Takes half a second the first time."""
        binaries = find_binaries()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        user = NOBODY if os.geteuid() == 0 else None
        descriptor = None
        if user is not None:
            os.chown(home, user, user)
            binaries = binaries_for_user(binaries, user, home.with_name(f"{home.name}-programs"))
            descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY) if sys.platform == "linux" else None
        server = cls(home, free_port(), password, binaries, user, descriptor)
        if not (home / "cluster").is_dir():
            server._make_cluster()
        server._check_version()
        return server

    def program(self, settings: Mapping[str, str] = NEVER_LOSE) -> Program:
        """How to run the server; SIGINT is PostgreSQL's fast shutdown."""
        own = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "port": str(self.port),
            "log_error_verbosity": "terse",  # the detail of a broken constraint is somebody's e-mail address
        }
        configured = {**own, **settings}
        options = [part for name, value in configured.items() for part in ("-c", f"{name}={value}")]
        return Program(
            arguments=(self.binaries.program("postgres"), "-D", f"{self._reach}/cluster", *options),
            environment=_environment(),
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            user=self.user,
            inherited=() if self.descriptor is None else (self.descriptor,),
        )

    def url(self, database: str = "postgres") -> str:
        """The superuser's address of `database`."""
        return f"postgresql://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id says in its pid file that it accepts connections."""
        lines = self._pid_file_lines()
        return self.server_pid() == pid and len(lines) > 7 and lines[7].strip() == "ready"

    def free_cluster(self, patience: float = 10.0) -> None:
        """Wait until no server process is left in the cluster; then the pid file is stale, whatever it says, and goes.

        A killed server's children notice and leave; one that does not (busy, stopped) is killed, for a new server must
        not start beside it. A server that lives is not ours to stop.
        """
        deadline = time.monotonic() + patience
        while leftover := processes_in(self.home / "cluster"):
            if time.monotonic() > deadline:
                raise CannotStart(f"PostgreSQL already runs on {self.home} (process {min(leftover)}); stop it first")
            if time.monotonic() > deadline - patience / 2 and self.server_pid() not in leftover:
                for pid in leftover:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        (self.home / "cluster" / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Run initdb in a folder of its own and rename it, so that a cluster is there whole or not at all."""
        shutil.rmtree(self.home / "making", ignore_errors=True)
        locale = ["--locale-provider=builtin"] if self.binaries.version >= 17 else []
        with self._password_file() as password_file:
            made = subprocess.run(
                [
                    *(self.binaries.program("initdb"), "-D", f"{self._reach}/making", "-U", SUPERUSER),
                    *("--pwfile", password_file, "-A", "scram-sha-256", "-E", "UTF8", *locale, "--locale=C.UTF-8"),
                ],
                env=_environment(),
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd="/",
                pass_fds=() if self.descriptor is None else (self.descriptor,),
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        if made.returncode != 0:
            raise CannotStart(f"initdb could not make a cluster in {self.home}: {made.stderr.strip()[-500:]}")
        (self.home / "making").rename(self.home / "cluster")

    def _check_version(self) -> None:
        version = (self.home / "cluster" / "PG_VERSION").read_text().strip()
        if version != str(self.binaries.version):
            raise CannotStart(
                f"{self.home} was made by PostgreSQL {version}, found is {self.binaries.version}: "
                "dump it with the old version and restore it, or use another data directory"
            )

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[str]:
        with tempfile.NamedTemporaryFile("w", dir=self.home, prefix="password-") as file:
            file.write(self.password)
            file.flush()
            if self.user is not None:
                os.chown(file.name, self.user, self.user)
            yield f"{self._reach}/{Path(file.name).name}"

    @property
    def _reach(self) -> str:
        return str(self.home.resolve()) if self.descriptor is None else f"/proc/self/fd/{self.descriptor}"

    def server_pid(self) -> int | None:
        """The process that the pid file names, living or not."""
        lines = self._pid_file_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.home / "cluster" / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def processes_in(cluster: Path) -> set[int]:
    """PostgreSQL's processes that work in `cluster`; where there is no /proc, the live one in its pid file."""
    if sys.platform == "linux":
        here = {pid for pid in _process_ids() if _works_in(pid, cluster)}
        return {pid for pid in here if _program_name(pid) == "postgres"}
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((cluster / "postmaster.pid").read_text().splitlines()[0])
        found = subprocess.run(
            ["/bin/ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True
        )
        if "postgres" in found.stdout and str(cluster.resolve()) in found.stdout:
            return {pid}
    return set()


def _process_ids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", folder)
    except OSError:
        return False


def _program_name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG… variable or locale of the person at the terminal may change the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def running_postgres(home: Path, password: str, settings: Mapping[str, str] = NEVER_LOSE) -> Iterator[EmbeddedPostgres]:
    """A server on `home` while the block runs. The launcher runs the same program under its supervisor."""
    server = EmbeddedPostgres.prepare(home, password)
    server.free_cluster()
    with running(server.program(settings), home.with_name(f"{home.name}.log"), server.is_ready):
        yield server
