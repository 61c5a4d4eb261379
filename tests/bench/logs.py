"""Figure 8: bringing in the log of another system."""

import asyncio
import time

import orjson

from tests.bench.measuring import Figure, cpu_seconds
from tests.bench.tickets import Stand

CASES = 900
LEAST = 1_000
"""Events a second."""
STATES = {"New": "submitted", "Active": "in_progress", "Waiting": "waiting_on_customer", "Resolved": "fulfilled"}
PATHS = (
    ("New", "Active", "Waiting", "Active", "Active", "Resolved"),
    ("New", "Active", "Active", "Active", "Waiting", "Active", "Active", "Resolved"),
    ("New", "New", "Active", "Active", "Waiting", "Active"),
)


def a_log() -> list[str]:
    """Rows in the order of their cases: state and group as they change over some days."""
    rows = ["number,state,at,group,priority"]
    for case in range(CASES):
        for step, state in enumerate(PATHS[case % len(PATHS)]):
            at = f"2025-{1 + case % 11:02}-{1 + case % 20 + step:02}T{8 + case % 9:02}:{case % 60:02}:00"
            group = "Network" if state == "Active" and (case + step) % 3 == 0 else "Desk"
            rows.append(f"C{case:05},{state},{at},{group},{1 + case % 4}")
    return rows


async def importing(stand: Stand) -> Figure:
    """Figure 8."""
    rows = a_log()
    mapping = {
        "source": "bench",
        "columns": {"case": "number", "state": "state", "time": "at", "group": "group", "priority": "priority"},
        "time_zone": "UTC",
        "states": {name: {"state": state} for name, state in STATES.items()},
        "priorities": dict(zip("1234", ("urgent", "high", "normal", "low"), strict=True)),
        "groups": {"Network": str(stand.network), "Desk": str(stand.provider)},
        "customer_department_id": str(stand.customer),
        "default_provider_department_id": str(stand.provider),
        "offering_id": stand.offering,
    }
    async with stand.client() as client:
        cpu, started = cpu_seconds(stand.ours), time.monotonic()
        content = {"file": ("log.csv", "\n".join(rows).encode(), "text/csv")}
        form = {"mapping": orjson.dumps(mapping).decode()}
        answer = await client.post("/v1/imports", data=form, files=content)
        job = answer.raise_for_status().json()
        while job["state"] in ("queued", "running"):
            await asyncio.sleep(0.2)
            job = (await client.get(f"/v1/imports/{job['id']}")).raise_for_status().json()
        wall = time.monotonic() - started
        await stand.all_sent()
        cpu = cpu_seconds(stand.ours) - cpu
    if job["state"] != "done" or job["result"]["rows_refused"]:
        raise RuntimeError(f"the import came to {job}")
    events = len(rows) - 1
    return Figure(
        "8  import of a log",
        f"{events / cpu:,.0f} events/s",
        "–",
        "–",
        f"≥ {LEAST:,}/s",
        events / cpu >= LEAST,
        f"{events:,} rows of {CASES} cases that become tickets with hand-offs, ledger and clocks, by the second of the "
        f"service's CPU; {events / wall:,.0f} by the clock on the wall, waiting for the worker included",
    )
