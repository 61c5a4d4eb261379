"""Hooks for Schemathesis: it makes ids and secrets up, and whatever is asked about things that do not exist is 404.

Three of four generated ids are replaced by those of things that the platform at ACUERDO_URL holds (the admin stays as
they are, but manages two departments, so that these may agree); credentials, one-time links, agreements and an import
that work stand in for made-up ones. Loaded by SCHEMATHESIS_HOOKS, with ACUERDO_ADMIN_… and ACUERDO_MEMBER_… to sign in.
"""

import json
import os
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

import schemathesis

from tests.contracts.asked_people import invitation, messages, token_of, whole_form
from tests.contracts.known_agreements import (
    AGREEMENTS_WORKING,
    agreements,
    manage_both,
    proposed,
    simulated,
    simulations,
)
from tests.contracts.known_catalogue import CATALOGUE_WORKING, of_catalogue, orders
from tests.contracts.known_disputes import disputed, exclusions, freezes, known_pair
from tests.contracts.known_linked import a_relation, an_attachment
from tests.contracts.known_people import PEOPLE_WORKING, of_who_is_away
from tests.contracts.known_platform import (
    api,
    calendars,
    changeable_offering,
    credentials,
    departments,
    get,
    ids,
    last,
    offerings,
    post,
)

MEMBER = "/v1/departments/{department_id}/members/{person_id}"
PASSWORD = "tall-otter-sings"
HEAD = "case,state,time\n"
LOG = HEAD + "C-1,new,2026-03-02T09:00:00Z\nC-1,done,2026-03-02T12:00:00Z\n"
LONG_LOG = HEAD + "".join(f"L-{number},new,2026-03-02T09:00:00Z\n" for number in range(20_000))
"""Long enough that its import can be cancelled."""
_turns = count()


def _newcomer() -> str:
    name = f"{os.getpid()}.{next(_turns)}"
    person: str = post("/v1/people", {"email": f"{name}@contract.example", "display_name": name})["id"]
    return person


def _link() -> str:
    link: str = post(f"/v1/people/{_newcomer()}/password-links", None)["link"]
    return link.rpartition("token=")[2]


@cache
def _people() -> list[str]:
    me = get("/v1/me")["id"]
    return [person for person in ids("/v1/people") if person != me]


@cache
def _tickets() -> list[str]:
    return ids("/v1/tickets?limit=20")


@cache
def _open_tickets() -> list[str]:
    return ids("/v1/tickets?state=submitted&state=accepted&state=in_progress&limit=20")


@cache
def _client() -> dict[str, Any]:
    client: dict[str, Any] = post("/v1/clients", {"name": "contract", "scopes": ["tickets:read"]})
    return client


@cache
def _clients() -> list[str]:
    return [post("/v1/clients", {"name": f"contract {n}", "scopes": ["tickets:read"]})["id"] for n in range(5)]


@cache
def _invitation() -> dict[str, Any]:
    return invitation(api())


@cache
def _messages() -> list[str]:
    return messages(api())


@cache
def _imports() -> list[str]:
    return [_started_import(LOG, dry_run=False)]


def _started_import(log: str, *, dry_run: bool) -> str:
    handed_in = {"mapping": json.dumps(_mapping()), "dry_run": str(dry_run).lower()}
    started = api().post("/v1/imports", data=handed_in, files={"file": ("log.csv", log.encode())})
    made: str = started.raise_for_status().json()["id"]
    return made


@cache
def _link_to_look_at() -> str:
    return _link()


def _mapping() -> dict[str, Any]:
    department = departments()[0]
    return {
        "source": "contract",
        "columns": {"case": "case", "state": "state", "time": "time"},
        "time_zone": "UTC",
        "states": {"new": {"state": "submitted"}, "done": {"state": "fulfilled"}},
        "customer_department_id": department,
        "default_provider_department_id": department,
        "offering_id": offerings()[0],
    }


KNOWN: dict[str, Callable[[], list[str]]] = {
    **dict.fromkeys(("department_id", "holder", "parent_id", "customer_department_id"), departments),
    **dict.fromkeys(("provider_department_id", "default_provider_department_id"), departments),
    **dict.fromkeys(("person_id", "requester_id", "beneficiary_id", "assignee_id", "participants"), _people),
    **dict.fromkeys(("offering_id", "offering_ids"), offerings),
    "exclusion_id": exclusions,
    **dict.fromkeys(("calendar_id", "customer_calendar_id", "provider_calendar_id"), calendars),
    "agreement_id": agreements,
    "simulation_id": simulations,
    "freeze_id": freezes,
    "order_id": orders,
    **dict.fromkeys(("ticket_id", "into", "follows"), _tickets),
    "client_id": _clients,
    "import_id": _imports,
    "message_id": _messages,
    "invitation_id": lambda: [_invitation()["id"]],
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


def _session(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, **credentials("MEMBER")}


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
    **AGREEMENTS_WORKING,
    **CATALOGUE_WORKING,
    **PEOPLE_WORKING,
    ("POST", "/oauth2/token"): _token,
    ("POST", "/v1/tickets/{ticket_id}/hand-offs"): lambda _: {"department_id": departments()[-1], "comment": "Please"},
    ("POST", "/v1/tickets/{ticket_id}/assignments"): lambda _: {"assignee_id": None},
    ("PATCH", "/v1/tickets/{ticket_id}"): lambda _: {"subject": "As it is called now"},
    ("POST", "/v1/sessions/passwords"): _password,
    ("POST", "/oauth2/password"): _password_form,
    ("POST", "/answers/{token}"): lambda body: whole_form(api(), _invitation()),
}
"""What is sent in place of the generated body, every second time that a valid one was generated."""
_times = dict.fromkeys(WORKING, 0)


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Before anybody signs in for the run."""
    manage_both()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], **_: Any) -> None:
    """Put in what exists."""
    phase = None if case.meta is None else case.meta.phase.name.value
    if isinstance(case.body, dict):
        case.body = _known("", case.body)
    if phase != "stateful" and case.path_parameters:  # there links lead to what an answer named
        case.path_parameters = _known("", case.path_parameters)
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    if phase != "stateful" and case.path_parameters:
        case.path_parameters = {**case.path_parameters, **_parts(case.method, case.path, case.path_parameters)}
    operation = (case.method, case.path)
    if operation in WORKING and isinstance(case.body, dict):
        _times[operation] += 1
        if _times[operation] % 2 or phase == "examples":
            case.body = WORKING[operation](case.body)
    if operation == ("GET", "/oauth2/password"):
        case.query = {**case.query, "token": _link_to_look_at()}
    if case.path == "/v1/reports/review-pack":
        case.query = {**case.query, **known_pair()}
    if operation == ("PUT", MEMBER) and not {"if-match", "if-none-match"} & {name.lower() for name in case.headers}:
        case.headers["If-Match"] = "*"  # one of the two is needed
    if case.path.endswith("/rulings") and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name != "confirms"}  # one person proposes
    if case.path.endswith("/contests") and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name != "link_id"}  # few tickets have a part
    if "link_id" in (case.query or {}):
        found = _offered_link(case.path)
        case.path_parameters = {**case.path_parameters, "ticket_id": found["ticket_id"]}
        case.query = {**case.query, "link_id": found["link_id"]}
    if case.path.endswith("/corrections") and isinstance(case.body, dict):
        case.body = {**case.body, "event_id": last(f"/v1/tickets/{case.path_parameters['ticket_id']}/history", "id")}


def _parts(method: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
    """What belongs to the thing that the path names: a clock of the ticket, a member of the department."""
    match method, path:
        case _, "/v1/tickets/{ticket_id}/clocks/{clock_id}/explanation":
            found = {"clock_id": last(f"/v1/tickets/{given['ticket_id']}/clocks", "id")}
        case _, _ if "{link_id}" in path:
            found = _offered_link(path)
        case "GET" | "DELETE", _ if path == MEMBER:
            found = {"person_id": last(f"/v1/departments/{given['department_id']}/members", "person_id")}
        case _, _ if named := disputed(path):
            found = named
        case "POST", "/v1/tickets/{ticket_id}/rulings" | "/v1/tickets/{ticket_id}/hand-offs":
            found = {"ticket_id": _open_tickets()[next(_turns) % len(_open_tickets())]}
        case "PATCH", "/v1/offerings/{offering_id}":
            found = {"offering_id": changeable_offering()}
        case _, _ if away := of_who_is_away(path, given):
            found = away
        case _, _ if "{attachment_id}" in path:
            found = {"attachment_id": an_attachment(given["ticket_id"])}
        case _, "/v1/tickets/{ticket_id}/relations/{relation_id}":
            found = {"relation_id": a_relation(given["ticket_id"], _tickets())}
        case _, "/v1/clients/{client_id}/secrets/{secret_id}":
            made = post("/v1/clients", {"name": "contract", "scopes": ["tickets:read"]})
            found = {"client_id": made["id"], "secret_id": made["secrets"][0]["id"]}
        case "POST", "/v1/agreements/{agreement_id}/signatures" | "/v1/agreements/{agreement_id}/terminations":
            found = {"agreement_id": proposed()}
        case _, _ if "{number}" in path:
            found = {"number": "1"}
        case _, "/answers/{token}":
            found = {"token": token_of(_invitation())}
        case _, "/v1/agreements/simulations/{simulation_id}/cancellations":
            found = {"simulation_id": simulated()}
        case _, "/v1/imports/{import_id}/cancellations":
            found = {"import_id": _started_import(LONG_LOG, dry_run=True)}
        case _:
            found = {**of_catalogue(method, path)}
    return {name: value for name, value in found.items() if value is not None}


def _offered_link(path: str) -> dict[str, str | None]:
    """A part of an open ticket that was offered just now; accepted too where it is to be returned."""
    ticket = api().get(f"/v1/tickets/{_open_tickets()[next(_turns) % len(_open_tickets())]}").json()
    others = [each for each in departments() if each != ticket["provider_department_id"]]
    offers = f"/v1/tickets/{ticket['id']}/hand-offs"
    link = api().post(offers, json={"department_id": others[0]}).json().get("id")
    if link is not None and path.endswith(("/returns", "/questions", "/answers")):
        api().post(f"{offers}/{link}/acceptances")
    if link is not None and path.endswith("/answers"):
        api().post(f"{offers}/{link}/questions", json={"comment": "Which?"})
    return {"ticket_id": ticket["id"], "link_id": link}
