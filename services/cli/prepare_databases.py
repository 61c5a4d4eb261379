"""Make each service's roles and database on ACUERDO_ADMIN_DATABASE_URL, and set the passwords that are given."""

import argparse
import asyncio
import os

from services.launcher.databases import SERVICES, Passwords, ensure_database
from services.launcher.errors import CannotStart
from services.launcher.given_secrets import refuse_weak_secrets

ADDRESS = "ACUERDO_ADMIN_DATABASE_URL"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from the environment: passwords are no arguments."""


def run(options: argparse.Namespace) -> int:
    """The address is a superuser's, or that of a role which may create roles and databases. Again changes nothing."""
    admin_url = os.environ.get(ADDRESS)
    if not admin_url:
        raise CannotStart(f"{ADDRESS} is not set: the address of the server for a role that may create others")
    given = {name: os.environ.get(name) for service in SERVICES for name in password_names(service)}
    refuse_weak_secrets(given)
    asyncio.run(_prepare(admin_url, {name: password or "" for name, password in given.items()}))
    print(f"databases of {', '.join(SERVICES)}: ready")
    return 0


def password_names(service: str) -> tuple[str, str]:
    """The variables of the two roles: the one that the service runs with, and the owner.

    >>> password_names("requests")
    ('ACUERDO_REQUESTS_PASSWORD', 'ACUERDO_REQUESTS_OWNER_PASSWORD')
    """
    return f"ACUERDO_{service.upper()}_PASSWORD", f"ACUERDO_{service.upper()}_OWNER_PASSWORD"


async def _prepare(admin_url: str, given: dict[str, str]) -> None:
    for service in SERVICES:
        runtime, owner = password_names(service)
        await ensure_database(admin_url, service, Passwords(given[runtime], given[owner]))
