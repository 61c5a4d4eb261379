"""Taking one thing to many tickets: batch after batch until cancelled, and one broken ticket holds up no others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from uuid import UUID

from services.requests.working import work_on
from services.shared.db import OUTAGES, Connection
from services.shared.problems import Unavailable

log = logging.getLogger(__name__)

BATCH = 20
"""Tickets of one transaction: so long, some 50 ms, may an act on one of them have to wait."""
LOOK_BACK = 60.0
"""Seconds until tickets are looked for anew that it has not reached."""


async def tour(
    what: str, next_batch: Callable[[], Awaitable[bool]], look_back: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Go on until cancelled. `next_batch` is false where nothing is left to do; `what` names the thing in the log."""
    looked_back = -inf

    async def next_piece() -> bool:
        nonlocal looked_back
        seconds = asyncio.get_running_loop().time()
        if look_back is not None and seconds - looked_back >= LOOK_BACK:
            await look_back()
            looked_back = seconds
        return await next_batch()

    await work_on(what, next_piece)


async def visit(
    connection: Connection, what: str, ticket_ids: Sequence[UUID], act: Callable[[UUID], Awaitable[bool]]
) -> int:
    """Act on each of these tickets by itself, in the connection's transaction; how many it concerned."""
    concerned = 0
    for ticket_id in ticket_ids:
        try:
            async with connection.transaction():
                concerned += await act(ticket_id)
        except (*OUTAGES, Unavailable):
            raise  # that passes: the whole batch is tried again
        except Exception:
            log.exception("%s cannot be taken to the ticket %s, which stays as it is", what, ticket_id)
    return concerned
