"""An engine of our own changes the host's network: a bridge, packet filters, forwarding. Afterwards it is as it was."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.compose.commands import answers, run, text_of

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
BRIDGE = Path("/sys/class/net/docker0")
NOTHING = {
    "filter": ":INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT",
    "nat": ":PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT",
}


@contextlib.contextmanager
def network_put_back() -> Iterator[None]:
    """Put back after the block what stood before it."""
    bridged, forwarding, filters = BRIDGE.exists(), FORWARDING.read_text(), text_of("iptables-save")
    for table, chains in NOTHING.items():
        filters += "" if f"*{table}" in filters.splitlines() else f"\n*{table}\n{chains}\nCOMMIT"
    try:
        yield
    finally:
        if BRIDGE.exists() and not bridged:
            answers("ip", "link", "delete", BRIDGE.name)
        run("iptables-restore", given=f"{filters}\n".encode(), may_fail=True)
        FORWARDING.write_text(forwarding)
