"""What every command that prints shares: tables that lose nothing, and a quiet end when the reader leaves early."""

import argparse
import functools
import os
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

Run = Callable[[argparse.Namespace], int]
AS_WIDE_AS_IT_IS = 10_000
"""Columns of what is no terminal: nothing is folded there, so that a line is a row."""


class _Told(Console):
    """A console that leaves a reader's early end to `ended_early`."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_table(table: Table) -> None:
    """Print a table; on a narrow terminal what does not fit is folded, never cut."""
    for column in table.columns:
        column.overflow = "fold"
    console = _Told(highlight=False, markup=False, width=None if sys.stdout.isatty() else AS_WIDE_AS_IT_IS)
    console.print(table)


def ended_early(run: Run) -> Run:
    """The command, which ends quietly with 0 when nobody reads what it prints any more (`| head`)."""

    @functools.wraps(run)
    def running(options: argparse.Namespace) -> int:
        try:
            code = run(options)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered would fail again when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return code

    return running
