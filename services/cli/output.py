"""What every command that prints shares: a reader who leaves early (`| head`) ends it quietly."""

import argparse
import functools
import os
import sys
from collections.abc import Callable

Run = Callable[[argparse.Namespace], int]


def ended_early(run: Run) -> Run:
    """The command, which ends quietly with 0 when nobody reads what it prints any more."""

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
