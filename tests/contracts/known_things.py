"""Hooks for Schemathesis: it makes ids and secrets up, and whatever is asked about things that do not exist is 404.

Three of four generated ids are replaced by those of things that the platform at ACUERDO_URL holds (the admin stays as
they are); credentials, one-time links and an import that works stand in for made-up ones. Loaded by SCHEMATHESIS_HOOKS,
with ACUERDO_ADMIN_EMAIL, ACUERDO_ADMIN_PASSWORD and the same of a MEMBER.
"""

import json
import os
import time
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import schemathesis

SIGNED_IN_FOR = 240.0
"""Seconds; a token lives for ten minutes."""
PASSWORD = "tall-otter-sings"
HEAD = "case,state,time\n"
LOG = HEAD + "C-1,new,2026-03-02T09:00:00Z\nC-1,done,2026-03-02T12:00:00Z\n"
LONG_LOG = HEAD + "".join(f"L-{number},new,2026-03-02T09:00:00Z\n" for number in range(20_000))
"""Long enough that its import can be cancelled."""
_turns = count()


def _api() -> httpx.Client:
    return _signed_in(int(time.monotonic() // SIGNED_IN_FOR))


@cache
def _signed_in(period: int) -> httpx.Client:
    client = httpx.Client(base_url=os.environ["ACUERDO_URL"], trust_env=False)
    answer = client.post("/v1/sessions", json=_credentials("ADMIN")).raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def _credentials(name: str) -> dict[str, str]:
    return {each: os.environ[f"ACUERDO_{name}_{each.upper()}"] for each in ("email", "password")}


def _get(path: str) -> Any:
    return _api().get(path).raise_for_status().json()


def _post(path: str, body: object) -> Any:
    return _api().post(path, json=body).raise_for_status().json()


def _ids(path: str) -> list[str]:
    return [item["id"] for item in _get(path)["items"]]


def _newcomer() -> str:
    name = f"{os.getpid()}.{next(_turns)}"
    person: str = _post("/v1/people", {"email": f"{name}@contract.example", "display_name": name})["id"]
    return person


def _link() -> str:
    link: str = _post(f"/v1/people/{_newcomer()}/password-links", None)["link"]
    return link.rpartition("token=")[2]


@cache
def _departments() -> list[str]:
    return _ids("/v1/departments")


@cache
def _people() -> list[str]:
    me = _get("/v1/me")["id"]
    return [person for person in _ids("/v1/people") if person != me]


@cache
def _offerings() -> list[str]:
    return _ids("/v1/offerings")


@cache
def _calendars() -> list[str]:
    return _ids("/v1/calendars")


@cache
def _tickets() -> list[str]:
    return _ids("/v1/tickets?limit=20")


@cache
def _client() -> dict[str, Any]:
    client: dict[str, Any] = _post("/v1/clients", {"name": "contract", "scopes": ["tickets:read"]})
    return client


@cache
def _clients() -> list[str]:
    return [_post("/v1/clients", {"name": f"contract {n}", "scopes": ["tickets:read"]})["id"] for n in range(5)]


@cache
def _imports() -> list[str]:
    return [_started_import(LOG, dry_run=False)]


def _started_import(log: str, *, dry_run: bool) -> str:
    handed_in = {"mapping": json.dumps(_mapping()), "dry_run": str(dry_run).lower()}
    started = _api().post("/v1/imports", data=handed_in, files={"file": ("log.csv", log.encode())})
    made: str = started.raise_for_status().json()["id"]
    return made


@cache
def _link_to_look_at() -> str:
    return _link()


def _mapping() -> dict[str, Any]:
    department = _departments()[0]
    return {
        "source": "contract",
        "columns": {"case": "case", "state": "state", "time": "time"},
        "time_zone": "UTC",
        "states": {"new": {"state": "submitted"}, "done": {"state": "fulfilled"}},
        "customer_department_id": department,
        "default_provider_department_id": department,
        "offering_id": _offerings()[0],
    }


KNOWN: dict[str, Callable[[], list[str]]] = {
    **dict.fromkeys(("department_id", "holder", "parent_id", "customer_department_id"), _departments),
    **dict.fromkeys(("provider_department_id", "default_provider_department_id"), _departments),
    **dict.fromkeys(("person_id", "requester_id", "beneficiary_id", "assignee_id", "participants"), _people),
    "offering_id": _offerings,
    "calendar_id": _calendars,
    "ticket_id": _tickets,
    "client_id": _clients,
    "import_id": _imports,
}


def _known(name: str, value: Any) -> Any:
    """The value, with made-up ids in it replaced by existing ones of the kind that the field names."""
    if isinstance(value, dict):
        return {inner: _known(inner, each) for inner, each in value.items()}
    if isinstance(value, list):
        return [_known(name, each) for each in value]
    if name not in KNOWN or not isinstance(value, str):
        return value
    try:
        number = UUID(value).int
    except ValueError:
        return value
    existing = KNOWN[name]()
    return value if number % 4 == 0 else existing[number // 4 % len(existing)]


def _part_of_ticket(path: dict[str, Any], part: str) -> str | None:
    items = _api().get(f"/v1/tickets/{path['ticket_id']}/{part}")
    found = items.json()["items"] if items.is_success else []
    return found[-1]["id"] if found else None


def _session(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, **_credentials("MEMBER")}


def _import(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "file": LOG, "mapping": _mapping()}


def _token(body: dict[str, Any]) -> dict[str, Any]:
    client = _client()
    return {
        "grant_type": "client_credentials",
        "client_id": client["id"],
        "client_secret": client["client_secret"],
    }


def _password(body: dict[str, Any]) -> dict[str, Any]:
    return {"token": _link(), "password": PASSWORD}


def _password_form(body: dict[str, Any]) -> dict[str, Any]:
    return {**_password(body), "again": PASSWORD}


WORKING: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("POST", "/v1/sessions"): _session,
    ("POST", "/v1/imports"): _import,
    ("POST", "/oauth2/token"): _token,
    ("POST", "/v1/sessions/passwords"): _password,
    ("POST", "/oauth2/password"): _password_form,
}
"""What is sent in place of the generated body, every second time that a valid one was generated."""
_times = dict.fromkeys(WORKING, 0)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], **_: Any) -> None:
    """Put in what exists."""
    if case.path_parameters:
        case.path_parameters = _known("", case.path_parameters)
    if isinstance(case.body, dict):
        case.body = _known("", case.body)
    operation = (case.method, case.path)
    is_meant_well = case.meta is None or case.meta.generation.mode.is_positive
    if not is_meant_well:
        return
    if operation in WORKING and isinstance(case.body, dict):
        _times[operation] += 1
        if _times[operation] % 2 or (case.meta is not None and case.meta.phase.name == "examples"):
            case.body = WORKING[operation](case.body)
    if operation == ("GET", "/oauth2/password"):
        case.query = {**case.query, "token": _link_to_look_at()}
    if case.path.endswith("/corrections") and isinstance(case.body, dict):
        case.body = {**case.body, "event_id": _part_of_ticket(case.path_parameters, "history")}
    if case.path.endswith("/explanation"):
        clock = _part_of_ticket(case.path_parameters, "clocks")
        case.path_parameters = {**case.path_parameters, **({"clock_id": clock} if clock else {})}
    if case.path.endswith("/{import_id}/cancellations"):
        case.path_parameters = {"import_id": _started_import(LONG_LOG, dry_run=True)}
    if case.path.endswith("/members/{person_id}") and case.method == "PUT":
        if not {"if-match", "if-none-match"} & {name.lower() for name in case.headers}:
            case.headers["If-Match"] = "*"  # one of the two is needed
    elif case.path.endswith("/members/{person_id}"):
        members = _api().get(f"/v1/departments/{case.path_parameters['department_id']}/members")
        found = members.json()["items"] if members.is_success else []
        case.path_parameters = {**case.path_parameters, **({"person_id": found[0]["person_id"]} if found else {})}
    if case.path.endswith("/secrets/{secret_id}"):
        made = _api().post(f"/v1/clients/{case.path_parameters['client_id']}/secrets")
        secret = made.json()["id"] if made.is_success else case.path_parameters["secret_id"]
        case.path_parameters = {**case.path_parameters, "secret_id": secret}
