"""Keeps one child alive: starts it, waits for it, starts it again with growing pauses, and stops it in order."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.launcher.errors import CannotStart
from services.launcher.spawning import Program, start_in_loop, tail

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0  # seconds
STEADY = 30.0  # seconds alive after which an end counts as the first one again
HOPELESS = 5  # ends in a row


async def _nothing() -> None:
    """What most children need before a start."""


@dataclass
class Child:
    """A supervised program.

    `is_ready(pid)` asks whether it serves; `before_start` runs before each start; `on_start(pid)` notes the process;
    `tell` gets one line for the person at the terminal.
    """

    name: str
    program: Program
    log: Path
    is_ready: Callable[[int], Awaitable[bool]]
    tell: Callable[[str], None]
    on_start: Callable[[int], None] = lambda pid: None
    before_start: Callable[[], Awaitable[None]] = _nothing
    was_ready: bool = False
    _ends: int = 0
    _reason: str = ""
    _process: asyncio.subprocess.Process | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The living process, if there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Begin to keep the program alive."""
        self._keeper = asyncio.create_task(self._keep_alive(), name=self.name)

    async def ready(self, patience: float = 120.0) -> None:
        """Wait for the first readiness; `CannotStart`, with the end of its log, when it keeps ending or takes long."""
        deadline = time.monotonic() + patience
        while True:
            if self.pid is not None and await self.is_ready(self.pid):
                self.was_ready = True
                return
            if self._ends >= HOPELESS:
                raise CannotStart(
                    f"{self.name} cannot start: it {self._reason} {self._ends} times in a row\n{self._tail}"
                )
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} was not ready after {patience:g} s\n{self._tail}")
            await asyncio.sleep(0.03)

    async def stop(self) -> None:
        """Ask the program to end, kill it after its grace, and stay until it has ended."""
        self._stopping.set()
        if self._keeper is None:
            return
        self._signal(self.program.stop_signal)
        await asyncio.wait({self._keeper}, timeout=self.program.grace)
        self._signal(signal.SIGKILL)
        await self._keeper

    async def _keep_alive(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            await self._run_once()
            if self._stopping.is_set():
                return
            self._ends = 1 if time.monotonic() - began >= STEADY else self._ends + 1
            await self._pause()

    async def _run_once(self) -> None:
        try:
            await self.before_start()
            with self.log.open("ab") as output:
                self._process = await start_in_loop(self.program, output)
        except (CannotStart, OSError) as error:
            self._reason = f"could not be started ({error})"
            return
        self.on_start(self._process.pid)
        if self._stopping.is_set():  # asked to stop while it was being started
            self._signal(self.program.stop_signal)
        self._reason = _how_it_ended(await self._process.wait())

    async def _pause(self) -> None:
        pause = min(FIRST_PAUSE * 2 ** (self._ends - 1), LONGEST_PAUSE)
        if self.was_ready:
            log = f", see {self.log}\n{self._tail}" if self._ends == HOPELESS else ""
            self.tell(f"{self.name} {self._reason}; starting it again in {pause:g} s{log}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    @property
    def _tail(self) -> str:
        return tail(self.log)


def _how_it_ended(code: int) -> str:
    """
    >>> _how_it_ended(1), _how_it_ended(-9)
    ('ended with code 1', 'was ended by SIGKILL')
    """
    return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
