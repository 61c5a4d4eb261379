"""Tokens that must never be believed, each with what is wrong with it; for the verifier and for whoever uses it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.issuer import Issuer

HEADER: Mapping[str, Any] = {"alg": "ES256", "typ": "at+jwt", "kid": "test-key"}
REQUIRED = ("iss", "aud", "sub", "iat", "exp", "jti")


def good_claims() -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "urn:acuerdo",
        "aud": "acuerdo",
        "sub": str(uuid4()),
        "iat": now,
        "exp": now + 600,
        "jti": uuid4().hex,
        "scope": "",
    }


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def signed(pem: bytes, header: object, payload: object, *, der: bool = False) -> str:
    """A compact token over any header and payload, signed as ES256 asks (or in DER, as it forbids)."""
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signing_input = f"{encoded(_json(header))}.{encoded(_json(payload))}"
    signature = key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256()))
    if not der:
        r, s = utils.decode_dss_signature(signature)
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signing_input}.{encoded(signature)}"


def _keyed(secret: bytes, header: object) -> str:
    signing_input = f"{encoded(_json(header))}.{encoded(_json(good_claims()))}"
    return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def attacks(issuer: Issuer) -> dict[str, str]:
    """What is wrong → the token. Where nothing else is said it bears the issuer's own good signature."""
    return {
        **_wrong_headers(issuer),
        **_confused_keys(issuer),
        **_wrong_claims(issuer),
        **_broken_shapes(issuer),
        **_broken_signatures(issuer),
    }


def _wrong_headers(issuer: Issuer) -> dict[str, str]:
    algorithms = ("none", "None", "HS256", "RS256", "ES384", "ES256K", "", None, 1)
    key_ids = ("other", "../../dev/null", "' OR 1=1", "", None, 1, ["test-key"])
    headers: dict[str, object] = {
        **{f"alg {alg}": {**HEADER, "alg": alg} for alg in algorithms},
        **{f"typ {typ}": {**HEADER, "typ": typ} for typ in ("JWT", "application/at+jwt", "", None, ["at+jwt"])},
        **{f"kid {kid!r}": {**HEADER, "kid": kid} for kid in key_ids},
        **{f"no {name}": {key: value for key, value in HEADER.items() if key != name} for name in HEADER},
        "jku": {**HEADER, "jku": "https://evil.example/jwks"},
        "x5u": {**HEADER, "x5u": "https://evil.example/cert"},
        "crit": {**HEADER, "crit": ["exp"], "exp": 1},
        "b64": {**HEADER, "crit": ["b64"], "b64": False},
        "zip": {**HEADER, "zip": "DEF"},
        "cty": {**HEADER, "cty": "JWT"},
        "header is a list": [HEADER],
        "header is text": "ES256",
        "header is no JSON": b"{",
        "header is nested deep": b"[" * 2000,
        "header is null": None,
    }
    return {name: signed(issuer.pem, header, good_claims()) for name, header in headers.items()}


def _confused_keys(issuer: Issuer) -> dict[str, str]:
    private = serialization.load_pem_private_key(issuer.pem, password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    stranger = Issuer()
    jwk = {**stranger.jwks["keys"][0], "kid": "test-key"}
    return {
        "HS256 with the public key": _keyed(public, {**HEADER, "alg": "HS256"}),
        "HS256 with the JWK": _keyed(_json(issuer.jwks["keys"][0]), {**HEADER, "alg": "HS256"}),
        "ES256 in name, HMAC in truth": _keyed(public, HEADER),
        "HS256 with nothing": _keyed(b"", {**HEADER, "alg": "HS256"}),
        "a stranger's signature": signed(stranger.pem, HEADER, good_claims()),
        "a stranger's key in the header": signed(stranger.pem, {**HEADER, "jwk": jwk}, good_claims()),
    }


def _wrong_claims(issuer: Issuer) -> dict[str, str]:
    good, now = good_claims(), int(time.time())
    changes: dict[str, Mapping[str, Any]] = {
        "another audience": {"aud": "others"},
        "our audience among others": {"aud": ["acuerdo", "others"]},
        "audience null": {"aud": None},
        "another issuer": {"iss": "urn:evil"},
        "issuers": {"iss": ["urn:acuerdo"]},
        "subject no id": {"sub": "admin"},
        "subject number": {"sub": 7},
        "jti empty": {"jti": ""},
        "jti number": {"jti": 7},
        "expired": {"iat": now - 700, "exp": now - 100},
        "exp text": {"exp": str(now + 600)},
        "exp fraction": {"exp": now + 600.5},
        "exp true": {"exp": True},
        "exp beyond all time": {"exp": 10**30},
        "exp infinite": {"exp": float("inf")},
        "issued in the future": {"iat": now + 120, "exp": now + 600},
        "iat text": {"iat": "now"},
        "iat before all time": {"iat": -(10**30)},
        "not yet valid": {"nbf": now + 300},
        "nbf text": {"nbf": "soon"},
        "a long life": {"exp": now + 86_400},
        "a life backwards": {"iat": now + 20, "exp": now + 10},
        "scope list": {"scope": ["people:write"]},
        "scope object": {"scope": {}},
    }
    return {
        **{f"no {name} claim": _without(issuer, good, name) for name in REQUIRED},
        **{name: signed(issuer.pem, HEADER, {**good, **change}) for name, change in changes.items()},
    }


def _without(issuer: Issuer, claims: Mapping[str, Any], name: str) -> str:
    return signed(issuer.pem, HEADER, {key: value for key, value in claims.items() if key != name})


def _broken_shapes(issuer: Issuer) -> dict[str, str]:
    good = signed(issuer.pem, HEADER, good_claims())
    header, payload, signature = good.split(".")
    payloads: dict[str, object] = {
        "payload is a token": good.encode(),
        "payload is a list": [good_claims()],
        "payload is text": "admin",
        "payload is null": None,
        "payload is empty": b"",
        "payload is no UTF-8": b"\xff\xfe",
        "payload is nested deep": b'{"a":' * 2000 + b"1" + b"}" * 2000,
    }
    return {
        **{name: signed(issuer.pem, HEADER, value) for name, value in payloads.items()},
        "oversize": signed(issuer.pem, HEADER, {**good_claims(), "pad": "x" * 9000}),
        "nothing": "",
        "dots": "..",
        "one part": header,
        "two parts": f"{header}.{payload}",
        "no signature": f"{header}.{payload}.",
        "four parts": f"{good}.{signature}",
        "five parts": f"{good}.{header}.{payload}",
        "padded": f"{header}=.{payload}.{signature}",
        "standard base64": f"{header}.{payload}+/.{signature}",
        "letters of no alphabet": f"{header}.{payload}.ñandú",
        "a space inside": f"{header}. {payload}.{signature}",
        "a very long one": "a." * 100_000,
    }


def _broken_signatures(issuer: Issuer) -> dict[str, str]:
    good = signed(issuer.pem, HEADER, good_claims())
    header, payload, signature = good.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    flipped = bytes([raw[0] ^ 1]) + raw[1:]
    return {
        "a flipped bit": f"{header}.{payload}.{encoded(flipped)}",
        "all zeros": f"{header}.{payload}.{encoded(bytes(64))}",
        "cut short": f"{header}.{payload}.{encoded(raw[:-1])}",
        "half": f"{header}.{payload}.{encoded(raw[:32])}",
        "too long": f"{header}.{payload}.{encoded(raw + bytes(1))}",
        "in DER": signed(issuer.pem, HEADER, good_claims(), der=True),
        "another payload": f"{header}.{encoded(_json(good_claims()))}.{signature}",
        "another header": f"{encoded(_json({**HEADER, 'kid': 'test-key', 'typ': 'at+jwt '}))}.{payload}.{signature}",
    }
