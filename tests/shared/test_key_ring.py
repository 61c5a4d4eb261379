"""The key ring against a real address: issuer away, hanging or wrong, floods of unknown keys, rotation."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from services.shared import key_ring
from services.shared.key_ring import KeysUnavailable, TokenVerifier
from services.shared.tokens import TokenRefused, UnknownKey, public_keys
from tests.issuer import Issuer
from tests.shared.json_server import JsonServer
from tests.token_attacks import HEADER, good_claims, signed

WINDOW = 0.3


@pytest.fixture
async def server() -> AsyncIterator[JsonServer]:
    made = JsonServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def verifier(server: JsonServer, issuer: Issuer) -> TokenVerifier:
    server.document = issuer.jwks
    return TokenVerifier(server.url, issuer="urn:acuerdo", audience="acuerdo", fetch_window=WINDOW)


async def test_keys_are_fetched_once(server: JsonServer, verifier: TokenVerifier, issuer: Issuer) -> None:
    same = issuer.token()
    for token in (same, same, issuer.token(), issuer.token()):
        await verifier.verify(token)
    assert server.fetches == 1


async def test_without_any_key_nothing_is_judged(server: JsonServer, verifier: TokenVerifier, issuer: Issuer) -> None:
    await server.stop()
    with pytest.raises(KeysUnavailable):
        await verifier.verify(issuer.token())


async def test_with_the_issuer_away_it_goes_on(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(issuer.token())
    await server.stop()
    monkeypatch.setattr(key_ring, "REFRESH_AFTER", 0.0)
    for _ in range(3):
        await verifier.verify(issuer.token())
        await asyncio.sleep(WINDOW / 2)


async def test_a_hanging_issuer_holds_nobody_up(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(issuer.token())
    server.is_hanging = True
    monkeypatch.setattr(key_ring, "REFRESH_AFTER", 0.0)
    await asyncio.sleep(WINDOW)
    started = time.monotonic()
    await asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(20)))
    assert time.monotonic() - started < 1
    assert server.fetches <= 2


async def test_a_flood_of_unknown_keys_is_one_fetch_a_window(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer
) -> None:
    flood = [signed(issuer.pem, {**HEADER, "kid": f"unknown-{n}"}, good_claims()) for n in range(100)]
    await verifier.verify(issuer.token())
    assert server.fetches == 1
    await asyncio.sleep(WINDOW)
    results = await asyncio.gather(*(verifier.verify(token) for token in flood), return_exceptions=True)
    assert all(isinstance(result, UnknownKey) for result in results)
    assert server.fetches == 2
    await verifier.verify(issuer.token())


async def test_a_new_key_is_found_when_it_is_first_named(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer
) -> None:
    await verifier.verify(issuer.token())
    new = Issuer()
    server.document = {"keys": [*issuer.jwks["keys"], {**new.jwks["keys"][0], "kid": "new"}]}
    await asyncio.sleep(WINDOW)
    tokens = [signed(new.pem, {**HEADER, "kid": "new"}, good_claims()) for _ in range(20)]
    await asyncio.gather(*(verifier.verify(token) for token in [*tokens, issuer.token()]))
    assert server.fetches == 2


async def test_a_withdrawn_key_is_dropped_with_its_tokens(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, new = issuer.token(), Issuer()
    await verifier.verify(token)
    server.document = {"keys": [{**new.jwks["keys"][0], "kid": "new"}]}
    monkeypatch.setattr(key_ring, "REFRESH_AFTER", WINDOW)
    for _ in range(50):
        await asyncio.sleep(WINDOW / 2)
        try:
            await verifier.verify(token)
        except TokenRefused:
            break
    else:
        pytest.fail("the withdrawn key was believed for ever")
    await verifier.verify(signed(new.pem, {**HEADER, "kid": "new"}, good_claims()))


@pytest.mark.parametrize("document", [b"<html>", b"", b"[]", b"null", {"keys": 7}, {"keys": [{"kty": "EC"}]}, b"\xff"])
async def test_a_document_that_is_no_jwks_is_no_crash(
    server: JsonServer, verifier: TokenVerifier, issuer: Issuer, document: object
) -> None:
    server.document = document
    with pytest.raises(KeysUnavailable):
        await verifier.verify(issuer.token())
    server.document = issuer.jwks
    await asyncio.sleep(WINDOW)
    await verifier.verify(issuer.token())


async def test_a_remembered_token_ends_when_a_fresh_one_would(issuer: Issuer) -> None:
    now = int(time.time())
    verifier = TokenVerifier("http://127.0.0.1:9/", issuer="urn:acuerdo", audience="acuerdo")
    verifier.use_keys(public_keys(issuer.jwks))
    within_leeway = issuer.token(iat=now - 610, exp=now - 10)
    for _ in range(2):
        await verifier.verify(within_leeway)
