"""Roles that a token is too small for: asked once, remembered, and never guessed."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.shared.department_roles import RolesFromMe, RolesUnavailable, Standing
from services.shared.service_app import service_app
from services.shared.settings import ServiceSettings
from tests.issuer import Issuer
from tests.shared.http.toy import router
from tests.shared.json_server import JsonServer

DEPARTMENT, OTHER = uuid4(), uuid4()


@pytest.fixture
async def identity() -> AsyncIterator[JsonServer]:
    server = JsonServer()
    memberships = [{"department_id": str(DEPARTMENT), "role": "manager"}]
    server.document = {"memberships": memberships, "deputy_of": [str(OTHER)]}
    await server.start()
    yield server
    await server.stop()


async def test_they_are_asked_once_a_token(identity: JsonServer) -> None:
    lookup = RolesFromMe(identity.url)
    for token in ("one", "one", "two"):
        assert await lookup(uuid4(), token) == Standing({DEPARTMENT: "manager"}, frozenset({OTHER}))
    assert identity.fetches == 2


@pytest.mark.parametrize(
    "document",
    [{}, b"<html>", b"[]", b"null", {"memberships": [{"department_id": "x"}]}, {"memberships": [], "deputy_of": ["x"]}],
)
async def test_an_answer_that_is_none_is_no_role(identity: JsonServer, document: object) -> None:
    identity.document = document
    with pytest.raises(RolesUnavailable):
        await RolesFromMe(identity.url)(uuid4(), "one")


async def test_without_an_answer_the_route_is_unavailable(issuer: Issuer) -> None:
    settings = ServiceSettings(database_url="postgresql://x@127.0.0.1:1/x", identity_url="http://127.0.0.1:9")
    toy: FastAPI = service_app(settings, name="toy", routers=[router])
    toy.state.tokens = issuer.verifier
    headers = {"Authorization": f"Bearer {issuer.token(scope='things:write', departments_elided=True)}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(toy), base_url="http://toy", headers=headers) as client:
        answer = await client.get("/v1/things")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
