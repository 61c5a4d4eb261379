import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.launcher.processes import PROJECT, SLEEPS, lives, wait_until

LAUNCHER = f"""
import os, signal, subprocess, sys, time
from services.launcher.spawning import Program, start
child = start(Program((sys.executable, "-c", {SLEEPS!r}), {{}}, orphan_signal=signal.SIGTERM), subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""
WATCHED = """
import os, sys, time
from services.launcher.tether import watch_pipe
watch_pipe(15)
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_child_dies_with_a_killed_launcher() -> None:
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    assert lives(child)
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    wait_until(lambda: not lives(child))


def test_child_whose_launcher_died_before_it_was_tied_never_runs(tmp_path: Path) -> None:
    tether, ran = PROJECT / "services" / "launcher" / "tether.py", tmp_path / "ran"
    nobodys = "1999999999"  # as parent: certainly not the process that starts this
    tie = [sys.executable, str(tether), nobodys, str(int(signal.SIGTERM)), "-1"]
    ended = subprocess.run([*tie, "/bin/sh", "-c", f"echo x > {ran}"], check=False)
    assert ended.returncode == 1
    assert not ran.exists()


def test_program_that_does_not_exist_says_so() -> None:
    tether = PROJECT / "services" / "launcher" / "tether.py"
    tie = [sys.executable, str(tether), str(os.getpid()), "15", "-1"]
    ended = subprocess.run([*tie, "/no/such/program"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (127, "cannot run /no/such/program: No such file or directory\n")


def test_where_there_is_no_death_signal_a_watcher_sees_the_pipe_close() -> None:
    reader, writer = os.pipe()
    watched = subprocess.Popen([sys.executable, "-c", WATCHED], cwd=PROJECT, stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    assert watched.stdout is not None
    watched.stdout.readline()
    time.sleep(0.1)
    assert watched.poll() is None
    os.close(writer)
    assert watched.wait(5) == -signal.SIGTERM
    watched.stdout.close()


def test_watcher_leaves_with_the_program() -> None:
    reader, writer = os.pipe()
    watched = subprocess.Popen([sys.executable, "-c", WATCHED], cwd=PROJECT, stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    assert watched.stdout is not None
    watched.stdout.readline()
    watched.kill()
    watched.wait()
    assert watched.stdout.read() == b""  # its end comes when the watcher, who shares it, has left
    watched.stdout.close()
    os.close(writer)
