"""The first people of an empty organisation."""

from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI

from services.identity.first_admin import FIRST_EMAIL, ensure_person, invite_first_admin
from services.identity.people.rules import DepartmentRole
from services.identity.people.schemas import NewMembership, NewPerson
from tests.identity.organisation import PASSWORD, Organisation, now


async def _invite(app: FastAPI) -> str | None:
    async with app.state.sessions() as session, session.begin():
        return await invite_first_admin(session, base_url="http://127.0.0.1:8080/", now=now())


async def test_the_first_administrator_comes_by_link(app: FastAPI, client: httpx.AsyncClient) -> None:
    useless, link = await _invite(app), await _invite(app)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8080/oauth2/password?token=")
    for each, status in ((useless, 404), (link, 204)):
        token = parse_qs(urlsplit(str(each)).query)["token"][0]
        answer = await client.post("/v1/sessions/passwords", json={"token": token, "password": PASSWORD})
        assert answer.status_code == status
    signed_in = await client.post("/v1/sessions", json={"email": FIRST_EMAIL, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    assert (await client.get("/v1/me", headers=headers)).json()["roles"] == ["admin"]
    assert await _invite(app) is None


async def test_people_of_a_demo_are_made_once_and_keep_their_password(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    new = NewPerson(
        email="demo@example.org",
        display_name="Demo",
        memberships=[NewMembership(department_id=department.id, role=DepartmentRole.AGENT)],
    )
    ids = set()
    for password in (PASSWORD, "another-quiet-roof"):
        async with app.state.sessions() as session, session.begin():
            ids.add((await ensure_person(session, app.state.passwords, new, password=password, now=now())).id)
    assert len(ids) == 1
    signed_in = await client.post("/v1/sessions", json={"email": new.email, "password": PASSWORD})
    assert signed_in.status_code == 201
