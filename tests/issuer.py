"""An issuer of access tokens for tests: a key of its own, a verifier that knows it, and any claims a test wants."""

import time
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.shared.key_ring import TokenVerifier
from services.shared.settings import DEFAULT_AUDIENCE, DEFAULT_ISSUER
from services.shared.tokens import TokenSigner, private_to_jwk, public_keys


class Issuer:
    """Signs with a fresh P-256 key; `verifier` takes its tokens as a service takes identity's."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.jwks = {"keys": [private_to_jwk(self.pem, "test-key")]}
        self.signer = TokenSigner(self.pem, "test-key")
        self.verifier = TokenVerifier("http://127.0.0.1:9/", issuer=DEFAULT_ISSUER, audience=DEFAULT_AUDIENCE)
        self.verifier.use_keys(public_keys(self.jwks))

    def token(self, *, subject: UUID | None = None, **claims: Any) -> str:
        """A good token; `claims` join or replace the usual ones."""
        now = int(time.time())
        usual = {
            "iss": DEFAULT_ISSUER,
            "aud": DEFAULT_AUDIENCE,
            "sub": str(subject or uuid4()),
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 600,
        }
        return self.signer.sign(usual | claims)
