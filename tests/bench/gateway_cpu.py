"""Figure 2: CPU of the gateway for a proxied GET with token check and limit, against nginx `proxy_pass`, one worker.

Both stand before the same small server and are asked in turn.
"""

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson
import uvloop

from services.launcher.ports import free_port
from tests.bench.measuring import CONNECTIONS, Figure, cpu_seconds, listening, never_sleeping, process
from tests.issuer import Issuer

MOST = 10
"""Times the CPU of nginx."""
ROUNDS = 5
WARM_UP = 1_000
BODY = orjson.dumps({"id": "0197", "subject": "x" * 400})
NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; keepalive_requests 10000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream behind {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 10000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
"""


@dataclass(frozen=True)
class GatewayCpu:
    """Microseconds of CPU (user and system) a request; the baseline is None where nginx is not installed."""

    ours: float
    baseline: float | None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.ours / self.baseline


class Behind(asyncio.Protocol):
    """The server behind both: the same answer to everything, and a JWKS."""

    jwks = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head, self._received = self._received[:end], self._received[end + 4 :]
            body = self.jwks if b" /oauth2/jwks " in head else BODY
            fields = b'content-type: application/json\r\netag: "1"\r\ncontent-length: %d' % len(body)
            self._transport.write(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n" + body)


def measure(requests: int = 4_000) -> GatewayCpu:
    """CPU a request of the gateway and of nginx: the median of rounds of so many requests each, taken in turn.

    The clients and the server behind share one loop that never sleeps.
    """
    return uvloop.run(_measure(requests))


async def _measure(requests: int) -> GatewayCpu:
    issuer = Issuer()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        behind, gateway, nginx = (free_port() for _ in range(3))
        Behind.jwks = orjson.dumps(issuer.jwks)
        server = await asyncio.get_running_loop().create_server(Behind, "127.0.0.1", behind)
        stack.callback(server.close)
        tried = [(stack.enter_context(_gateway(folder, gateway, behind)), gateway)]
        await listening(gateway)
        baseline = stack.enter_context(_nginx(folder, nginx, behind))
        if baseline is not None:
            await listening(nginx)
            tried.append((_worker_of(baseline), nginx))
        spent: dict[int, list[float]] = {port: [] for _, port in tried}
        stack.enter_context(never_sleeping())
        for _, port in tried:
            await _load(port, issuer, WARM_UP)
        for _ in range(ROUNDS):
            for pid, port in tried:
                before = cpu_seconds(pid)
                await _load(port, issuer, requests)
                spent[port].append((cpu_seconds(pid) - before) / requests * 1e6)
    medians = [statistics.median(each) for each in spent.values()]
    return GatewayCpu(medians[0], medians[1] if len(medians) > 1 else None)


async def _load(port: int, issuer: Issuer, requests: int) -> None:
    tokens = [issuer.token() for _ in range(CONNECTIONS)]
    await asyncio.gather(*(_ask(port, token, requests // CONNECTIONS) for token in tokens))


async def _ask(port: int, token: str, requests: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(requests):
        path = f"/v1/tickets/0197{os.getpid():06d}{port:05d}{number:08d}"
        fields = f"Host: acuerdo\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\nUser-Agent: bench/1"
        writer.write(f"GET {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"port {port} answered {head!r}")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if await reader.readexactly(length) != BODY:
            raise RuntimeError(f"port {port} answered another body")
    writer.close()


@contextmanager
def _gateway(folder: Path, port: int, behind: int) -> Iterator[int]:
    for service in ("identity", "requests", "feedback"):
        paths: dict[str, object] = {"/v1/tickets/{ticket_id}": {"get": {}}} if service == "requests" else {}
        (folder / f"{service}.json").write_bytes(orjson.dumps({"openapi": "3.1.0", "paths": paths}))
    origin = f"http://127.0.0.1:{behind}"
    settings = {
        **{f"ACUERDO_{service}_URLS": origin for service in ("IDENTITY", "REQUESTS", "FEEDBACK")},
        "ACUERDO_JWKS_URL": f"{origin}/oauth2/jwks",
        "ACUERDO_OPENAPI_DIR": str(folder),
        "ACUERDO_RATE_PER_SECOND": "1000000",
        "ACUERDO_METRICS_PORT": str(free_port()),
    }
    command = (sys.executable, "-m", "services", "serve", "gateway", "--port", str(port))
    with process(*command, **settings) as pid:
        yield pid


@contextmanager
def _nginx(folder: Path, port: int, behind: int) -> Iterator[int | None]:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, port=port, upstream=behind))
    folder.chmod(0o755)
    with process(program, "-c", str(file)) as pid:
        yield pid


def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(children[0])


def figures() -> list[Figure]:
    """Figure 2; without a ratio where nginx is not installed."""
    result = measure()
    note = "both before the same small server, asked in turn over kept connections; "
    if result.ratio is None:
        note += "nginx is not installed, so there is nothing to compare with (apt-get install nginx-light)"
    else:
        note += "nginx does nothing but proxy_pass, one worker, no access log"
    return [
        Figure(
            "2  gateway, proxied GET with token check and limit",
            f"{result.ours:.1f} µs",
            "no nginx" if result.baseline is None else f"{result.baseline:.1f} µs",
            "–" if result.ratio is None else f"{result.ratio:.2f}×",
            f"≤ {MOST}×",
            None if result.ratio is None else result.ratio <= MOST,
            note,
        )
    ]
