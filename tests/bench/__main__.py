"""`make bench`: the figures of one run as one table, each against its baseline, then what was compared with what."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench import firing, gateway_cpu, reports, standing, working_time
from tests.bench.growth import growth
from tests.bench.logs import importing
from tests.bench.measuring import Figure
from tests.bench.rulings import ruling
from tests.bench.tickets import a_stand, listing, showing, submitting

WIDTH = 112
LONGEST = 900
"""Seconds after which it gives up, and prints what it has."""
TAKEN: dict[str, Callable[[], list[Figure]]] = {
    "1": working_time.figures,
    "2": gateway_cpu.figures,
    "3,4,8": lambda: uvloop.run(_requests()),
    "7": lambda: uvloop.run(_ruling()),
    "growth": lambda: uvloop.run(_growth()),
    "5": lambda: uvloop.run(firing.figures()),
    "6": lambda: uvloop.run(reports.figures()),
    "9": standing.figures,
}


def main(arguments: list[str]) -> int:
    """Print the table; a figure that is missed is printed as missed, and is no error."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=TAKEN, help="these figures alone")
    only = parser.parse_args(arguments).only
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    started = time.monotonic()
    found: list[Figure] = []
    try:
        for numbers, take in TAKEN.items():
            if only in (None, numbers):
                with console.status(f"figure {numbers} …"):
                    found += take()
    finally:
        signal.alarm(0)
        _print(console, found, time.monotonic() - started)
    return 0


def _print(console: Console, found: list[Figure], seconds: float) -> None:
    """The table, then what was compared with what."""
    table = Table("what", "ours", "baseline", "ratio", "target", "ok", title="make bench")
    for figure in found:
        ok = {True: "yes", False: "[bold red]missed[/]", None: "–"}[figure.is_reached]
        table.add_row(figure.what, figure.ours, figure.baseline, figure.ratio, figure.target, ok)
    console.print(table)
    for figure in found:
        console.print(f"[bold]{figure.what}[/]: {figure.note}.", soft_wrap=True)
    console.print(
        "µs are CPU time (user and system) of the serving process by request; medians of rounds taken in turn with the "
        f"baseline, all on this machine's loopback; {seconds:.0f} s in all.",
        soft_wrap=True,
    )


async def _requests() -> list[Figure]:
    async with a_stand() as stand:
        return [await submitting(stand), await showing(stand), await listing(stand), await importing(stand)]


async def _ruling() -> list[Figure]:
    async with a_stand() as stand:
        await submitting(stand, requests=50)
        return [await ruling(stand)]


async def _growth() -> list[Figure]:
    async with a_stand() as stand:
        await submitting(stand, requests=50)
        return await growth(stand)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"the figures took longer than {LONGEST} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
