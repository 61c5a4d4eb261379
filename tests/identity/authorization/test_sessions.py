"""Signing in with a password, signing out, and who am I."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.identity.organisation import PASSWORD, Organisation


async def _sign_in(client: httpx.AsyncClient, email: str) -> dict[str, Any]:
    answer = await client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


async def test_the_access_token_says_what_an_independent_library_reads(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    person = await organisation.person(
        password=PASSWORD,
        customer_type="executive",
        roles=["auditor"],
        memberships=[{"department_id": department.id, "role": "manager"}],
    )
    tokens = await _sign_in(client, person.email)
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    keys = KeySet.import_key_set((await client.get("/oauth2/jwks")).json())
    decoded = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"])
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.header["kid"] == keys.keys[0].thumbprint()
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("urn:acuerdo", "acuerdo", str(person.id))
    assert claims["exp"] - claims["iat"] == 600
    assert abs(claims["iat"] - datetime.now(UTC).timestamp()) < 30
    assert claims["departments"] == {str(department.id): "manager"}
    assert (claims["roles"], claims["customer_type"]) == (["auditor"], "executive")
    scopes = claims["scope"].split()
    assert {"audit-events:read", "calendars:write", "tickets:write"} <= set(scopes)
    assert not {"people:write", "tickets:import"} & set(scopes)
    assert claims["sid"]
    assert claims["jti"]


async def test_me_tells_whom_the_token_speaks_for(client: httpx.AsyncClient, organisation: Organisation) -> None:
    department = await organisation.department()
    memberships = [{"department_id": str(department.id), "role": "agent"}]
    person = await organisation.person(roles=["viewer"], memberships=memberships, locale="es")
    me = (await client.get("/v1/me", headers=await organisation.headers(person))).json()
    scopes = me.pop("scopes")
    assert "tickets:write" in scopes
    assert me == {
        "id": str(person.id),
        "kind": "person",
        "email": person.email,
        "display_name": "Somebody",
        "customer_type": "operative",
        "locale": "es",
        "roles": ["viewer"],
        "memberships": memberships,
        "deputy_of": [],
    }
    account, _ = await organisation.account("tickets:import", memberships=memberships)
    program = (await client.get("/v1/me", headers=await organisation.account_headers(account))).json()
    assert (program["kind"], program["id"], program["scopes"]) == ("client", str(account.id), ["tickets:import"])
    assert (program["memberships"], "email" in program) == (memberships, False)
    assert (await client.get("/v1/me")).status_code == 401


async def test_signing_out_ends_the_refresh_token(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person = await organisation.person(password=PASSWORD)
    tokens, others = await _sign_in(client, person.email), await _sign_in(client, person.email)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.delete("/v1/sessions/current")).status_code == 401
    assert (await client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    assert (await client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    for each, status in ((tokens, 400), (others, 200)):
        form = {"grant_type": "refresh_token", "refresh_token": each["refresh_token"]}
        assert (await client.post("/oauth2/token", data=form)).status_code == status
    account, _ = await organisation.account()
    program = await organisation.account_headers(account)
    assert (await client.delete("/v1/sessions/current", headers=program)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@b.org"},
        {"email": "a@b.org", "password": 7},
        {"email": "a@b.org", "password": "x", "otp": 123456},
        {"email": "a@b.org", "password": "x" * 201},
        {"email": "no address", "password": "x"},
        {"email": "a@b.org\x00", "password": "x"},
        {"email": "a@b.org", "password": "x", "remember": True},
    ],
)
async def test_what_is_no_sign_in_is_refused(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await client.post("/v1/sessions", json=body)).status_code == 422


async def test_an_otp_is_taken_and_ignored_where_none_is_enrolled(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person(password=PASSWORD)
    body = {"email": person.email.upper(), "password": PASSWORD, "otp": "123456"}
    assert (await client.post("/v1/sessions", json=body)).status_code == 201
    wrong = await client.post("/v1/sessions", json={"email": person.email, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    assert wrong.headers["www-authenticate"].startswith("Bearer")


async def test_more_than_fifty_departments_are_looked_up(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    memberships = [
        {"department_id": (await organisation.department()).id, "role": "manager" if n == 50 else "member"}
        for n in range(51)
    ]
    person = await organisation.person(memberships=memberships)
    headers = await organisation.headers(person)
    claims = (await app.state.tokens.verify(headers["Authorization"].removeprefix("Bearer "))).all
    assert claims["departments_elided"] is True
    assert "departments" not in claims
    assert len((await client.get("/v1/me", headers=headers)).json()["memberships"]) == 51
    other = await organisation.person()
    path = f"/v1/departments/{memberships[50]['department_id']}/members/{other.id}"
    headers["If-Match"] = "*"
    assert (await client.put(path, json={"role": "member"}, headers=headers)).status_code == 200
    path = f"/v1/departments/{memberships[0]['department_id']}/members/{other.id}"
    assert (await client.put(path, json={"role": "member"}, headers=headers)).status_code == 403
