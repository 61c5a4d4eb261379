"""Every attack on a token ends in 401, never in 500, on a real route."""

import httpx
from fastapi import FastAPI

from services.shared.tokens import public_keys
from tests.issuer import Issuer
from tests.token_attacks import attacks


async def test_attacks_are_answered_401(app: FastAPI, client: httpx.AsyncClient, issuer: Issuer) -> None:
    app.state.tokens.use_keys(public_keys(issuer.jwks))
    for name, token in attacks(issuer).items():
        headers = [(b"authorization", b"Bearer " + token.encode("utf-8"))]
        answer = await client.get("/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), name
        assert answer.headers["www-authenticate"].startswith("Bearer")
