"""Access tokens (RFC 9068, ES256): the one door to python-jose, with the checks that it leaves to its caller.

python-jose takes a missing `aud`, ignores `kid` and `typ`, and raises outside JWTError on hostile input; so the shape
is checked first, the key is chosen here and handed over as a built object, and whatever goes wrong is one refusal.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from jose import jwk, jwt
from jose.backends import ECKey
from jose.backends.base import Key
from jose.backends.cryptography_backend import CryptographyECKey

PublicKey = Key
"""What verifies a signature: a key object that python-jose built."""
ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105  (the media type of RFC 9068, not a secret)
LARGEST_TOKEN = 8 * 1024
LONGEST_LIFE = timedelta(hours=1)
LEEWAY = timedelta(seconds=30)
_SHAPE = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_REQUIRED = {
    **{f"require_{claim}": True for claim in ("exp", "iat", "aud", "iss", "sub", "jti")},
    "leeway": int(LEEWAY.total_seconds()),
}

if ECKey is not CryptographyECKey:
    raise ImportError("python-jose must run on its cryptography backend: install python-jose[cryptography]")


class TokenRefused(Exception):
    """The token is not one of ours, or no longer good; the message is for logs, never for the caller."""


class UnknownKey(TokenRefused):
    """The token names a key that we do not hold (yet): fetching the JWKS again may help."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says. `all` holds every claim as sent."""

    subject: UUID
    token_id: str
    scopes: frozenset[str]
    expires_at: datetime
    all: Mapping[str, Any]


class TokenSigner:
    """Signs access tokens with one private key (PEM, P-256)."""

    def __init__(self, private_pem: bytes, key_id: str) -> None:
        self._key = jwk.construct(private_pem, ALGORITHM)
        self._headers = {"kid": key_id, "typ": TOKEN_TYPE}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact token; `iat`, `exp` and the like are the caller's to give, as seconds since 1970."""
        return jwt.encode(dict(claims), self._key, algorithm=ALGORITHM, headers=self._headers)


def private_to_jwk(private_pem: bytes, key_id: str) -> dict[str, str]:
    """The public half of a private key as an entry of a JWKS (RFC 7517)."""
    public: dict[str, str] = jwk.construct(private_pem, ALGORITHM).public_key().to_dict()
    return {**public, "kid": key_id, "use": "sig"}


def public_keys(jwks: object) -> dict[str, PublicKey]:
    """The ES256 keys of a JWKS by `kid`; other entries are passed over, broken ones too.

    Raises ValueError when the document is no JWKS at all.
    """
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("a JWKS has a list `keys`")
    keys: dict[str, PublicKey] = {}
    for entry in listed:
        if isinstance(entry, dict) and (entry.get("kty"), entry.get("crv")) == ("EC", "P-256") and _has_key_id(entry):
            with suppress(Exception):  # python-jose raises anything over a broken entry
                keys[entry["kid"]] = jwk.construct(entry, ALGORITHM)
    return keys


def _has_key_id(entry: Mapping[str, object]) -> bool:
    return isinstance(entry.get("kid"), str) and entry["kid"] != ""


def verify_token(token: str, keys: Mapping[str, PublicKey], *, issuer: str, audience: str) -> Claims:
    """The claims of a good token; TokenRefused for every other string, whatever is wrong with it."""
    try:
        key = keys.get(key_id_of(token))
        if key is None:
            raise UnknownKey("no such key")
        claims = jwt.decode(token, key, algorithms=[ALGORITHM], audience=audience, issuer=issuer, options=_REQUIRED)
        return _checked(claims, datetime.now(UTC))
    except TokenRefused:
        raise
    except Exception as error:
        raise TokenRefused(str(error)) from error


def key_id_of(token: str) -> str:
    """The `kid` of a token that has the right shape, type and algorithm; TokenRefused otherwise."""
    raw = token.encode("utf-8", "replace")
    if len(raw) > LARGEST_TOKEN or not _SHAPE.fullmatch(raw):
        raise TokenRefused("not the shape of a token")
    try:
        header = orjson.loads(_unpadded(raw[: raw.index(b".")]))
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("its header is no JSON") from error
    if not isinstance(header, dict) or header.get("typ") != TOKEN_TYPE or header.get("alg") != ALGORITHM:
        raise TokenRefused("another type or algorithm")
    if set(header) - {"typ", "alg", "kid"}:
        raise TokenRefused("header fields that we do not take")
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("no kid")
    return str(header["kid"])


def _unpadded(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def _checked(claims: Mapping[str, Any], now: datetime) -> Claims:
    issued, expires = (datetime.fromtimestamp(_seconds(claims[name]), UTC) for name in ("iat", "exp"))
    if issued > now + LEEWAY:
        raise TokenRefused("issued in the future")
    if expires <= issued or expires - issued > LONGEST_LIFE:
        raise TokenRefused("a life that we never give")
    if not isinstance(claims["aud"], str) or not isinstance(claims["jti"], str) or not claims["jti"]:
        raise TokenRefused("aud and jti are single strings")
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise TokenRefused("scope is a string")
    return Claims(UUID(claims["sub"]), claims["jti"], frozenset(scope.split()), expires, claims)


def _seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TokenRefused("iat and exp are whole seconds")
    return value
