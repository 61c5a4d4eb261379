"""The first chapters of the trial: secrets, images, the first start, the first administrator, a visit, confinement."""

import re
import secrets
import time
from dataclasses import dataclass

import uvloop

from services.launcher.databases import SERVICES
from tests.compose import confinement
from tests.compose.commands import Failed
from tests.compose.installation import Installation
from tests.compose.visit import Desk, Visitor
from tests.story.played import play

REFUSED = "it does not start with these secrets"


@dataclass
class Trial:
    """One installation from its first start to its end, its administrator, and the desk where tickets are submitted."""

    installation: Installation
    admin: Visitor
    desk: Desk | None = None
    tickets: int = 0

    @property
    def opened_desk(self) -> Desk:
        """The desk, opened at the first call."""
        if self.desk is None:
            self.desk = Desk.opened(self.admin)
        return self.desk

    def submit(self, subject: str) -> str:
        """One more ticket, counted by feedback; its path."""
        path = self.opened_desk.ask_for(self.admin, subject)
        self.tickets += 1
        self.opened_desk.wait_until_counted(self.admin, self.tickets)
        return path


def refuse_without_secrets(trial: Trial) -> str:
    """Compose itself says what is missing, and how to get it."""
    told = trial.installation.refused("config", "--quiet")
    if "run python3 -m services secrets" not in told:
        raise Failed(f"compose without .env says: {told}")
    return "compose refuses, and names the command that makes them"


def build(trial: Trial) -> str:
    """.env and the images; port, tag and address are the trial's own."""
    installation = trial.installation
    installation.follow("First start", 0)
    mode = (installation.home / ".env").stat().st_mode & 0o777
    if mode != 0o600:
        raise Failed(f".env can be read by others: {mode:o}")
    tag = f"trial-{secrets.token_hex(3)}"
    installation.edit(ACUERDO_PORT=str(installation.port), ACUERDO_PUBLIC_URL=installation.base_url, ACUERDO_TAG=tag)
    installation.compose("build", "--quiet")
    found = installation.engine.docker(
        "images", "--format", "{{.Repository}} {{.Size}}", "--filter", f"reference=acuerdo-*:{tag}"
    )
    return f"{len(installation.settings())} settings in .env (0600); images: {', '.join(sorted(found.splitlines()))}"


def refuse_the_template(trial: Trial) -> str:
    """With the template as it comes each process of ours says what it lacks, and ends."""
    home, tag = trial.installation.home, trial.installation.settings()["ACUERDO_TAG"]
    template = (home / "deploy" / "env.template").read_text()
    (home / "as-it-comes.env").write_text(re.sub("(?m)^ACUERDO_TAG=.*$", f"ACUERDO_TAG={tag}", template))
    processes = ("prepare-databases", *(f"migrate-{service}" for service in SERVICES), *SERVICES)
    for process in processes:
        told = trial.installation.refused("--env-file", "as-it-comes.env", "run", "--rm", "--no-deps", "-T", process)
        if REFUSED not in told or "is still the placeholder" not in told:
            raise Failed(f"{process} with the template's secrets says: {told}")
    return f"refused by {', '.join(processes)}"


def start(trial: Trial) -> str:
    """`up` returns when everything is healthy."""
    began = time.monotonic()
    trial.installation.follow("First start", 1)
    trial.installation.follow("Health")
    if trial.admin.ask("GET", "/health/ready")["status"] != "ready":
        raise Failed("the gateway is not ready when `up --wait` returns")
    return f"healthy after {time.monotonic() - began:.0f} s"


def make_first_administrator(trial: Trial) -> str:
    """By a link that works once; a newer link makes it useless, and an administrator who can sign in makes none."""
    base_url = trial.installation.base_url
    useless, link = (trial.installation.follow("First administrator") for _ in range(2))
    for each in (useless, link):
        if not each.startswith(f"{base_url}/oauth2/password?token="):
            raise Failed(f"first-admin printed {each!r}")
    trial.admin.is_open(useless, 404)
    trial.admin.is_open(link, 200)
    trial.admin.use_link(link)
    trial.admin.sign_in()
    told = trial.installation.refused("exec", "-T", "identity", "python", "-m", "services", "first-admin")
    if "an administrator can sign in already" not in told:
        raise Failed(f"a second first administrator: {told}")
    return "by the second link; the first one and a third do nothing"


def visit(trial: Trial) -> str:
    """Departments, an offering, a ticket, its reports and the pair's pack in print; feedback hears of it over NATS."""
    path = trial.submit("A laptop for a new colleague")
    ticket = trial.admin.ask("GET", path)
    rows = trial.admin.ask("GET", "/v1/reports/time-held")
    attained = trial.admin.ask("GET", "/v1/reports/attainment")
    if not rows or not attained:
        raise Failed("a report is empty")
    desk = trial.opened_desk
    pair = {"customer_department_id": desk.customer, "provider_department_id": desk.provider}
    printed = trial.admin.file("/v1/reports/review-pack", format="pdf", **pair)
    if not printed.startswith(b"%PDF-"):
        raise Failed(f"a printed pack begins with {printed[:40]!r}")
    told = f"ticket {ticket['key']} {ticket['state']}, counted by feedback; two reports"
    return f"{told}, and a pack of {len(printed) // 1024} KiB as PDF"


def confine(trial: Trial) -> str:
    """What the containers may do."""
    return confinement.look_at(trial.installation)


def tell_story(trial: Trial) -> str:
    """Both chapters of the product's story, over the gateway, with what has come of them."""
    trial.admin.sign_in()

    async def played() -> str:
        return await play(trial.installation.base_url, trial.admin.token)

    began = time.monotonic()
    told = uvloop.run(played())
    return f"both chapters in {time.monotonic() - began:.0f} s\n{told}"
