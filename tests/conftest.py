"""What every test may ask for: an embedded PostgreSQL with service databases, and an embedded NATS, one per worker."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.launcher.nats import EmbeddedNats, running_nats
from services.launcher.postgres import THROW_AWAY, EmbeddedPostgres, running_postgres
from tests.embedded import Databases
from tests.issuer import Issuer


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    """A folder for this worker's servers, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="acuerdo-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(session_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The worker's PostgreSQL, without fsync. `postgres.url(database)` is the superuser's address."""
    with running_postgres(session_folder / "postgres", "superuser-of-a-test", THROW_AWAY) as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Databases:
    """Databases with a service's roles: `await databases.empty|fresh|shared(service)` gives addresses."""
    return Databases(postgres)


@pytest.fixture(scope="session")
def nats(session_folder: Path) -> Iterator[EmbeddedNats]:
    """The worker's NATS server with JetStream. Tests share it: name streams and consumers of your own."""
    with running_nats(session_folder / "nats", "password-of-a-test") as server:
        yield server


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Signs tokens with any claims; `issuer.verifier` is what an app's `state.tokens` becomes."""
    return Issuer()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded with `record_property`, also those of other workers."""
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, figures in report.user_properties:
            terminalreporter.write_line(f"{name}:\n{figures}")
