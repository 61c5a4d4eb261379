import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from services.launcher import supervisor
from services.launcher.errors import CannotStart
from services.launcher.spawning import Program
from services.launcher.supervisor import Child
from tests.launcher.processes import IGNORES_SIGTERM, SLEEPS, lives, python, wait_until

Supervise = Callable[[Program], Child]


@pytest.fixture
def told() -> list[str]:
    """What the supervisor said."""
    return []


@pytest.fixture
async def supervise(tmp_path: Path, told: list[str]) -> AsyncIterator[Supervise]:
    """Starts a child that is ready when it has written to its log; stops it after the test."""
    children: list[Child] = []
    log = tmp_path / "child.log"

    async def has_written(pid: int) -> bool:
        return log.exists() and b"up" in log.read_bytes()

    def start(program: Program) -> Child:
        child = Child("child", program, log, has_written, told.append)
        children.append(child)
        child.start()
        return child

    yield start
    await asyncio.gather(*(child.stop() for child in children))


async def until(holds: Callable[[], bool], patience: float = 10.0) -> None:
    await asyncio.to_thread(wait_until, holds, patience)


def living(child: Child) -> int:
    assert child.pid is not None
    return child.pid


async def test_a_killed_child_comes_back(supervise: Supervise, told: list[str]) -> None:
    child = supervise(python(SLEEPS))
    await child.ready()
    first = living(child)
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.pid not in (None, first))
    assert told == ["child was ended by SIGKILL; starting it again in 0.2 s"]
    assert not lives(first)


async def test_pauses_grow_while_it_keeps_ending_and_a_hopeless_one_shows_its_log(
    supervise: Supervise, told: list[str]
) -> None:
    child = supervise(python("import sys; print('up and broken', flush=True); sys.exit(3)"))
    child.was_ready = True  # as at runtime: it goes on trying
    await until(lambda: len(told) >= 5)
    assert [line.splitlines()[0].partition(" in ")[2] for line in told[:4]] == ["0.2 s", "0.4 s", "0.8 s", "1.6 s"]
    assert "ended with code 3" in told[0]
    assert "up and broken" in told[4]


async def test_a_child_that_can_never_start_fails_the_first_start_with_its_log(
    supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    child = supervise(python("import sys; sys.exit('the port is taken')"))
    with pytest.raises(
        CannotStart, match=r"child cannot start: it ended with code 1 5 times in a row\n +the port is taken"
    ):
        await child.ready()


async def test_a_child_that_is_never_ready_fails_the_first_start(supervise: Supervise) -> None:
    child = supervise(python("import time; print('waiting for ever', flush=True); time.sleep(60)"))
    with pytest.raises(CannotStart, match=r"child was not ready after 0.3 s\n"):
        await child.ready(patience=0.3)


async def test_stop_asks_first_and_kills_after_the_grace(supervise: Supervise) -> None:
    polite, deaf = supervise(python(SLEEPS)), None
    await polite.ready()
    pid = living(polite)
    await polite.stop()
    assert not lives(pid)

    deaf = supervise(python(IGNORES_SIGTERM, grace=0.2))
    await deaf.ready()
    await asyncio.sleep(0.3)  # `ready` saw the log of the first one; this one needs a moment to become deaf
    pid, began = living(deaf), time.monotonic()
    await deaf.stop()
    assert not lives(pid)
    assert 0.2 <= time.monotonic() - began < 3


async def test_stop_does_not_wait_for_the_end_of_a_pause(supervise: Supervise, told: list[str]) -> None:
    child = supervise(python("import sys; print('up', flush=True); sys.exit(1)"))
    child.was_ready = True
    await until(lambda: len(told) >= 4)  # now it pauses for 1.6 s
    began = time.monotonic()
    await child.stop()
    assert time.monotonic() - began < 0.5
    await asyncio.sleep(0.05)
    assert child.pid is None


async def test_a_child_that_ran_steadily_starts_again_at_once(
    supervise: Supervise, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STEADY", 0.0)
    child = supervise(python("print('up', flush=True)"))
    child.was_ready = True
    await until(lambda: len(told) >= 3)
    assert {line.partition(" in ")[2] for line in told} == {"0.2 s"}


async def test_what_must_be_free_before_a_start_is_waited_for(tmp_path: Path, told: list[str]) -> None:
    tries: list[int] = []

    async def refuse_twice() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise CannotStart("somebody is still there")

    async def is_up(pid: int) -> bool:
        return True

    ready: Callable[[int], Awaitable[bool]] = is_up
    child = Child("child", python(SLEEPS), tmp_path / "log", ready, told.append, before_start=refuse_twice)
    child.start()
    await child.ready()
    assert len(tries) == 3
    await child.stop()
