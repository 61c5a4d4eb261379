"""Service accounts over HTTP: given scopes, shown secrets once, replaced secrets, removed."""

from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from services.identity.clients.models import ClientSecret
from tests.identity.organisation import Organisation, first_pointer

PATH = "/v1/clients"
IMPORTER = {"name": "Importer", "scopes": ["tickets:import", "departments:write"]}


async def _grant(client: httpx.AsyncClient, client_id: str, secret: str) -> int:
    form = {"grant_type": "client_credentials"}
    return (await client.post("/oauth2/token", data=form, auth=(client_id, secret))).status_code


async def test_a_service_account_gets_its_secret_once(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    headers = await organisation.admin()
    department = await organisation.department()
    memberships = [{"department_id": str(department.id), "role": "agent"}]
    made = await client.post(PATH, json=IMPORTER | {"memberships": memberships}, headers=headers)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    body = made.json()
    secret = body.pop("client_secret")
    assert secret.startswith("acs_")
    assert (body["name"], body["scopes"]) == ("Importer", ["departments:write", "tickets:import"])
    assert body["memberships"] == memberships
    read = await client.get(made.headers["location"], headers=headers)
    assert (read.json(), read.headers["etag"]) == (body, '"1"')
    assert await _grant(client, body["id"], secret) == 200
    async with app.state.sessions() as session:
        assert secret.encode() not in [row.secret_hash for row in await session.scalars(select(ClientSecret))]


async def test_secrets_are_replaced_without_a_gap(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    account, first = await organisation.account()
    path = f"{PATH}/{account.id}"
    added = await client.post(f"{path}/secrets", headers=headers)
    assert added.status_code == 201
    second = added.json()["client_secret"]
    assert [await _grant(client, str(account.id), secret) for secret in (first, second)] == [200, 200]
    read = await client.get(path, headers=headers)
    old = next(each["id"] for each in read.json()["secrets"] if each["id"] != added.json()["id"])
    assert (await client.delete(f"{path}/secrets/{old}", headers=headers)).status_code == 428
    assert (await client.delete(f"{path}/secrets/{old}", headers=headers | {"If-Match": '"1"'})).status_code == 412
    removed = await client.delete(f"{path}/secrets/{old}", headers=headers | {"If-Match": read.headers["etag"]})
    assert removed.status_code == 204
    assert [await _grant(client, str(account.id), secret) for secret in (first, second)] == [401, 200]
    assert (await client.delete(f"{path}/secrets/{old}", headers=headers | {"If-Match": "*"})).status_code == 404
    for _ in range(9):
        assert (await client.post(f"{path}/secrets", headers=headers)).status_code == 201
    assert (await client.post(f"{path}/secrets", headers=headers)).json()["code"] == "too_many_secrets"


async def test_a_removed_account_is_gone(client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.admin()
    account, secret = await organisation.account()
    program = await organisation.account_headers(account)
    path = f"{PATH}/{account.id}"
    assert (await client.delete(path, headers=headers)).status_code == 428
    assert (await client.delete(path, headers=headers | {"If-Match": '"1"'})).status_code == 204
    assert (await client.get(path, headers=headers)).status_code == 404
    assert await _grant(client, str(account.id), secret) == 401
    assert (await client.get("/v1/me", headers=program)).status_code == 401


async def test_nobody_gives_more_than_they_have(client: httpx.AsyncClient, organisation: Organisation) -> None:
    program = await organisation.account_headers((await organisation.account("clients:write"))[0])
    refused = await client.post(PATH, json=IMPORTER, headers=program)
    assert (refused.status_code, refused.json()["code"], first_pointer(refused)) == (
        403,
        "scopes_not_yours_to_give",
        "/scopes",
    )
    admin = await organisation.admin()
    unknown = await client.post(PATH, json=IMPORTER | {"scopes": ["everything"]}, headers=admin)
    assert (unknown.status_code, first_pointer(unknown)) == (422, "/scopes/0")
    nowhere = {"memberships": [{"department_id": str(uuid4()), "role": "agent"}]}
    assert (await client.post(PATH, json=IMPORTER | nowhere, headers=admin)).status_code == 404


async def test_only_who_may_sees_service_accounts(client: httpx.AsyncClient, organisation: Organisation) -> None:
    account, _ = await organisation.account()
    auditor = await organisation.headers(await organisation.person(roles=["auditor"]))
    manager = await organisation.one_of(await organisation.department(), "manager")
    listed = await client.get(PATH, params={"limit": 1}, headers=auditor)
    assert [each["id"] for each in listed.json()["items"]] == [str(account.id)]
    assert (await client.post(PATH, json=IMPORTER, headers=auditor)).status_code == 403
    assert (await client.get(PATH, headers=manager)).status_code == 403
