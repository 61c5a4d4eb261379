"""Waiting until all that the demo told has taken effect: whoever reads `demo.json` finds every figure there."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from services.launcher.errors import CannotStart

PATIENCE, PATIENCE_FOR_A_TICKET = 60.0, 0.1
LOOK = 0.1
IN_A_ROW = 2
"""What is heard may be told on, to a service that was asked a moment before."""


async def wait_for_effects(services: Sequence[str], *, count: int) -> None:
    """Until every event that was written has taken effect everywhere; `services` are their own addresses.

    They are asked themselves: the gateway's readiness tells what they said a second or two ago. CannotStart after a
    minute, and a tenth of a second for each of `count` tickets.
    """
    patience, settled = PATIENCE + PATIENCE_FOR_A_TICKET * count, 0
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for _ in range(round(patience / LOOK)):
            settled = settled + 1 if await _have_settled(client, services) else 0
            if settled == IN_A_ROW:
                return
            await asyncio.sleep(LOOK)
    raise CannotStart(f"the demo's events have not taken effect within {patience:.0f} s; see the services' logs")


async def _have_settled(client: httpx.AsyncClient, services: Sequence[str]) -> bool:
    try:
        return has_settled([(await client.get(f"{service}/health/ready")).json()["checks"] for service in services])
    except httpx.HTTPError:
        return False  # the supervisor is starting it again


def has_settled(checks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether no outbox waits and every consumer has caught up, by what each service says of itself.

    >>> identity, requests = {"outbox": {"oldest_seconds": 0}}, {"consumers": {"caught_up": True}}
    >>> has_settled([identity, requests])
    True
    >>> has_settled([{"outbox": {"oldest_seconds": 0.1}}, requests]), has_settled([{"outbox": "OSError"}])
    (False, False)
    >>> has_settled([identity, {"consumers": {"caught_up": False}}])
    False
    """
    said = [(name, check) for each in checks for name, check in each.items() if name in ("outbox", "consumers")]
    return all(
        isinstance(check, Mapping)
        and (check.get("oldest_seconds") == 0 if name == "outbox" else check.get("caught_up") is True)
        for name, check in said
    )
