"""Start the whole platform on this machine: embedded PostgreSQL and NATS, the services, the gateway."""

import argparse
import asyncio
import os
from pathlib import Path

from rich.console import Console

from services.launcher.launch import up
from services.launcher.platform import Options

DEMO_TICKETS, MOST_TICKETS = 300, 20_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens, and where it keeps what it keeps."""
    parser.add_argument("--host", default="127.0.0.1", help="address of the gateway (default %(default)s)")
    parser.add_argument("--port", type=port_number, default=8080, help="port of the gateway (default %(default)s)")
    parser.add_argument("--data", type=Path, default=Path(".acuerdo"), help="data directory (default ./%(default)s)")
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument(
        "--no-demo",
        dest="demo",
        action="store_const",
        const=0,
        default=DEMO_TICKETS,
        help="start without the demo organisation",
    )
    demo.add_argument(
        "--demo",
        type=ticket_count,
        default=DEMO_TICKETS,
        metavar="N",
        help="how many tickets the demo makes, where there is none yet (default %(default)s)",
    )


def ticket_count(text: str) -> int:
    """A number of tickets for the demo.

    >>> ticket_count("2000")
    2000
    """
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_TICKETS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_TICKETS}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Stay until Ctrl-C. DATABASE_URL names a PostgreSQL server to use instead of the embedded one."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    wanted = Options(options.host, options.port, options.data, options.demo, os.environ.get("DATABASE_URL") or None)
    asyncio.run(up(wanted, console.print))
    return 0


def port_number(text: str) -> int:
    """A port that can be asked for.

    >>> port_number("8080")
    8080
    """
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535")
    return int(text)
