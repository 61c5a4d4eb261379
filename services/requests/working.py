"""Work that a process looks for by itself: piece after piece until cancelled, whatever becomes of the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from services.shared.db import OUTAGES

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks for work."""
PAUSE = 10.0
"""Seconds until a look after a fault of ours; at least so often one looks after an outage."""


async def work_on(
    what: str, next_piece: Callable[[], Awaitable[bool]], *, look: float = LOOK, pause: float = PAUSE
) -> None:
    """Go on until cancelled. `next_piece` is false where nothing is left to do; `what` names the work in the log."""
    while True:
        seconds = look
        try:
            while await next_piece():
                pass
        except OUTAGES as error:
            log.warning("%s: the database is away, and it goes on later: %r", what, error)
            seconds = min(look, pause)
        except Exception:
            log.exception("%s: interrupted, and it goes on later", what)
            seconds = max(look, pause)
        await asyncio.sleep(seconds)
