"""Ports on the loopback that nobody else takes while a crashed child comes back."""

import contextlib
import secrets
import socket

from services.launcher.errors import CannotStart

LOOPBACK = "127.0.0.1"
# Below the range from which systems draw the ports of outgoing connections (Linux 32768+, macOS and the BSDs 49152+):
# a restarted child finds its port free again, and a client that retries cannot connect to itself.
FIRST_PORT, LAST_PORT = 20_000, 32_767


def free_port() -> int:
    """A port on the loopback that was free a moment ago, never one that an outgoing connection could hold."""
    for _ in range(200):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT + 1)
        with contextlib.suppress(OSError), _bound(LOOPBACK, port):
            return port
    raise CannotStart(f"no free port between {FIRST_PORT} and {LAST_PORT} on {LOOPBACK}")


def check_port(host: str, port: int) -> None:
    """Say in one line why nothing can listen at `port` of `host`, if so."""
    try:
        _bound(host, port).close()
    except socket.gaierror:
        raise CannotStart(f"{host} is not an address of this machine") from None
    except PermissionError:
        raise CannotStart(f"port {port} on {host} may not be used by this user; choose another") from None
    except OSError as error:
        raise CannotStart(f"port {port} on {host} cannot be used: {error.strerror}; choose another") from None


def _bound(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT is not "in use"
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
