"""Print a one-time link with which the first administrator sets a password. Runs beside identity, with its settings."""

import argparse
import asyncio
import sys

from services.cli.processes import settings_from_environment
from services.identity.settings import IdentitySettings
from services.launcher.first_admin import make_first_admin_link

NOTHING_MADE = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from identity's environment."""


def run(options: argparse.Namespace) -> int:
    """A new link makes the one before it useless; none is made once an administrator can sign in."""
    settings = settings_from_environment(IdentitySettings)
    link = asyncio.run(make_first_admin_link(settings.database_url, settings.public_url))
    if link is None:
        print("an administrator can sign in already: nothing was made", file=sys.stderr)
        return NOTHING_MADE
    print(link)
    return 0
