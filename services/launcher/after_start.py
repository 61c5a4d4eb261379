"""What happens once, when everything is up: the demo organisation, or the first administrator; then `demo.json`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from services.launcher.data_directory import DataDirectory, read_json, write_text_whole, write_whole
from services.launcher.demo.make import make_demo
from services.launcher.demo.settling import wait_for_effects
from services.launcher.first_admin import make_first_admin_link
from services.launcher.secrets_file import load_secrets


@dataclass(frozen=True)
class SignIn:
    """Somebody who can sign in; `role` and `department` say as whom."""

    email: str
    password: str
    role: str
    department: str | None


@dataclass(frozen=True)
class Standing:
    """A platform that is up: its address, its data, each service's environment, and the sign-ins of earlier starts."""

    base_url: str
    data: DataDirectory
    environments: Mapping[str, Mapping[str, str]]
    sign_ins: tuple[SignIn, ...]


Step: TypeAlias = Callable[[Standing], Awaitable[Sequence[SignIn]]]
"""Does its part, again and again without harm, and gives the sign-ins that it made (none if they were there)."""


async def _demo(standing: Standing, tickets: int) -> Sequence[SignIn]:
    secret = load_secrets(standing.data).postgres
    people = await make_demo(_databases(standing), secret, count=tickets)
    await wait_for_effects(_services(standing), count=tickets)
    known = {person.email for person in standing.sign_ins}
    return [SignIn(p.email, p.password, p.role, p.department) for p in people if p.email not in known]


async def _first_admin(standing: Standing) -> Sequence[SignIn]:
    link = await make_first_admin_link(_databases(standing)["identity"], standing.base_url)
    if link is not None:
        write_text_whole(standing.data.first_admin, f"{link}\n", mode=0o600)
    return []


def _services(standing: Standing) -> list[str]:
    """The services' own addresses, as the gateway finds them."""
    return [url for name, url in standing.environments["gateway"].items() if name.endswith("_URLS")]


def _databases(standing: Standing) -> dict[str, str]:
    found = {name: environment.get("ACUERDO_DATABASE_URL") for name, environment in standing.environments.items()}
    return {name: url for name, url in found.items() if url is not None}


def steps_after_start(tickets: int) -> list[tuple[str, Step]]:
    """What is to be done, each with what to say of it; `tickets` of the demo, 0 for none of it."""
    if not tickets:
        return [("the first administrator's one-time link: first-admin.txt", _first_admin)]
    title = "a demo organisation: six departments, two stories, weeks of tickets"
    return [(title, lambda standing: _demo(standing, tickets))]


def earlier_sign_ins(data: DataDirectory) -> tuple[SignIn, ...]:
    """The people in `demo.json` of an earlier start; they stay valid."""
    return tuple(SignIn(**person) for person in read_json(data.demo).get("people", []))


def write_demo(standing: Standing, sign_ins: Sequence[SignIn]) -> None:
    """Write `demo.json` last and whole: whoever waits for it finds everything ready."""
    people = [asdict(person) for person in sign_ins]
    write_whole(standing.data.demo, {"base_url": standing.base_url, "people": people}, mode=0o600)
