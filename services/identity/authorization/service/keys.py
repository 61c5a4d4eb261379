"""The keys that sign our access tokens: made, kept sealed, rotated, and held in memory as built objects."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.authorization.models import SigningKey
from services.identity.authorization.queries import signing_keys
from services.identity.authorization.rules import KEY_LEAD, is_published
from services.identity.db import lock_for_transaction
from services.shared.key_ring import TokenVerifier
from services.shared.problems import Unavailable
from services.shared.tokens import TokenSigner, private_to_jwk, public_keys

_SEALED = "fernet:"


class KeySeal:
    """Encrypts private keys at rest with a secret of the settings; without one it leaves them as they are."""

    def __init__(self, secret: str | None) -> None:
        self._fernet = Fernet(_fernet_key(secret)) if secret else None

    def seal(self, pem: bytes) -> str:
        """The private key as it is stored."""
        return _SEALED + self._fernet.encrypt(pem).decode() if self._fernet else pem.decode()

    def open(self, stored: str) -> bytes:
        """The private key (PEM); ValueError where it is sealed and no secret is set."""
        if not stored.startswith(_SEALED):
            return stored.encode()
        if self._fernet is None:
            raise ValueError("the signing key is sealed: set ACUERDO_KEY_ENCRYPTION_SECRET")
        return self._fernet.decrypt(stored.removeprefix(_SEALED))


def _fernet_key(secret: str) -> bytes:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"acuerdo signing keys").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """A key ready for use; `public` is its JWK."""

    signs_from: datetime
    retires_at: datetime | None
    signer: TokenSigner
    public: dict[str, str]


class SigningKeys:
    """The keys of the database in memory; tells the verifier of this process which ones to believe."""

    def __init__(self, seal: KeySeal, verifier: TokenVerifier) -> None:
        self._seal = seal
        self._verifier = verifier
        self._keys: dict[str, LoadedKey] = {}

    @property
    def is_loaded(self) -> bool:
        return bool(self._keys)

    async def load(self, session: AsyncSession, *, now: datetime) -> None:
        """Take over what the database holds now."""
        rows = await signing_keys(session)
        self._keys = {row.kid: self._loaded(row) for row in rows if is_published(row.retires_at, now)}
        self._verifier.use_keys(public_keys(self.jwks(now)))

    def signer(self, now: datetime) -> TokenSigner:
        """The newest key whose time has come; Unavailable while none is loaded."""
        ready = [key for key in self._keys.values() if key.signs_from <= now]
        if not ready:
            raise Unavailable
        return max(ready, key=lambda key: key.signs_from).signer

    def jwks(self, now: datetime) -> dict[str, Any]:
        """The public keys, those that are about to sign and those that did until recently included."""
        return {"keys": [key.public for key in self._keys.values() if is_published(key.retires_at, now)]}

    def _loaded(self, row: SigningKey) -> LoadedKey:
        known = self._keys.get(row.kid)
        if known is not None and known.retires_at == row.retires_at:
            return known
        pem = self._seal.open(row.sealed_private_key)
        return LoadedKey(row.signs_from, row.retires_at, TokenSigner(pem, row.kid), private_to_jwk(pem, row.kid))


async def ensure_signing_key(session: AsyncSession, seal: KeySeal, *, now: datetime) -> None:
    """Make the first key where there is none; of replicas that start together one makes it."""
    await lock_for_transaction(session, "signing-keys")
    if not await signing_keys(session):
        await _add_key(session, seal, signs_from=now, now=now)


async def rotate_signing_key(session: AsyncSession, seal: KeySeal, *, now: datetime) -> None:
    """A new key, published now and signing in a minute; the one before it stays published for an hour after that."""
    await lock_for_transaction(session, "signing-keys")
    for key in await signing_keys(session):
        if key.retires_at is None:
            key.retires_at = max(now, key.signs_from) + KEY_LEAD
        elif not is_published(key.retires_at, now):
            await session.delete(key)
    await _add_key(session, seal, signs_from=now + KEY_LEAD, now=now)


async def _add_key(session: AsyncSession, seal: KeySeal, *, signs_from: datetime, now: datetime) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    kid = thumbprint(private_to_jwk(pem, ""))
    session.add(SigningKey(kid=kid, sealed_private_key=seal.seal(pem), created_at=now, signs_from=signs_from))
    await session.flush()


def thumbprint(jwk: dict[str, str]) -> str:
    """The SHA-256 thumbprint of an elliptic curve key (RFC 7638).

    >>> thumbprint({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AQ", "use": "sig"})
    'fpsA8udergWQQtZ5ijw9k_6RoFRa-SBsNr8jkweRkU4'
    """
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(orjson.dumps(required, option=orjson.OPT_SORT_KEYS)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
