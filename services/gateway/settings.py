"""What the gateway reads from its environment (prefix ACUERDO_)."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.gateway.routes import Service
from services.shared.settings import DEFAULT_AUDIENCE, DEFAULT_ISSUER

KIB = 1024
MIB = 1024 * KIB
PROJECT_ROOT = Path(__file__).resolve().parents[2]


def _listed(value: object) -> object:
    """A comma list as the environment gives it.

    >>> _listed("http://a:1, http://b:2,")
    ('http://a:1', 'http://b:2')
    """
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


_ORIGIN = StringConstraints(pattern=r"^https?://[^/?#@\s]+$")
Origins = Annotated[tuple[Annotated[str, _ORIGIN], ...], NoDecode, BeforeValidator(_listed)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]
Seconds = Annotated[float, Field(gt=0)]


class GatewaySettings(BaseSettings):
    """Addresses, sizes (bytes), times (seconds) and counts; every default suits one machine."""

    model_config = SettingsConfigDict(env_prefix="ACUERDO_", extra="ignore", frozen=True)

    # where the services are: origins, one for each replica
    identity_urls: Origins = ("http://127.0.0.1:8001",)
    requests_urls: Origins = ("http://127.0.0.1:8002",)
    feedback_urls: Origins = ("http://127.0.0.1:8003",)

    # whose tokens are good
    jwks_url: str = "http://127.0.0.1:8001/oauth2/jwks"
    issuer: str = DEFAULT_ISSUER
    audience: str = DEFAULT_AUDIENCE

    # who may stand in front of us, and who may call from a browser
    trusted_proxies: Networks = ()
    cors_origins: Origins = ()

    # sizes of requests
    url_bytes: int = 8 * KIB
    header_count: int = 100
    header_bytes: int = 32 * KIB
    body_bytes: int = MIB
    upload_bytes: int = 64 * MIB

    # rates, per principal and class of limit
    rate_per_second: int = Field(default=300, ge=1)
    rate_principals: int = Field(default=50_000, ge=1)

    # times
    deadline_seconds: Seconds = 30.0
    upload_deadline_seconds: Seconds = 300.0
    connect_seconds: Seconds = 2.0
    client_idle_seconds: Seconds = 15.0
    upstream_idle_seconds: Seconds = 30.0
    keepalive_seconds: Seconds = 4.0  # less than the 5 s after which uvicorn closes an idle connection
    readiness_seconds: Seconds = 1.0
    drain_seconds: float = Field(default=0.0, ge=0)  # how long to answer "not ready" before the listener closes

    # bulkheads, per upstream
    upstream_concurrency: int = Field(default=256, ge=1)
    upstream_streams: int = Field(default=4096, ge=1)
    breaker_failures: int = Field(default=5, ge=1)
    breaker_seconds: Seconds = 1.0

    # what is published
    openapi_dir: Path = PROJECT_ROOT / "openapi"
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None

    def urls_of(self, service: Service) -> tuple[str, ...]:
        """The origins of a service's replicas."""
        return {
            Service.IDENTITY: self.identity_urls,
            Service.REQUESTS: self.requests_urls,
            Service.FEEDBACK: self.feedback_urls,
        }[service]
