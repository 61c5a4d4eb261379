"""What a case of the matrix is: a request made ready for each caller anew, and the differences from the table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from services.identity.authorization.rules import DEPUTY, scopes_of
from services.identity.clients.rules import Scope
from tests.contracts.authorisation.callers import CALLERS
from tests.contracts.authorisation.table import LISTED, TABLE

Headers = dict[str, str]
ANY_VERSION = {"If-Match": "*"}
ROLES: Mapping[str, tuple[str | None, str | None]] = {
    "member": ("IT", "member"),
    "agent": ("IT", "agent"),
    "manager": ("IT", "manager"),
    "asker": ("HR", "member"),
    "colleague": ("HR", "member"),
    "customer_agent": ("HR", "agent"),
    "customer_manager": ("HR", "manager"),
    "other_agent": ("SUPPORT", "agent"),
    "other_manager": ("SUPPORT", "manager"),
    "beneficiary": ("SUPPORT", "member"),
    "participant": ("SUPPORT", "member"),
    "deputy": ("IT", "member"),
    "admin": (None, "admin"),
    "auditor": (None, "auditor"),
    "listener": (None, "listener"),
    "viewer": (None, "viewer"),
}
"""Each person's department, none where the role is one in the organisation, and role."""
DEPUTIES: Mapping[str, str] = {"deputy": "IT"}
"""Who stands in for the manager of which department today."""


@dataclass(frozen=True)
class Asked:
    """A request without who sends it. `concerned`: the id that a list shows to some and not to others."""

    method: str
    path: str
    json: Any = None
    headers: Headers = field(default_factory=dict)
    form: dict[str, str] | None = None
    files: dict[str, Any] | None = None
    concerned: str | None = None


class World(Protocol):
    """A service with things in it, and headers that sign callers in."""

    client: httpx.AsyncClient

    async def signed_in(self, caller: str, scopes: frozenset[str]) -> Headers: ...


Prepare = Callable[[Any], Awaitable[Asked]]


def scopes_of_caller(caller: str, asked_for: frozenset[str]) -> frozenset[str]:
    """A person's scopes by role, as identity gives them; a program's as CALLERS says."""
    everything = frozenset(scope.value for scope in Scope)
    match caller:
        case "nobody":
            return frozenset()
        case "account":
            return everything - {"tickets:import"}
        case "connector":
            return everything
        case "scopeless":
            return everything - asked_for
        case _:
            return scopes_of([str(ROLES[caller][1]), *([DEPUTY] if caller in DEPUTIES else [])])


async def send(world: World, asked: Asked, headers: Headers) -> httpx.Response:
    """Ask with these headers beside the request's own."""
    return await world.client.request(
        asked.method,
        asked.path,
        json=asked.json,
        data=asked.form,
        files=asked.files,
        headers=asked.headers | headers,
    )


async def differences(world: World, cases: Mapping[str, Prepare], scopes: Mapping[str, frozenset[str]]) -> list[str]:
    """Where the service answers another status than the table says, or shows in a list what it should not."""
    found = []
    for case, prepare in cases.items():
        operation = case.partition("/")[0]
        for caller in CALLERS:
            asked = await prepare(world)
            headers = await world.signed_in(caller, scopes[operation])
            answer = await send(world, asked, headers)
            expected = TABLE[case][caller]
            if answer.status_code != expected:
                found.append(f"{case} as {caller}: {answer.status_code} and not {expected}: {answer.text[:200]}")
            elif asked.concerned is not None and answer.status_code == 200:
                shown = asked.concerned in answer.text
                if shown != (caller in LISTED[case]):
                    found.append(f"{case} as {caller}: {'shows' if shown else 'hides'} what it should not")
    return found
