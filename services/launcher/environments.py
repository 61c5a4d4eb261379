"""The one table of what each process finds in its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.launcher.databases import DatabaseUrls
from services.launcher.ports import LOOPBACK

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
SETTINGS = "ACUERDO_"


@dataclass(frozen=True)
class Addresses:
    """Databases and ports by service, the NATS server, the gateway as people's browsers see it, the folder of files.

    `secrets` are variables and values by service, for those that have secrets of their own.
    """

    databases: Mapping[str, DatabaseUrls]
    ports: Mapping[str, int]
    nats: str
    public_url: str
    attachments: Path
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def url(self, service: str) -> str:
        """Where a service listens."""
        return f"http://{LOOPBACK}:{self.ports[service]}"


def environments(addresses: Addresses) -> dict[str, dict[str, str]]:
    """Variables by process. What the person at the terminal set as ACUERDO_… holds where the launcher sets nothing."""
    common = {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **{name: value for name, value in os.environ.items() if name.startswith(SETTINGS)},
        "ACUERDO_ISSUER": "urn:acuerdo",
        "ACUERDO_AUDIENCE": "acuerdo",
        "ACUERDO_JWKS_URL": f"{addresses.url('identity')}/oauth2/jwks",
    }
    gateway = {f"ACUERDO_{service.upper()}_URLS": addresses.url(service) for service in addresses.databases}
    inner = {
        "ACUERDO_IDENTITY_URL": addresses.url("identity"),
        "ACUERDO_NATS_URL": addresses.nats,
        "ACUERDO_PUBLIC_URL": addresses.public_url,
    }
    own = {"requests": {"ACUERDO_ATTACHMENTS_FOLDER": str(addresses.attachments)}}
    services = {
        # a secret of the person at the terminal holds: what is sealed with it can be read with no other
        service: {
            **addresses.secrets.get(service, {}),
            **common,
            **inner,
            **own.get(service, {}),
            "ACUERDO_DATABASE_URL": urls.runtime,
        }
        for service, urls in addresses.databases.items()
    }
    return {"gateway": {**common, **gateway}, **services}


def migration_environment(environment: Mapping[str, str], urls: DatabaseUrls) -> dict[str, str]:
    """What `migrate` finds: the service's own environment and the owner's address, which the service never sees."""
    return {**environment, "ACUERDO_MIGRATION_DATABASE_URL": urls.owner}
