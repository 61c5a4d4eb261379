"""What figures are measured with: processes of our own, the CPU time they use, and clients that never sleep."""

import asyncio
import os
import socket
import statistics
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 16


@dataclass(frozen=True)
class Figure:
    """A row of the table as printed. `is_reached` is None where there is nothing to compare; `note`: what was."""

    what: str
    ours: str
    baseline: str
    ratio: str
    target: str
    is_reached: bool | None
    note: str


async def in_turn(rounds: int, *takers: Callable[[], Awaitable[float]]) -> list[float]:
    """The median of each over so many rounds, one after the other in every round: what disturbs, disturbs all."""
    taken: list[list[float]] = [[] for _ in takers]
    for _ in range(rounds):
        for place, take in enumerate(takers):
            taken[place].append(await take())
    return [statistics.median(each) for each in taken]


def cpu_seconds(process: int) -> float:
    """Time on a CPU of all its threads, user and system, to the nanosecond; its clock ticks would be 10 ms apart."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


@contextmanager
def never_sleeping() -> Iterator[None]:
    """Keeps the running loop looking for work without a pause.

    On a virtual machine, waking a sleeping peer costs the writer many times the write itself, and how often a peer
    sleeps depends on who is faster.
    """
    loop = asyncio.get_running_loop()
    is_over = False

    def again() -> None:
        if not is_over:
            loop.call_soon(again)

    again()
    try:
        yield
    finally:
        is_over = True


@dataclass(frozen=True)
class Asked:
    """Requests to one server on the loopback: what each of its connections sends, and how every answer begins."""

    port: int
    heads: Sequence[str]
    status: int = 200

    async def all(self, contents: Sequence[tuple[str, bytes]], seen: Callable[[bytes], object] = len) -> None:
        """Send these (path, body) over all connections; each answer's body goes to `seen`. RuntimeError."""
        await asyncio.gather(
            *(self._one(head, contents[place :: len(self.heads)], seen) for place, head in enumerate(self.heads))
        )

    async def _one(self, head: str, contents: Sequence[tuple[str, bytes]], seen: Callable[[bytes], object]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        for path, body in contents:
            method, length = ("POST", f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n")
            if not body:
                method, length = "GET", ""
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: acuerdo\r\n{head}{length}\r\n".encode() + body)
            answered = await reader.readuntil(b"\r\n\r\n")
            content = await reader.readexactly(int(answered.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            if not answered.startswith(b"HTTP/1.1 %d " % self.status):
                raise RuntimeError(f"port {self.port} answered {answered!r} {content[:500]!r}")
            seen(content)
        writer.close()


@contextmanager
def process(*command: str, **settings: str) -> Iterator[int]:
    """A program of ours while the block runs; its process id. `settings` join the environment."""
    started = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.DEVNULL)
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait(20)


async def listening(port: int) -> None:
    """Until somebody listens there. RuntimeError after 20 s."""
    for _ in range(400):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"nobody listens on {port}")
