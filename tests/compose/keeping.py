"""The later chapters of the trial: crash, replicas, new secrets, backup and restore, upgrade, logs."""

import os
import signal
import time
from functools import partial

from services.cli.env_secrets import secret_names
from services.launcher.databases import SERVICES
from services.launcher.migrations import newest_revision
from tests.compose.commands import Failed, run
from tests.compose.installation import wait_until
from tests.compose.starting import Trial
from tests.compose.visit import PASSWORD

SECRET = ("_PASSWORD", "_SECRET")
PLANTED = '''"""Planted by the trial: what a newer version might bring."""

from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE planted_by_the_trial (id integer PRIMARY KEY)")


def downgrade() -> None:
    op.execute("DROP TABLE planted_by_the_trial")
'''


def crash(trial: Trial) -> str:
    """A killed process comes back by itself, and what was acknowledged is there."""
    if not trial.installation.engine.is_own:
        return "left out: this engine's processes are not ours to kill"
    path = trial.submit("Before the crash")
    for name in ("requests", "nats", "postgres"):
        told = trial.installation.containers()[f"{name}-1"]
        os.kill(told["State"]["Pid"], signal.SIGKILL)
        number = told["RestartCount"]

        wait_until(partial(_is_back, trial, name, number), f"{name} is back after kill -9")
    wait_until(trial.admin.is_ready, "everything is ready again")
    trial.admin.ask("GET", path)
    trial.submit("After the crash")
    return "requests, NATS and PostgreSQL killed with SIGKILL, back by themselves; nothing lost"


def replicate(trial: Trial) -> str:
    """Two of a service; one goes, and no request fails."""
    installation = trial.installation
    names = [f"{installation.name}-requests-{number}" for number in (1, 2)]
    installation.edit(ACUERDO_REQUESTS_URLS=",".join(f"http://{name}:8000" for name in names))
    installation.follow("Several replicas")
    trial.submit("Asked of two")
    installation.engine.docker("stop", names[0])
    wait_until(trial.admin.is_ready, "the gateway is ready with one of two")
    for number in range(10):
        trial.admin.ask("GET", "/v1/tickets", params={"limit": number + 1})
    installation.edit(ACUERDO_REQUESTS_URLS="http://requests:8000")
    installation.compose("up", "--detach", "--wait")
    return "two of requests; one stopped, ten requests answered"


def renew_secrets(trial: Trial) -> str:
    """Every secret once, by the guide; the old ones open nothing."""
    before = trial.installation.settings()
    trial.admin.sign_in()
    for number in range(4):
        trial.installation.follow("New secrets", number)
        wait_until(trial.admin.is_ready, "the gateway is ready with new secrets")
        trial.admin.refresh()
        trial.submit(f"After new secrets {number + 1}")
    after = trial.installation.settings()
    names = secret_names((trial.installation.home / "deploy" / "env.template").read_text())
    kept = [name for name in names if before[name] == after[name]]
    if kept:
        raise Failed(f"not renewed: {', '.join(kept)}")
    for role, name in {"postgres": "POSTGRES_PASSWORD", "acuerdo_requests": "ACUERDO_REQUESTS_PASSWORD"}.items():
        for settings, opens in ((after, True), (before, False)):
            if _opens(trial, role, settings[name]) != opens:
                raise Failed(
                    f"the {'new' if opens else 'old'} {name} {'does not open' if opens else 'opens'} the server"
                )
    return f"{len(names)} renewed; who was signed in stayed so by refreshing; the old passwords open nothing"


def restore_a_backup(trial: Trial) -> str:
    """A backup, one ticket more, everything thrown away, and back to the backup."""
    installation = trial.installation
    kept = trial.submit("In the backup")
    counted = trial.tickets
    began = time.monotonic()
    installation.follow("Backup")
    took = time.monotonic() - began
    lost = trial.submit("After the backup")
    installation.compose("down", "--volumes")
    began = time.monotonic()
    installation.follow("Restore")
    back = time.monotonic() - began
    wait_until(trial.admin.is_ready, "the gateway is ready after the restore")
    trial.tickets = counted
    trial.admin.ask("GET", kept)
    trial.admin.ask("GET", lost, 404)
    trial.opened_desk.wait_until_counted(trial.admin, counted)
    trial.admin.sign_in()
    trial.submit("After the restore")
    size = sum(file.stat().st_size for file in (installation.home / "backup").iterdir()) // 1024
    return f"backup in {took:.0f} s ({size} KiB), restored into nothing in {back:.0f} s; signed in, events flow"


def upgrade(trial: Trial) -> str:
    """A version with one more migration in each service: built, migrated, and put in the place of the former."""
    installation = trial.installation
    expected = {}
    for service in SERVICES:
        versions = installation.home / "services" / service / "migrations" / "versions"
        before = newest_revision(versions)
        expected[service] = f"{int(before or 0) + 1:04d}"
        (versions / f"{expected[service]}_planted.py").write_text(
            PLANTED.format(number=expected[service], before=before)
        )
    env = installation.home / ".env"
    env.write_text("".join(line for line in env.read_text().splitlines(True) if not line.startswith("ACUERDO_CORS_")))
    former = {name: told["Image"] for name, told in installation.containers().items()}
    began = time.monotonic()
    installation.follow("Upgrade")
    took = time.monotonic() - began
    wait_until(trial.admin.is_ready, "the gateway is ready after the upgrade")
    if installation.settings().get("ACUERDO_CORS_ORIGINS") != "":
        raise Failed("`secrets --add` did not bring the setting that .env lacked")
    for service, number in expected.items():
        query = "SELECT version_num || ' ' || (to_regclass('planted_by_the_trial') IS NOT NULL) FROM alembic_version"
        command = ("psql", "-U", "postgres", "-At", "-c", query, f"acuerdo_{service}")
        if (told := installation.compose("exec", "-T", "postgres", *command)) != f"{number} true":
            raise Failed(f"{service} stands at {told}, not at {number}")
    same = [name for name, told in installation.containers().items() if told["Image"] == former[name]]
    if not set(same) <= {"postgres-1", "nats-1", "nats-volume-1", "gateway-1"}:
        raise Failed(f"still the former image: {', '.join(same)}")
    trial.submit("After the upgrade")
    return f"a migration more in each service, built, migrated and running in {took:.0f} s"


def read_logs(trial: Trial) -> str:
    """The guide's commands show logs, and none holds a secret of any kind."""
    trial.installation.follow("Logs")
    logs = trial.installation.compose("logs", "--no-color")
    given = {name: value for name, value in trial.installation.settings().items() if name.endswith(SECRET)}
    canaries = {**given, "a password": PASSWORD, "a token": trial.admin.token, "a link": "password?token="}
    found = [name for name, value in canaries.items() if value in logs]
    if found:
        raise Failed(f"in the logs: {', '.join(found)}")
    return f"{len(logs.splitlines())} lines, no secret in them"


def end(trial: Trial) -> str:
    """`down` leaves the volumes and nothing else; all blocks of the guide have been followed."""
    trial.installation.follow("The end")
    if trial.installation.containers():
        raise Failed("containers are left")
    if trial.installation.guide.left:
        raise Failed(f"nobody followed these sections of docs/admin.md: {', '.join(trial.installation.guide.left)}")
    return "no container left; every block of docs/admin.md was followed"


def _is_back(trial: Trial, name: str, starts: int) -> bool:
    """Whether Docker has started the container again, and it is healthy."""
    told = trial.installation.containers()[f"{name}-1"]
    is_healthy: bool = told["State"].get("Health", {}).get("Status") == "healthy"
    return is_healthy and told["RestartCount"] > starts


def _opens(trial: Trial, role: str, password: str) -> bool:
    """Whether a password opens the database server, asked from beside it over the network."""
    url = f"postgresql://{role}:{password}@postgres:5432/{'postgres' if role == 'postgres' else role}"
    command = ("exec", "-T", "postgres", "psql", "-At", "-c", "SELECT 1", url)
    home, environment = trial.installation.home, trial.installation.environment
    return run("docker", "compose", *command, folder=home, environment=environment, may_fail=True).returncode == 0
