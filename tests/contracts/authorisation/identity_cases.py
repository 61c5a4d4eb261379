"""The matrix's requests to identity, on things made for each of them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.identity.authorization.service.sign_ins import Lives, begin_sign_in
from services.identity.clients.queries import secrets_of
from services.identity.clients.rules import Scope
from services.identity.departments.models import Department
from services.identity.people.models import Person
from tests.contracts.authorisation.asking import ANY_VERSION, DEPUTIES, ROLES, Asked, Headers, Prepare, scopes_of_caller
from tests.embedded import Databases
from tests.identity.organisation import Organisation, now, on_its_own


class IdentityWorld:
    """Three departments and everybody in them, signed in by identity's own tokens."""

    def __init__(self, organisation: Organisation, client: httpx.AsyncClient) -> None:
        self.organisation = organisation
        self.client = client
        self.departments: dict[str, Department] = {}
        self.people: dict[str, Person] = {}

    async def build(self) -> None:
        """Make the departments and the people."""
        for code in ("IT", "HR", "SUPPORT"):
            self.departments[code] = await self.organisation.department(code=code)
        for caller, (department, role) in ROLES.items():
            memberships = [{"department_id": self.departments[department].id, "role": role}] if department else []
            roles = [] if department else [role]
            self.people[caller] = await self.organisation.person(memberships=memberships, roles=roles)
        for caller, code in DEPUTIES.items():
            await self.organisation.deputy(self.departments[code], self.people[caller])

    @property
    def it(self) -> UUID:
        return self.departments["IT"].id

    async def signed_in(self, caller: str, scopes: frozenset[str]) -> Headers:
        if caller == "nobody":
            return {}
        if caller in self.people:
            return await self._sign_in(self.people[caller])
        account, _ = await self.organisation.account(*scopes_of_caller(caller, scopes))
        return await self.organisation.account_headers(account)

    async def _sign_in(self, person: Person) -> Headers:
        """As a right password does: with a sign-in that can be ended."""
        state = self.organisation.app.state
        lives = Lives(state.settings.sign_in_life, state.settings.refresh_token_life)
        async with state.sessions() as session, session.begin():
            tokens = await begin_sign_in(session, state.issuer, lives, person, now=now())
        return {"Authorization": f"Bearer {tokens.access_token}"}


@asynccontextmanager
async def identity_world(databases: Databases) -> AsyncIterator[IdentityWorld]:
    """On a database of its own."""
    async with on_its_own(databases) as (organisation, client):
        client.headers.pop("Authorization")
        world = IdentityWorld(organisation, client)
        await world.build()
        yield world


def _get(path: str) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        member = world.people["member"].id
        return Asked("GET", path.format(it=world.it, member=member))

    return prepare


def _send(method: str, path: str, body: object) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        return Asked(method, path, body)

    return prepare


def _form(path: str, **fields: str) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        return Asked("POST", path, form=fields)

    return prepare


def _person(**more: object) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        return Asked("POST", "/v1/people", {"email": f"{uuid4().hex}@example.org", "display_name": "New"} | more)

    return prepare


def _change(body: object, **who: Any) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        person = await world.organisation.person(**who)
        return Asked("PATCH", f"/v1/people/{person.id}", body, ANY_VERSION)

    return prepare


async def _people(world: IdentityWorld) -> Asked:
    body = {"items": [{"email": f"{uuid4().hex}@example.org", "display_name": "New"}]}
    return Asked("POST", "/v1/people/batch", body)


async def _sign_in(world: IdentityWorld) -> Asked:
    return Asked("POST", "/v1/sessions", {"email": f"{uuid4().hex}@example.org", "password": "tall-otter-sings"})


async def _link(world: IdentityWorld) -> Asked:
    person = await world.organisation.person()
    return Asked("POST", f"/v1/people/{person.id}/password-links")


async def _new_department(world: IdentityWorld) -> Asked:
    return Asked("POST", "/v1/departments", {"code": f"D{uuid4().hex[:8]}", "name": "New"})


async def _changed_department(world: IdentityWorld) -> Asked:
    return Asked("PATCH", f"/v1/departments/{world.it}", {"name": f"IT {uuid4()}"}, ANY_VERSION)


async def _member(world: IdentityWorld) -> Asked:
    person = await world.organisation.person()
    return Asked("PUT", f"/v1/departments/{world.it}/members/{person.id}", {"role": "manager"}, ANY_VERSION)


async def _new_deputy(world: IdentityWorld) -> Asked:
    person = await world.organisation.person()
    body = {"person_id": str(person.id), "from": "2199-01-01"}
    return Asked("POST", f"/v1/departments/{world.it}/deputies", body)


def _deputy(method: str) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        deputy = await world.organisation.deputy(world.departments["IT"], await world.organisation.person())
        headers = ANY_VERSION if method == "DELETE" else {}
        return Asked(method, f"/v1/departments/{world.it}/deputies/{deputy.id}", headers=headers)

    return prepare


async def _new_absence(world: IdentityWorld) -> Asked:
    day = (now().date() + timedelta(days=next(_days))).isoformat()
    body = {"person_id": str(world.people["agent"].id), "from": day, "to": day}
    return Asked("POST", f"/v1/departments/{world.it}/absences", body)


async def _an_absence(world: IdentityWorld) -> str:
    return str((await world.organisation.absence(world.departments["IT"], world.people["agent"])).id)


async def _absences(world: IdentityWorld) -> Asked:
    return Asked("GET", f"/v1/departments/{world.it}/absences", concerned=await _an_absence(world))


def _absence(method: str) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        headers = ANY_VERSION if method == "DELETE" else {}
        return Asked(method, f"/v1/departments/{world.it}/absences/{await _an_absence(world)}", headers=headers)

    return prepare


async def _no_member(world: IdentityWorld) -> Asked:
    person = await world.organisation.person(memberships=[{"department_id": world.it, "role": "agent"}])
    return Asked("DELETE", f"/v1/departments/{world.it}/members/{person.id}", headers=ANY_VERSION)


def _client(method: str, below: str = "", *scopes: str) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        account, _ = await world.organisation.account(*(scopes or ("tickets:read",)))
        path = f"/v1/clients/{account.id}"
        if "secret_id" in below:
            async with world.organisation.app.state.sessions() as session:
                secret_id = (await secrets_of(session, account.id))[0].id
            return Asked(method, path + below.format(secret_id=secret_id), headers=ANY_VERSION)
        return Asked(method, path + below, headers=ANY_VERSION if method == "DELETE" else {})

    return prepare


def _new_client(scopes: list[str], *, is_member: bool = False) -> Prepare:
    async def prepare(world: IdentityWorld) -> Asked:
        memberships = [{"department_id": str(world.it), "role": "member"}] if is_member else []
        return Asked("POST", "/v1/clients", {"name": "New", "scopes": scopes, "memberships": memberships})

    return prepare


_days = count(1)
ALL_SCOPES = [scope.value for scope in Scope]
IDENTITY_CASES: Mapping[str, Prepare] = {
    "oauth2_get_metadata": _get("/.well-known/oauth-authorization-server"),
    "oauth2_list_keys": _get("/oauth2/jwks"),
    "oauth2_show_password_form": _get("/oauth2/password?token=none"),
    "oauth2_set_password_by_form": _form("/oauth2/password", token="none", password="x", again="x"),
    "oauth2_issue_token": _form("/oauth2/token", grant_type="client_credentials"),
    "sessions_begin_session": _sign_in,
    "sessions_set_password": _send("POST", "/v1/sessions/passwords", {"token": "none", "password": "tall-otter-sings"}),
    "sessions_end_session": _send("DELETE", "/v1/sessions/current", None),
    "me_get_me": _get("/v1/me"),
    "departments_list_departments": _get("/v1/departments"),
    "departments_get_department": _get("/v1/departments/{it}"),
    "departments_list_members": _get("/v1/departments/{it}/members"),
    "departments_get_member": _get("/v1/departments/{it}/members/{member}"),
    "departments_add_department": _new_department,
    "departments_change_department": _changed_department,
    "departments_set_member": _member,
    "departments_end_membership": _no_member,
    "departments_list_deputies": _get("/v1/departments/{it}/deputies"),
    "departments_get_deputy": _deputy("GET"),
    "departments_name_deputy": _new_deputy,
    "departments_end_deputy": _deputy("DELETE"),
    "departments_list_absences": _absences,
    "departments_get_absence": _absence("GET"),
    "departments_record_absence": _new_absence,
    "departments_end_absence": _absence("DELETE"),
    "people_list_people": _get("/v1/people"),
    "people_get_person": _get("/v1/people/{member}"),
    "people_add_person": _person(),
    "people_add_person/with a role": _person(roles=["viewer"]),
    "people_add_people": _people,
    "people_change_person": _change({"display_name": "Changed"}),
    "people_change_person/disable an administrator": _change({"is_active": False}, roles=["admin"]),
    "people_change_person/give a role": _change({"roles": ["admin"]}),
    "people_make_password_link": _link,
    "clients_list_clients": _get("/v1/clients"),
    "clients_get_client": _client("GET"),
    "clients_add_client": _new_client(["tickets:read"]),
    "clients_add_client/with every scope": _new_client(ALL_SCOPES),
    "clients_add_client/with a department": _new_client(["tickets:read"], is_member=True),
    "clients_remove_client": _client("DELETE"),
    "clients_add_secret": _client("POST", "/secrets"),
    "clients_add_secret/of a mightier one": _client("POST", "/secrets", *ALL_SCOPES),
    "clients_remove_secret": _client("DELETE", "/secrets/{secret_id}"),
}
