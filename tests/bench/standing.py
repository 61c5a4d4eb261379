"""Figure 9: the memory of services that have nothing to do, and how long a second `make up` takes."""

import re
import tempfile
import time
from pathlib import Path

from tests.bench.measuring import Figure
from tests.launching import launching

LIMITS = {"gateway": 130, "identity": 130, "requests": 130, "feedback": 150}
"""Megabytes of resident memory."""
LONGEST = 10
"""Seconds."""
IDLE = 5


def figures() -> list[Figure]:
    """Figure 9: a row for each service, and one for the start."""
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as folder, launching() as launch:
        data = Path(folder, "data")
        launch(data).wait().stop()
        started = time.monotonic()
        up = launch(data).wait()
        taken = time.monotonic() - started
        time.sleep(IDLE)
        found = [_memory(name, up.pid(name)) for name in LIMITS]
        up.stop()
    note = "a second `make up` on the data of the first, with its demo, until it says that everything is up"
    return [*found, Figure("9  warm make up", f"{taken:.1f} s", "–", "–", f"≤ {LONGEST} s", taken <= LONGEST, note)]


def _memory(name: str, process: int) -> Figure:
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    resident, proportional = (_megabytes(told, field) for field in ("Rss", "Pss"))
    return Figure(
        f"9  memory of {name}",
        f"{resident:.0f} MB",
        "–",
        "–",
        f"≤ {LIMITS[name]} MB",
        resident <= LIMITS[name],
        f"resident, {IDLE} s after `make up` with the demo; {proportional:.0f} MB where pages that others have too are "
        "shared out",
    )


def _megabytes(told: str, field: str) -> float:
    found = re.search(rf"^{field}:\s+(\d+) kB", told, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else float("nan")
