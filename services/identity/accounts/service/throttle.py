"""Delay instead of lock-out: who guesses a password waits longer each time, and nobody else does."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from services.identity.accounts.rules import delay_after
from services.shared.problems import TooManyRequests


class TooManySignIns(TooManyRequests):
    code = "too_many_sign_ins"


@dataclass
class Tries:
    """Failures in a row of one (address, account)."""

    failures: int = 0
    not_before: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class SignInThrottle:
    """Counts failures per (address, account) in this process's memory: of N replicas a guesser gets N times the tries.

    Tries of one pair go one after the other, so that a hundred at once are no way around the delay.
    """

    def __init__(self, *, remembered: int = 10_000) -> None:
        self._remembered = remembered
        self._tries: OrderedDict[tuple[str, str], Tries] = OrderedDict()

    @asynccontextmanager
    async def turn(self, address: str, account: str, *, now: datetime) -> AsyncIterator[Tries]:
        """The pair's turn to try; TooManySignIns with the seconds to wait while it is delayed."""
        tries = self._tries.setdefault((address, account), Tries())
        self._tries.move_to_end((address, account))
        if len(self._tries) > self._remembered:
            self._tries.popitem(last=False)
        async with tries.turn:
            if tries.not_before is not None and now < tries.not_before:
                seconds = ceil((tries.not_before - now).total_seconds())
                raise TooManySignIns(headers={"Retry-After": str(seconds)}, seconds=seconds)
            yield tries

    def note(self, address: str, account: str, *, succeeded: bool, now: datetime) -> None:
        """Count a failure, or forget all failures after a success."""
        tries = self._tries.get((address, account))
        if tries is None:
            return
        tries.failures = 0 if succeeded else tries.failures + 1
        delay = delay_after(tries.failures)
        tries.not_before = now + delay if delay else None
