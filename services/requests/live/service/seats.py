"""A listener's seat: what it may see and has not been sent yet, within bounds."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from services.requests.live.rules import Kind, Reason, shown_of, told
from services.requests.tickets.policies import can_read_ticket, reads_internal
from services.shared.auth import Actor

MOST_WAITING = 1_000
"""Events that wait for one listener; one who is slower than that is cut off, and comes back to its place."""


def spelled_out(changes: Sequence[Any], seer: Actor, place: int, next_place: int) -> list[bytes]:
    """Those of these changes that the actor may see, told in order.

    Only the last one of all moves the listener's place on: who leaves in the middle gets all of them again.
    """
    seen = [change for change in changes if _is_for(seer, change)]
    return [told(Kind.CHANGED, next_place if change is seen[-1] else place, _json(shown_of(change))) for change in seen]


def reset(reason: Reason, place: int) -> bytes:
    """Read your lists again."""
    return told(Kind.RESET, place, _json({"reason": reason}))


class Seat:
    """One open stream. `is_over` once nothing more will come: cut off, drained, or its client has left."""

    def __init__(self, actor: Actor, snapshot: str) -> None:
        self.actor = actor
        self.snapshot = snapshot
        self.is_over = False
        self._waiting: deque[bytes] = deque()
        self._notice = asyncio.Event()

    def give(self, events: Sequence[bytes]) -> None:
        """These come next."""
        if self.is_over or not events:
            return
        if len(self._waiting) + len(events) > MOST_WAITING:
            self.end()
            return
        self._waiting.extend(events)
        self._notice.set()

    def end(self) -> None:
        """Nothing more comes, and what waits is dropped: the listener's place is before it."""
        self.is_over = True
        self._waiting.clear()
        self._notice.set()

    async def next(self, seconds: float) -> bytes:
        """All that waits, as soon as anything does; nothing after so many seconds, or when it is over."""
        if not self._waiting and not self.is_over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._notice.wait(), seconds)
        self._notice.clear()
        events = b"".join(self._waiting)
        self._waiting.clear()
        return events


def _is_for(seer: Actor, change: Any) -> bool:
    """Whether the actor may read the ticket as it is now, and this event of it."""
    holders = change["holders"]
    if not can_read_ticket(seer, change, holders):
        return False
    return not change["is_internal"] or reads_internal(seer, change, holders)


def _json(value: object) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z).decode()
