"""The conventions of the API, tried on a toy service over real PostgreSQL."""

import asyncio
from collections.abc import Iterator, MutableMapping
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.shared.service_app import openapi_document, service_app
from services.shared.settings import ServiceSettings
from tests.issuer import Issuer
from tests.shared.http.toy import hot_router, router


async def _count(app: FastAPI, name: str) -> int:
    async with app.state.engine.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM thing WHERE name = :name"), {"name": name})
        return int(found.scalar_one())


async def test_a_thing_is_committed_before_its_answer(client: httpx.AsyncClient, app: FastAPI) -> None:
    answer = await client.post("/v1/things", json={"name": "kept"})
    assert answer.status_code == 201
    assert await _count(app, "kept") == 1


async def test_a_problem_after_a_write_leaves_nothing(client: httpx.AsyncClient, app: FastAPI) -> None:
    answer = await client.post("/v1/things", json={"name": "gone", "count": 101})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["pointer"] == "/count"
    assert await _count(app, "gone") == 0


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/name", "missing"),
        ({"name": "x", "count": True}, "/count", "int_type"),
        ({"name": "x", "count": "1"}, "/count", "int_type"),
        ({"name": "x", "colour": "red"}, "/colour", "extra_forbidden"),
        ({"name": "x", "at": 1700000000}, "/at", "string_type"),
        ({"name": "x", "at": "2026-01-01T00:00:00"}, "/at", "timezone_aware"),
        ({"name": "nul\x00"}, "/name", "nul_character"),
        ({"name": "   "}, "/name", "string_too_short"),
    ],
)
async def test_wrong_input_names_its_field(
    client: httpx.AsyncClient, body: dict[str, object], pointer: str, code: str
) -> None:
    answer = await client.post("/v1/things", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


@pytest.mark.parametrize("raw", [b"{", b'{"name": NaN}', b"[" * 100_000, b'{"name": "\\ud800"}', b"\xff", b"[]", b""])
async def test_what_is_no_good_json_is_refused(client: httpx.AsyncClient, raw: bytes) -> None:
    answer = await client.post("/v1/things", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_an_unknown_parameter_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things", params={"nmae": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?nmae")


async def test_signing_in_comes_before_everything(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy") as nobody:
        for answer in (
            await nobody.get("/v1/things?typo=1"),
            await nobody.post("/v1/things", content=b"{"),
            await nobody.get("/v1/things", headers={"Authorization": "Basic eDp5"}),
            await nobody.get("/v1/things", headers={"Authorization": "Bearer"}),
        ):
            assert answer.status_code == 401, answer.text
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_missing_scope_is_named(client: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(scope='other:read')}"}
    answer = await client.get("/v1/things", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert "things:write" in answer.json()["detail"]


async def test_texts_follow_the_language_and_codes_do_not(client: httpx.AsyncClient) -> None:
    path = f"/v1/things/{uuid4()}"
    english = (await client.get(path)).json()
    spanish = (await client.get(path, headers={"Accept-Language": "es-ES,es;q=0.9"})).json()
    assert english["code"] == spanish["code"] == "not_found"
    assert spanish["title"] == "Aquí no hay nada" != english["title"]


async def test_405_lists_every_method_of_the_path(client: httpx.AsyncClient) -> None:
    answer = await client.delete(f"/v1/things/{uuid4()}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH")


async def test_the_trace_is_told(client: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/nowhere", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert (answer.status_code, answer.json()["trace_id"]) == (404, trace)


async def test_etags_guard_changes_and_spare_answers(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/things", json={"name": "first"})).json()
    path = f"/v1/things/{made['id']}"
    read = await client.get(path)
    assert read.headers["etag"] == '"1"'
    assert (await client.get(path, headers={"If-None-Match": '"1"'})).status_code == 304
    assert (await client.patch(path, json={"name": "second"})).status_code == 428
    changed = await client.patch(path, json={"name": "second"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    stale = await client.patch(path, json={"name": "third"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")


async def test_of_parallel_writers_with_one_version_one_wins(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/things", json={"name": "raced"})).json()
    answers = await asyncio.gather(
        *(
            client.patch(f"/v1/things/{made['id']}", json={"name": f"{n}"}, headers={"If-Match": '"1"'})
            for n in range(6)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


@pytest.mark.parametrize("path", ["/v1/things", "/v1/hot-things"])
async def test_a_repeated_key_is_done_once_and_answered_again(
    client: httpx.AsyncClient, app: FastAPI, path: str
) -> None:
    name, headers = f"once{uuid4()}", {"Idempotency-Key": uuid4().hex}
    first, second = [await client.post(path, json={"name": name}, headers=headers) for _ in range(2)]
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert first.status_code == 201
    assert await _count(app, name) == 1
    other = await client.post(path, json={"name": "another"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("path", ["/v1/things", "/v1/hot-things"])
async def test_a_client_that_leaves_in_the_middle_is_no_error(app: FastAPI, issuer: Issuer, path: str) -> None:
    fields = {"Authorization": f"Bearer {issuer.token(scope='things:write')}", "Idempotency-Key": "left"}
    headers = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    coming: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[MutableMapping[str, object]] = []

    async def receive() -> dict[str, object]:
        return next(coming)

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 400


@pytest.mark.parametrize("path", ["/v1/things", "/v1/hot-things"])
async def test_parallel_equal_keys_make_one_row(client: httpx.AsyncClient, app: FastAPI, path: str) -> None:
    name, headers = f"raced{uuid4()}", {"Idempotency-Key": uuid4().hex}
    answers = await asyncio.gather(*(client.post(path, json={"name": name}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_key_running"}
    assert await _count(app, name) == 1


async def test_a_key_whose_request_failed_may_be_used_again(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    refused = await client.post("/v1/things", json={"name": "x", "count": 101}, headers=headers)
    assert refused.status_code == 409
    again = await client.post("/v1/things", json={"name": "x", "count": 101}, headers=headers)
    assert again.json()["code"] == "too_many"


async def test_pages_follow_each_other_to_the_end(client: httpx.AsyncClient) -> None:
    name = f"paged{uuid4()}"
    made = [(await client.post("/v1/things", json={"name": name})).json()["id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, str | int] = {"name": name, "limit": 2}
    while True:
        page = (await client.get("/v1/things", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made[::-1]


async def test_a_foreign_or_damaged_cursor_is_refused(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/v1/things", json={"name": "c"})
    cursor = (await client.get("/v1/things", params={"limit": 1})).json()["next"]
    for bad in ({"cursor": cursor, "name": "c"}, {"cursor": "x"}, {"cursor": cursor[:-3]}, {"cursor": "W10"}):
        answer = await client.get("/v1/things", params=bad)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_an_unreachable_database_is_503_with_retry_after(issuer: Issuer) -> None:
    settings = ServiceSettings(database_url="postgresql://nobody:x@127.0.0.1:1/nothing")
    adrift = service_app(settings, name="adrift", routers=[router, hot_router])
    adrift.state.tokens = issuer.verifier
    headers = {"Authorization": f"Bearer {issuer.token(scope='things:write')}"}
    transport = httpx.ASGITransport(adrift)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy", headers=headers) as client:
        for path in ("/v1/things", "/v1/hot-things"):
            answer = await client.post(path, json={"name": "x"})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), answer.text
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200


async def test_the_contract_lists_problems_and_scopes(app: FastAPI) -> None:
    operation = openapi_document(app)["paths"]["/v1/things"]["post"]
    assert operation["operationId"] == "things_make_thing"
    assert {"201", "401", "403", "422", "503"} <= set(operation["responses"])
    assert operation["security"] == [{"access_token": ["things:write"]}]
    assert operation["responses"]["422"]["content"].keys() == {"application/problem+json"}


async def test_the_same_form_with_another_boundary_is_the_same_request(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    first, second = [
        await client.post("/v1/things/files", files={"file": ("a.csv", b"a,b\n--x--\n")}, headers=headers)
        for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    other = await client.post("/v1/things/files", files={"file": ("a.csv", b"a,c\n")}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_pointer_leads_into_the_body_whatever_a_union_tried(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/things", json={"name": "x", "when": "tomorrow"})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/when"}


async def test_a_slash_at_the_end_is_another_path(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/things/")).status_code in (404, 422)
    assert (await client.post("/v1/things/", json={"name": "x"})).status_code in (404, 405)


async def test_the_contract_tells_of_idempotency_keys(app: FastAPI) -> None:
    operation = openapi_document(app)["paths"]["/v1/things"]["post"]
    assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    assert "idempotency_key_reused" in operation["responses"]["409"]["description"]
