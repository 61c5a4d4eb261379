"""An installation for the trial: a copy of the project in a scratch folder, with a name, tag and port of its own."""

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.compose.commands import Failed, run, text_of
from tests.compose.engine import Engine
from tests.compose.guide import Guide

PROJECT = Path(__file__).resolve().parents[2]
COPIED = ("docker-compose.yml", ".dockerignore", "requirements.lock", "deploy", "docs", "openapi", "services")
KEPT = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


@dataclass
class Installation:
    """Where an administrator works: `home` holds the project, `name` is Compose's project name."""

    engine: Engine
    home: Path
    name: str
    port: int
    guide: Guide = field(init=False)

    def __post_init__(self) -> None:
        """Copy the project, as it lies on disk."""
        self.home.mkdir()
        for part in COPIED:
            source, target = PROJECT / part, self.home / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        self.guide = Guide((self.home / "docs" / "admin.md").read_text())

    @property
    def base_url(self) -> str:
        """The gateway."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What stands in the environment of the administrator's shell."""
        return {**self.engine.environment, "COMPOSE_PROJECT_NAME": self.name, "COMPOSE_PROGRESS": "quiet"}

    def follow(self, section: str, number: int = 0) -> str:
        """Run a block of the guide as it stands; what it printed."""
        script = f"set -eu\n{self.guide.block(section, number)}"
        return text_of("sh", "-c", script, folder=self.home, environment=self.environment)

    def compose(self, *arguments: str) -> str:
        """What `docker compose …` prints."""
        return text_of("docker", "compose", *arguments, folder=self.home, environment=self.environment)

    def refused(self, *arguments: str) -> str:
        """What `docker compose …` says where it must fail."""
        ended = run("docker", "compose", *arguments, folder=self.home, environment=self.environment, may_fail=True)
        if ended.returncode == 0:
            raise Failed(f"docker compose {' '.join(arguments)} was not refused")
        return (ended.stdout + ended.stderr).decode(errors="replace")

    def settings(self) -> dict[str, str]:
        """What `.env` holds."""
        return dict(KEPT.findall((self.home / ".env").read_text()))

    def edit(self, **values: str) -> None:
        """Edit `.env` as an administrator would."""
        text = (self.home / ".env").read_text()
        for name, value in values.items():
            text, found = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
            if found != 1:
                raise Failed(f".env has {name} {found} times")
        (self.home / ".env").write_text(text)

    def containers(self) -> dict[str, dict[str, Any]]:
        """All containers of the installation by name without the project's, as `docker inspect` tells them."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found: list[dict[str, Any]] = json.loads(self.engine.docker("inspect", *ids)) if ids else []
        return {each["Name"].removeprefix(f"/{self.name}-"): each for each in found}

    def images(self) -> set[str]:
        """The official images that the project stands on."""
        composed = re.findall(r"^ +image: ([a-z]+:\S+)", (self.home / "docker-compose.yml").read_text(), re.MULTILINE)
        python = re.findall(r"^ARG PYTHON=(\S+)", (self.home / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
        return {*composed, *python}

    def last_words(self) -> str:
        """The ends of all logs, for whoever looks for a fault."""
        if not (self.home / ".env").exists():
            return ""
        return self.compose("logs", "--no-color", "--tail", "15") if self.containers() else ""

    def remove(self) -> list[str]:
        """Take everything down, with volumes and images; what is left of it nevertheless."""
        if (self.home / ".env").exists():
            self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
            tag = self.settings()["ACUERDO_TAG"]
            built = self.engine.docker("images", "--quiet", "--filter", f"reference=acuerdo-*:{tag}").split()
            if built:
                self.engine.docker("rmi", "--force", *sorted(set(built)))
        of_ours = f"label=com.docker.compose.project={self.name}"
        left = [self.engine.docker(kind, "ls", "--quiet", "--filter", of_ours) for kind in ("volume", "network")]
        return [*self.engine.docker("ps", "--all", "--quiet", "--filter", of_ours).split(), *" ".join(left).split()]


def wait_until(holds: Callable[[], bool], what: str, patience: float = 60.0) -> None:
    """Ask again and again; Failed with `what` when it does not come."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"not within {patience:g} s: {what}")
        time.sleep(0.2)
