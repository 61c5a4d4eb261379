"""Passwords that the launcher makes once and keeps in the data directory."""

import secrets
from dataclasses import dataclass

from services.launcher.data_directory import DataDirectory, read_json, write_whole
from services.launcher.databases import SERVICES, Passwords
from services.launcher.errors import CannotStart


@dataclass(frozen=True, repr=False)
class Secrets:
    """What `secrets.json` holds."""

    postgres: str
    nats: str
    roles: dict[str, Passwords]


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
    )


def _names() -> list[str]:
    return ["postgres", "nats", *(f"{service}_{role}" for service in SERVICES for role in ("runtime", "owner"))]
