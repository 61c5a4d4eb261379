"""What every service reads from its environment (prefix ACUERDO_)."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_ISSUER = "urn:acuerdo"
DEFAULT_AUDIENCE = "acuerdo"


class ServiceSettings(BaseSettings):
    """Settings that all services share; a service adds its own in a subclass.

    `database_url` is the runtime role's, `migration_database_url` the owner's (postgresql://user:password@host:port/name).
    """

    model_config = SettingsConfigDict(env_prefix="ACUERDO_", extra="ignore", frozen=True)

    database_url: str
    migration_database_url: str = ""
    nats_url: str = "nats://127.0.0.1:4222"
    jwks_url: str = "http://127.0.0.1:8001/oauth2/jwks"
    identity_url: str = "http://127.0.0.1:8001"
    issuer: str = DEFAULT_ISSUER
    audience: str = DEFAULT_AUDIENCE
    pool_size: int = Field(default=8, ge=1, le=100)
