"""A listener's seat: what it may see and has not been sent yet, within bounds."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from services.requests.live.rules import Kind, Place, Reason, Snapshot, shown_of, told
from services.requests.tickets.policies import can_read_ticket, reads_internal
from services.shared.auth import Actor

MOST_WAITING = 1_000
"""Events that wait for one listener; one who is slower than that is cut off, and comes back to its place."""


def spelled_out(changes: Sequence[Any], seer: Actor, seen: Snapshot, now: Snapshot) -> list[bytes]:
    """Those of these changes that the actor may see and `seen` does not, told in order.

    Each one's place is behind it, so that nobody who leaves in the middle hears any of them again.
    """
    new = [change for change in changes if not seen.sees(change["xid"]) and _is_for(seer, change)]
    places = [Place(seen, now, change["position"]) for change in new[:-1]] + [Place(now)]
    return [told(Kind.CHANGED, place, _json(shown_of(change))) for change, place in zip(new, places, strict=False)]


def reset(reason: Reason, snapshot: Snapshot) -> bytes:
    """Read your lists again."""
    return told(Kind.RESET, Place(snapshot), _json({"reason": reason}))


class Seat:
    """One open stream. `is_over` once nothing more will come: cut off, drained, or its client has left.

    All that is committed after its `snapshot` comes to it; what `seen` sees was told to it, or waits for it here.
    """

    def __init__(self, actor: Actor, snapshot: Snapshot, place: Place | None = None) -> None:
        self.actor = actor
        self.snapshot = snapshot
        # Another process may have told its reader of more than this one has heard of.
        self.seen = place.newest if place and place.newest.is_later_than(snapshot) else snapshot
        self.is_over = False
        self._waiting: deque[bytes] = deque()
        self._notice = asyncio.Event()

    def tell(self, changes: Sequence[Any], before: Snapshot, now: Snapshot) -> None:
        """What the snapshot of now sees, and the one before did not."""
        seen = self.seen if self.seen.is_later_than(before) else before
        self.give(spelled_out(changes, self.actor, seen, now), now)

    def give(self, events: Sequence[bytes], now: Snapshot) -> None:
        """These come next; with them all is told that `now` sees."""
        if self.is_over:
            return
        if now.is_later_than(self.seen):
            self.seen = now
        if not events:
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
