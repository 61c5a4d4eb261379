"""One-time links: who makes them, what they do once, which passwords they take."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.identity.organisation import PASSWORD, Organisation, first_pointer

PAGE = "/oauth2/password"


async def _link(client: httpx.AsyncClient, person_id: object, headers: dict[str, str]) -> str:
    made = await client.post(f"/v1/people/{person_id}/password-links", headers=headers)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    link = urlsplit(str(made.json()["link"]))
    assert link.path == PAGE
    return parse_qs(link.query)["token"][0]


async def _sign_in(client: httpx.AsyncClient, email: str, password: str) -> int:
    return (await client.post("/v1/sessions", json={"email": email, "password": password})).status_code


async def test_a_link_sets_a_password_once(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person = await organisation.person()
    token = await _link(client, person.id, await organisation.admin())
    body = {"token": token, "password": PASSWORD}
    assert await _sign_in(client, person.email, PASSWORD) == 401
    assert (await client.post("/v1/sessions/passwords", json=body)).status_code == 204
    assert await _sign_in(client, person.email, PASSWORD) == 201
    again = await client.post("/v1/sessions/passwords", json=body)
    assert (again.status_code, again.json()["code"], first_pointer(again)) == (404, "password_link_unknown", "/token")


async def test_a_new_link_makes_the_one_before_useless(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person, headers = await organisation.person(), await organisation.admin()
    first, second = await _link(client, person.id, headers), await _link(client, person.id, headers)
    for token, status in ((first, 404), (second, 204)):
        answer = await client.post("/v1/sessions/passwords", json={"token": token, "password": PASSWORD})
        assert answer.status_code == status


async def test_setting_a_password_ends_the_sign_ins_before(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person(password=PASSWORD)
    tokens = (await client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})).json()
    token = await _link(client, person.id, await organisation.admin())
    await client.post("/v1/sessions/passwords", json={"token": token, "password": "a-quiet-tin-roof"})
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await client.post("/oauth2/token", data=form)).status_code == 400
    assert await _sign_in(client, person.email, PASSWORD) == 401


@pytest.mark.parametrize(
    ("password", "status", "code"),
    [
        ("short", 422, "invalid_input"),
        ("x" * 201, 422, "invalid_input"),
        ("Password123!", 409, "password_easy_to_guess"),
        ("1234567890", 409, "password_easy_to_guess"),
        ("aaaaaaaaaaaa", 409, "password_easy_to_guess"),
        ("ana.ruiz.2026", 409, "password_easy_to_guess"),
    ],
)
async def test_bad_passwords_are_refused_and_the_link_stays(
    client: httpx.AsyncClient, organisation: Organisation, password: str, status: int, code: str
) -> None:
    person = await organisation.person(email="ana.ruiz@example.org")
    token = await _link(client, person.id, await organisation.admin())
    refused = await client.post("/v1/sessions/passwords", json={"token": token, "password": password})
    assert (refused.status_code, refused.json()["code"], first_pointer(refused)) == (status, code, "/password")
    taken = await client.post("/v1/sessions/passwords", json={"token": token, "password": PASSWORD})
    assert taken.status_code == 204


async def test_only_administrators_make_links(client: httpx.AsyncClient, organisation: Organisation) -> None:
    department, person = await organisation.department(), await organisation.person()
    program = await organisation.account_headers((await organisation.account("people:write"))[0])
    for headers in (program, await organisation.one_of(department, "manager")):
        assert (await client.post(f"/v1/people/{person.id}/password-links", headers=headers)).status_code == 403
    admin = await organisation.admin()
    assert (await client.post(f"/v1/people/{uuid4()}/password-links", headers=admin)).status_code == 404
    path = f"/v1/people/{person.id}"
    await client.patch(path, json={"is_active": False}, headers=admin | {"If-Match": '"1"'})
    disabled = await client.post(f"{path}/password-links", headers=admin)
    assert (disabled.status_code, disabled.json()["code"]) == (409, "person_disabled")


async def test_the_page_shows_a_form_and_changes_nothing(client: httpx.AsyncClient, organisation: Organisation) -> None:
    person = await organisation.person(email="o'neil&co@example.org")
    token = await _link(client, person.id, await organisation.admin())
    for language, word in (("es-MX", "contraseña"), ("en", "password")):
        page = await client.get(PAGE, params={"token": token}, headers={"Accept-Language": language})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert word in page.text
    assert "<script" not in page.text
    assert "o&#x27;neil&amp;co@example.org" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_the_form_sets_the_password_and_tells_what_is_wrong(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    person = await organisation.person()
    token = await _link(client, person.id, await organisation.admin())
    for password, again in (
        (PASSWORD, "another-tall-otter"),
        ("short", "short"),
        ("password2026", "password2026"),
        ("", ""),
    ):
        refused = await client.post(PAGE, data={"token": token, "password": password, "again": again})
        assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
    done = await client.post(PAGE, data={"token": token, "password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 200, done.text
    assert await _sign_in(client, person.email, PASSWORD) == 201
    for used in (
        await client.get(PAGE, params={"token": token}),
        await client.post(PAGE, data={"token": token, "password": PASSWORD, "again": PASSWORD}),
        await client.post(PAGE, content=b"\xff\xfe"),
    ):
        assert (used.status_code, used.headers["content-type"]) == (404, "text/html; charset=utf-8")
