"""What the identity service reads from its environment."""

from datetime import timedelta

from pydantic import Field, SecretStr

from services.shared.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    """The shared settings, and those of tokens and passwords.

    `public_url` is the gateway's origin, as people's browsers see it. `key_encryption_secret` (a random text of
    at least 32 characters) encrypts signing keys in the database; without it they lie there as they are.
    `argon2_memory` is in KiB; the defaults are those that OWASP's Password Storage Cheat Sheet names for argon2id.
    """

    public_url: str = "http://127.0.0.1:8080"
    key_encryption_secret: SecretStr | None = Field(default=None, min_length=32)

    access_token_life: timedelta = Field(default=timedelta(minutes=10), le=timedelta(hours=1))
    refresh_token_life: timedelta = timedelta(days=7)
    sign_in_life: timedelta = timedelta(days=30)
    password_link_life: timedelta = timedelta(days=3)

    argon2_time: int = Field(default=2, ge=1)
    argon2_memory: int = Field(default=19_456, ge=8)
    argon2_concurrency: int = Field(default=2, ge=1)
