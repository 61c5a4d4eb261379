"""The token endpoint: client credentials, rotation of refresh tokens, and refusals in OAuth's own form."""

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import col

from services.identity.authorization.models import RefreshToken, SignIn
from tests.identity.organisation import PASSWORD, Organisation

PATH = "/oauth2/token"
CREDENTIALS = {"grant_type": "client_credentials"}


async def _refresh(client: httpx.AsyncClient, token: str, **more: str) -> httpx.Response:
    return await client.post(PATH, data={"grant_type": "refresh_token", "refresh_token": token, **more})


async def _signed_in(client: httpx.AsyncClient, organisation: Organisation, **changes: Any) -> str:
    person = await organisation.person(password=PASSWORD, **changes)
    answer = await client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    return str(answer.json()["refresh_token"])


async def _age(app: FastAPI, table: type[RefreshToken] | type[SignIn], name: str, by: timedelta) -> None:
    async with app.state.sessions() as session, session.begin():
        column: Any = getattr(table, name)
        await session.execute(update(table).where(col(column).is_not(None)).values({name: column - by}))


async def test_a_service_account_gets_the_scopes_it_was_given(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    account, secret = await organisation.account("tickets:import", "departments:write")
    basic = await client.post(PATH, data=CREDENTIALS, auth=(str(account.id), secret))
    assert basic.status_code == 200
    assert (basic.headers["cache-control"], basic.headers["pragma"]) == ("no-store", "no-cache")
    assert basic.json() | {"token_type": "Bearer", "expires_in": 600} == basic.json()
    assert (basic.json()["scope"], "refresh_token" in basic.json()) == ("departments:write tickets:import", False)
    claims = (await app.state.tokens.verify(basic.json()["access_token"])).all
    assert (claims["client"], claims["client_id"], claims["sub"]) == (True, str(account.id), str(account.id))
    form = CREDENTIALS | {"client_id": str(account.id), "client_secret": secret, "scope": "tickets:import"}
    posted = await client.post(PATH, data=form)
    assert (posted.status_code, posted.json()["scope"]) == (200, "tickets:import")


async def test_refusals_are_in_oauths_own_form(client: httpx.AsyncClient, organisation: Organisation) -> None:
    account, secret = await organisation.account("tickets:import")
    own, other = (str(account.id), secret), (str(account.id), "acs_wrong")
    form = "application/x-www-form-urlencoded"
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"data": CREDENTIALS, "auth": other}, 401, "invalid_client"),
        ({"data": CREDENTIALS, "auth": ("nobody", secret)}, 401, "invalid_client"),
        ({"data": CREDENTIALS}, 401, "invalid_client"),
        ({"data": CREDENTIALS, "headers": {"Authorization": "Basic !!"}}, 401, "invalid_client"),
        ({"data": CREDENTIALS, "headers": {"Authorization": f"Bearer {secret}"}}, 401, "invalid_client"),
        ({"data": CREDENTIALS | {"client_id": own[0], "client_secret": secret}, "auth": own}, 400, "invalid_request"),
        ({"data": CREDENTIALS | {"scope": "people:write"}, "auth": own}, 400, "invalid_scope"),
        ({"data": CREDENTIALS | {"scope": " "}, "auth": own}, 400, "invalid_scope"),
        ({"data": {"grant_type": "password", "username": "a"}, "auth": own}, 400, "unsupported_grant_type"),
        ({"data": {"scope": "x"}, "auth": own}, 400, "invalid_request"),
        ({"json": CREDENTIALS, "auth": own}, 400, "invalid_request"),
        ({"content": b"grant_type=a&grant_type=b", "headers": {"content-type": form}}, 400, "invalid_request"),
        ({"content": b"grant_type=%ff", "headers": {"content-type": form}}, 400, "invalid_request"),
        ({"content": b"a&" * 99, "headers": {"content-type": form}}, 400, "invalid_request"),
        ({"data": {"grant_type": "refresh_token"}}, 400, "invalid_request"),
        ({"data": {"grant_type": "refresh_token", "refresh_token": "acr_x"}}, 400, "invalid_grant"),
    ]
    for request, status, error in cases:
        refused = await client.post(PATH, **request)
        assert (refused.status_code, refused.json()["error"]) == (status, error), request
        assert refused.headers["cache-control"] == "no-store"
        assert refused.headers.get("www-authenticate", "").startswith("Basic") is (status == 401)


async def test_credentials_in_the_header_are_form_encoded(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    account, secret = await organisation.account()
    encoded = base64.b64encode(f"{str(account.id).replace('-', '%2D')}:{secret}".encode()).decode()
    answer = await client.post(PATH, data=CREDENTIALS, headers={"Authorization": f"Basic {encoded}"})
    assert answer.status_code == 200


async def test_refresh_tokens_follow_each_other(client: httpx.AsyncClient, organisation: Organisation) -> None:
    token, seen = await _signed_in(client, organisation), set()
    for _ in range(3):
        answer = await _refresh(client, token)
        assert answer.status_code == 200
        seen.add(token)
        token = answer.json()["refresh_token"]
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await client.get("/v1/me", headers=headers)).status_code == 200
    assert len(seen | {token}) == 4


async def test_a_repeat_within_ten_seconds_gets_the_same_successor(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    token = await _signed_in(client, organisation)
    first, again = [(await _refresh(client, token)).json()["refresh_token"] for _ in range(2)]
    assert first == again
    assert (await _refresh(client, first)).status_code == 200


async def test_a_later_repeat_ends_the_whole_sign_in(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    token = await _signed_in(client, organisation)
    successor = (await _refresh(client, token)).json()["refresh_token"]
    await _age(app, RefreshToken, "used_at", timedelta(seconds=11))
    reused = await _refresh(client, token)
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert (await _refresh(client, successor)).status_code == 400


@pytest.mark.parametrize(("table", "days"), [(RefreshToken, 7), (SignIn, 30)])
async def test_tokens_and_sign_ins_end_by_themselves(
    app: FastAPI,
    client: httpx.AsyncClient,
    organisation: Organisation,
    table: type[RefreshToken] | type[SignIn],
    days: int,
) -> None:
    token = await _signed_in(client, organisation)
    await _age(app, table, "expires_at", timedelta(days=days))
    assert (await _refresh(client, token)).status_code == 400


async def test_a_refresh_tells_todays_roles_and_may_narrow_the_scopes(
    app: FastAPI, client: httpx.AsyncClient, organisation: Organisation
) -> None:
    department = await organisation.department()
    token = await _signed_in(
        client, organisation, roles=["admin"], memberships=[{"department_id": department.id, "role": "agent"}]
    )
    narrow = (await _refresh(client, token, scope="tickets:read")).json()
    assert narrow["scope"] == "tickets:read"
    too_wide = await _refresh(client, narrow["refresh_token"], scope="tickets:read everything")
    assert too_wide.status_code == 400
    await organisation.admin()
    person = (await app.state.tokens.verify(narrow["access_token"])).subject
    admin = await organisation.admin() | {"If-Match": "*"}
    await client.patch(f"/v1/people/{person}", json={"roles": []}, headers=admin)
    await client.delete(f"/v1/departments/{department.id}/members/{person}", headers=admin)
    today = (await _refresh(client, narrow["refresh_token"])).json()
    claims = (await app.state.tokens.verify(today["access_token"])).all
    assert (claims["roles"], claims["departments"], "people:write" in claims["scope"]) == ([], {}, False)


async def test_a_client_cannot_refresh_a_persons_token(client: httpx.AsyncClient, organisation: Organisation) -> None:
    account, secret = await organisation.account()
    token = await _signed_in(client, organisation)
    form = {"grant_type": "refresh_token", "refresh_token": token}
    stolen = await client.post(PATH, data=form, auth=(str(account.id), secret))
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await _refresh(client, token)).status_code == 200
