"""Runs a program that dies with the launcher, even when the launcher is killed with SIGKILL.

Run as a file, by `python -I -S tether.py PARENT SIGNAL USER PROGRAM ARGUMENT…` (see `spawning.py`), so it imports only
the standard library and becomes the program by exec: the process id stays. On Linux the kernel sends the signal; other
systems have no such thing, so a forked watcher waits for the end of the pipe on standard input, which only the launcher
holds open.
"""

import ctypes
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
NO_USER = -1


def drop_to(user: int) -> None:
    """Become `user` and the group of the same number. Before the death signal: a change of user forgets it."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def die_with_parent(parent: int, death: int) -> None:
    """Ask Linux for the signal `death` when the parent's thread ends; leave at once if it ended before we asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)


def watch_pipe(death: int) -> None:
    """Fork a watcher that sends `death` to this process when standard input ends, and leaves when this process does."""
    program = os.getpid()
    if os.fork() != 0:
        return
    while os.getppid() == program:
        readable, _, _ = select.select([0], [], [], 0.5)
        if readable and not os.read(0, 1) and os.getppid() == program:
            os.kill(program, death)
            break
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and become the program."""
    parent, death, user = (int(argument) for argument in arguments[:3])
    program = arguments[3:]
    if user != NO_USER:
        drop_to(user)
    if sys.platform == "linux":
        die_with_parent(parent, death)
    else:
        watch_pipe(death)
    for ignored in (
        signal.SIGPIPE,
        signal.SIGXFSZ,
        signal.SIGINT,
    ):  # Python ignores the first two, a shell's & the last
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execv(program[0], program)
    except OSError as error:
        sys.stderr.write(f"cannot run {program[0]}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
