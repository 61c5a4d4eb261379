"""Signing keys: made once, sealed at rest, rotated without a token refused."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.app import create_app, load_keys
from services.identity.authorization.models import SigningKey
from services.identity.authorization.queries import signing_keys
from services.identity.authorization.rules import KEY_LEAD, KEY_OVERLAP
from services.identity.authorization.service.keys import (
    KeySeal,
    SigningKeys,
    ensure_signing_key,
    rotate_signing_key,
)
from services.identity.settings import IdentitySettings
from services.shared.key_ring import TokenVerifier
from services.shared.problems import Unavailable
from services.shared.tokens import key_id_of
from tests.embedded import Databases
from tests.identity.organisation import Organisation, now

SECRET = "a secret of more than thirty-two characters"


def _ring(seal: KeySeal) -> SigningKeys:
    return SigningKeys(seal, TokenVerifier("http://127.0.0.1:9/", issuer="urn:acuerdo", audience="acuerdo"))


async def test_replicas_that_start_together_make_one_key(databases: Databases) -> None:
    settings = IdentitySettings(database_url=(await databases.fresh("identity")).runtime, argon2_time=1)
    replicas = [create_app(settings) for _ in range(4)]
    await asyncio.gather(*(load_keys(replica) for replica in replicas))
    published = [replica.state.keys.jwks(now()) for replica in replicas]
    assert len(published[0]["keys"]) == 1
    assert all(each == published[0] for each in published)
    for replica in replicas:
        replica.state.passwords.close()
        await replica.state.engine.dispose()


async def test_a_key_is_sealed_at_rest(session: AsyncSession) -> None:
    await session.execute(delete(SigningKey))
    seal = KeySeal(SECRET)
    await ensure_signing_key(session, seal, now=now())
    (row,) = await signing_keys(session)
    assert row.sealed_private_key.startswith("fernet:")
    assert b"PRIVATE KEY" in seal.open(row.sealed_private_key)
    await _ring(seal).load(session, now=now())
    with pytest.raises(ValueError, match="ACUERDO_KEY_ENCRYPTION_SECRET"):
        await _ring(KeySeal(None)).load(session, now=now())


async def test_a_new_key_is_published_before_it_signs_and_an_old_one_after(session: AsyncSession) -> None:
    await session.execute(delete(SigningKey))
    seal, at = KeySeal(None), now()
    keys = _ring(seal)
    with pytest.raises(Unavailable):
        keys.signer(at)
    await ensure_signing_key(session, seal, now=at)
    await rotate_signing_key(session, seal, now=at)
    await keys.load(session, now=at)
    old, new = [row.kid for row in await signing_keys(session)]
    retired = at + KEY_LEAD + KEY_OVERLAP
    story = [(at, old), (at + KEY_LEAD, new), (retired, new)]
    assert [key_id_of(keys.signer(when).sign({})) for when, _ in story] == [kid for _, kid in story]
    published = [{key["kid"] for key in keys.jwks(when)["keys"]} for when, _ in story]
    assert published == [{old, new}, {old, new}, {new}]
    await rotate_signing_key(session, seal, now=retired)
    assert old not in {row.kid for row in await signing_keys(session)}


async def test_rotation_refuses_no_token(app: FastAPI, client: httpx.AsyncClient, organisation: Organisation) -> None:
    headers = await organisation.headers(await organisation.person())
    async with app.state.sessions() as session, session.begin():
        await rotate_signing_key(session, app.state.seal, now=now())
        a_minute_later = update(SigningKey).values(signs_from=col(SigningKey.signs_from) - KEY_LEAD)
        await session.execute(a_minute_later.where(col(SigningKey.retires_at).is_(None)))
    await load_keys(app)
    fresh = await organisation.headers(await organisation.person())
    kids = {key_id_of(each["Authorization"].removeprefix("Bearer ")) for each in (headers, fresh)}
    assert len(kids) == 2
    for each in (headers, fresh):
        assert (await client.get("/v1/me", headers=each)).status_code == 200
    listed = (await client.get("/oauth2/jwks")).json()["keys"]
    assert kids == {key["kid"] for key in listed}
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in listed)


async def test_without_keys_nothing_is_judged(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.keys._keys.clear()
    assert (await client.get("/oauth2/jwks")).status_code == 503


async def test_the_metadata_say_what_there_is(client: httpx.AsyncClient) -> None:
    metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == "urn:acuerdo"
    assert metadata["token_endpoint"] == "http://127.0.0.1:8080/oauth2/token"
    assert metadata["grant_types_supported"] == ["client_credentials", "refresh_token"]
    assert "tickets:import" in metadata["scopes_supported"]
    assert timedelta(minutes=10) < KEY_OVERLAP
