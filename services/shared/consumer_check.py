"""What a service says in its readiness about the events that it takes in."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from nats.errors import Error as NatsError

from services.shared.consumers import Consumers

PATIENCE = 0.5
"""Seconds that NATS has to say how far the consumers are; a readiness check must not wait for what may be away."""


class ConsumerCheck:
    """Passes from the moment when every stream has been read, and goes on passing while NATS is away.

    It tells `waiting`, the streams that are not being read now, and `caught_up`: whether everything that was published
    has taken effect.
    """

    def __init__(self, consumers: Callable[[], Consumers]) -> None:
        self._consumers = consumers
        self._have_run = False

    async def __call__(self) -> tuple[bool, object]:
        consumers = self._consumers()
        waiting = consumers.waiting
        self._have_run = self._have_run or not waiting
        return self._have_run, {"waiting": waiting, "caught_up": await _has_caught_up(consumers)}


async def _has_caught_up(consumers: Consumers) -> bool:
    with suppress(NatsError, OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            return await consumers.caught_up()
    return False
