"""Work for libraries that the service never imports: a bounded process of its own, without our environment."""

import resource
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


class ChildFailed(Exception):
    """The process took more than it may, of time or of memory, or broke off."""


def ask_child(module: str, *arguments: str, given: bytes, seconds: float) -> bytes:
    """What `python -m module arguments` writes when it reads `given`.

    ChildFailed; OSError where it cannot be started.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        answer = subprocess.run(
            command, input=given, capture_output=True, cwd=_ROOT, env={}, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed("too slow") from error
    except subprocess.CalledProcessError as error:
        raise ChildFailed(f"ended with {error.returncode}") from error
    return answer.stdout


def bound_this_process(*, memory: int, cpu_seconds: int) -> None:
    """In the child: no more bytes of address space and no more of the processor than that."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
