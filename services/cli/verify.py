"""Fold every ticket again from its events and compare: stored state, ledger, clocks and hand-offs are a cache."""

import argparse
import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from services.cli.output import ended_early
from services.launcher.data_directory import DataDirectory
from services.launcher.databases import service_urls
from services.launcher.errors import CannotStart
from services.launcher.ports import LOOPBACK
from services.launcher.secrets_file import load_secrets
from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.service.verify import Verified, verify_tickets
from services.shared.db import make_engine
from services.shared.schemas import instant_text

ADDRESS = "ACUERDO_DATABASE_URL"
DIFFERENT, FAILED = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which database."""
    parser.add_argument(
        "--data", type=Path, help=f"data directory of a running make up (default: the database of {ADDRESS})"
    )


@ended_early
def run(options: argparse.Namespace) -> int:
    """0: every ticket is kept as the fold has it; 1: some are not, each difference on a line; 2: no answer."""
    address = _running(options.data) if options.data else os.environ.get(ADDRESS)
    if not address:
        raise CannotStart(f"{ADDRESS} is not set: the address of requests' database; or name a data directory, --data")
    try:
        tickets, differences = asyncio.run(_verify(address))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, ValueError) as error:
        print(f"acuerdo: the database cannot be read: {error}", file=sys.stderr)
        return FAILED
    print(f"{tickets:,} tickets refolded, {differences:,} differences")
    return DIFFERENT if differences else 0


async def _verify(address: str) -> tuple[int, int]:
    tickets = differences = 0
    engine = make_engine(address, pool_size=1)
    try:
        async for verified in verify_tickets(engine, TermsCache()):
            tickets += 1
            differences += len(verified.differences)
            _tell(verified)
    finally:
        await engine.dispose()
    return tickets, differences


def _tell(verified: Verified) -> None:
    for each in verified.differences:
        kept, refolded = _told(each.kept), _told(each.refolded)
        print(f"{verified.key} {verified.ticket_id}: {each.where} is kept as {kept}, folded it is {refolded}")


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    return str(value) if isinstance(value, timedelta) else repr(value)


def _running(path: Path) -> str:
    """The address of requests' database in the embedded PostgreSQL that runs on this data. CannotStart."""
    data = DataDirectory(path.absolute())
    if not data.secrets.exists():
        raise CannotStart(f"{path} is no data directory of make up")
    try:
        port = int((data.postgres / "cluster" / "postmaster.pid").read_text().splitlines()[3])
    except (OSError, ValueError, IndexError):
        raise CannotStart(f"no embedded PostgreSQL runs on {path}; start it (make up), or set {ADDRESS}") from None
    passwords = load_secrets(data).roles["requests"]
    return service_urls(f"postgresql://{LOOPBACK}:{port}", "requests", passwords).runtime
