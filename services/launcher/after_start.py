"""What happens once, when everything is up: the demo organisation, or the first administrator; then `demo.json`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from services.launcher.data_directory import DataDirectory, read_json, write_whole


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

WITH_DEMO: tuple[tuple[str, Step], ...] = ()
WITHOUT_DEMO: tuple[tuple[str, Step], ...] = ()


def earlier_sign_ins(data: DataDirectory) -> tuple[SignIn, ...]:
    """The people in `demo.json` of an earlier start; they stay valid."""
    return tuple(SignIn(**person) for person in read_json(data.demo).get("people", []))


def write_demo(standing: Standing, sign_ins: Sequence[SignIn]) -> None:
    """Write `demo.json` last and whole: whoever waits for it finds everything ready."""
    people = [asdict(person) for person in sign_ins]
    write_whole(standing.data.demo, {"base_url": standing.base_url, "people": people}, mode=0o600)
