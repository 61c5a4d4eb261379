"""A small organisation on a running platform, founded as people do it: over the gateway, from the first link on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.identity.first_admin import FIRST_EMAIL
from tests.e2e.running import Running

PASSWORD = "tall-otter-sings-at-dawn"


@dataclass(frozen=True)
class Organisation:
    """The administrator's token, and ids of departments and offerings by their codes."""

    admin: str
    departments: dict[str, str]
    offerings: dict[str, str]


async def found(running: Running, departments: list[str], offerings: dict[str, str]) -> Organisation:
    """Departments by code, and offerings by code with the code of the department that offers each."""
    admin = await the_first_admin(running)
    async with running.client(admin) as client:
        ids = {
            code: (await made(client, "/v1/departments", code=code, name=code, time_zone="Europe/Madrid"))["id"]
            for code in departments
        }
        catalogue = {
            code: (await made(client, "/v1/offerings", code=code, name=code, provider_department_id=ids[by]))["id"]
            for code, by in offerings.items()
        }
    return Organisation(admin, ids, catalogue)


async def the_first_admin(running: Running) -> str:
    """The access token of the administrator for whom the launcher left a link, which is used unless it has been."""
    answer = await set_password(running, (running.data / "first-admin.txt").read_text().strip())
    assert answer.status_code in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND), answer.text
    return await sign_in(running, FIRST_EMAIL)


async def set_password(running: Running, link: str) -> httpx.Response:
    """What opening the link and choosing a password does."""
    (token,) = parse_qs(urlsplit(link).query)["token"]
    async with running.client() as client:
        return await client.post("/v1/sessions/passwords", json={"token": token, "password": PASSWORD})


async def sign_in(running: Running, email: str) -> str:
    """An access token."""
    async with running.client() as client:
        return str((await made(client, "/v1/sessions", email=email, password=PASSWORD))["access_token"])


async def a_person(running: Running, organisation: Organisation, name: str, **roles: str) -> str:
    """A new person with these roles by department code; their access token."""
    memberships = [{"department_id": organisation.departments[code], "role": role} for code, role in roles.items()]
    email = f"{name}@example.org"
    async with running.client(organisation.admin) as admin:
        person = await made(admin, "/v1/people", email=email, display_name=name.title(), memberships=memberships)
        link = await made(admin, f"/v1/people/{person['id']}/password-links")
    answer = await set_password(running, str(link["link"]))
    assert answer.status_code == httpx.codes.NO_CONTENT, answer.text
    return await sign_in(running, email)


async def a_service_account(running: Running, organisation: Organisation, department: str, *scopes: str) -> str:
    """A new service account that is a member of the department; its access token."""
    membership = {"department_id": organisation.departments[department], "role": "member"}
    async with running.client(organisation.admin) as admin:
        account = await made(
            admin, "/v1/clients", name=f"of {department}", scopes=list(scopes), memberships=[membership]
        )
    login = (str(account["id"]), str(account["client_secret"]))
    async with running.client(auth=login) as client:
        answer = await client.post("/oauth2/token", data={"grant_type": "client_credentials"})
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["access_token"])


async def made(client: httpx.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    """The body of a 201."""
    answer = await client.post(path, json=fields) if fields else await client.post(path)
    assert answer.status_code == httpx.codes.CREATED, f"{path}: {answer.status_code} {answer.text}"
    return dict(answer.json())


async def interactions(running: Running, token: str) -> dict[tuple[str, str], int]:
    """Tickets by (customer, provider), as whoever has the token sees them."""
    async with running.client(token) as client:
        answer = await client.get("/v1/interactions", params={"limit": 200})
    assert answer.status_code == httpx.codes.OK, answer.text
    return {
        (item["customer_department_id"], item["provider_department_id"]): item["tickets"]
        for item in answer.json()["items"]
    }
