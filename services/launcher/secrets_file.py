"""Passwords and keys that the launcher makes once and keeps in the data directory."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from services.launcher.data_directory import DataDirectory, read_json, write_whole
from services.launcher.databases import SERVICES, Passwords
from services.launcher.errors import CannotStart

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "identity": {"ACUERDO_KEY_ENCRYPTION_SECRET": "identity_key_encryption"},
    "feedback": {"ACUERDO_LINK_SECRET": "feedback_links"},
}
"""Secrets among a service's own settings, by variable, with their names in `secrets.json`."""


@dataclass(frozen=True, repr=False)
class Secrets:
    """What `secrets.json` holds; `settings` are variables and values by service."""

    postgres: str
    nats: str
    roles: dict[str, Passwords]
    settings: dict[str, dict[str, str]]


def load_secrets(data: DataDirectory) -> Secrets:
    """Read the passwords; make those that are not there yet (all, the first time)."""
    kept = read_json(data.secrets)
    if not kept and (data.postgres / "cluster").exists():
        raise CannotStart(f"{data.secrets} is gone, and with it the passwords of {data.postgres}")
    made = {name: kept.get(name) or secrets.token_hex(24) for name in _names()}
    if made != kept:
        write_whole(data.secrets, made, mode=0o600)
    return Secrets(
        postgres=made["postgres"],
        nats=made["nats"],
        roles={service: Passwords(made[f"{service}_runtime"], made[f"{service}_owner"]) for service in SERVICES},
        settings={
            service: {variable: made[name] for variable, name in variables.items()}
            for service, variables in SETTINGS.items()
        },
    )


def _names() -> list[str]:
    roles = [f"{service}_{role}" for service in SERVICES for role in ("runtime", "owner")]
    return ["postgres", "nats", *roles, *(name for variables in SETTINGS.values() for name in variables.values())]
