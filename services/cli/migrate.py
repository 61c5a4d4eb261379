"""Bring a service's database to this version. ACUERDO_MIGRATION_DATABASE_URL is the address for the owner's role."""

import argparse
import os

from services.launcher.databases import SERVICES
from services.launcher.errors import CannotStart
from services.launcher.given_secrets import password_of, refuse_weak_secrets
from services.shared.migrating import upgrade

ADDRESS = "ACUERDO_MIGRATION_DATABASE_URL"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which service."""
    parser.add_argument("service", choices=SERVICES, help="whose database")


def run(options: argparse.Namespace) -> int:
    """Migrate, or wait for another process that does; nothing happens where the database is up to date."""
    address = os.environ.get(ADDRESS)
    if not address:
        raise CannotStart(f"{ADDRESS} is not set: the address of the database for the role that owns it")
    refuse_weak_secrets({f"the password in {ADDRESS}": password_of(address)})
    upgrade(options.service, address)
    return 0
