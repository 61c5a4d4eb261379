import socket

import pytest

from services.launcher.errors import CannotStart
from services.launcher.ports import FIRST_PORT, LAST_PORT, check_port, free_port


def test_free_ports_lie_where_no_outgoing_connection_takes_them() -> None:
    assert all(FIRST_PORT <= free_port() <= LAST_PORT for _ in range(20))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 — only tried
def test_a_port_in_use_is_named(host: str) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"port {port} on {host} cannot be used: Address already in use"):
            check_port(host, port)
    check_port(host, port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1"):
        check_port("192.0.2.1", 8080)
