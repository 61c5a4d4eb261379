"""A worker that kills itself in the middle of its work: `python -m tests.requests.firing.doomed DATABASE_URL SEED`."""

import asyncio
import os
import random
import signal
import sys
from typing import Any

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.service.worker import FiringWorker
from services.shared.db import Connection, make_engine

DUE = """
SELECT EXISTS (SELECT FROM ticket_clock WHERE next_fire_at <= statement_timestamp())
    OR EXISTS (SELECT FROM ticket WHERE lapses_at < statement_timestamp())
"""
MOST_STATEMENTS = 12
"""More than one batch takes, BEGIN and COMMIT among them."""


class Doomed(FiringWorker):
    """Four of five times that something is due it gets kill -9 after some statement of its turn."""

    chance: random.Random
    left = 0

    async def turn(self, connection: Connection) -> None:
        connection.remove_query_logger(self.count)
        if await connection.fetchval(DUE) and self.chance.random() < 0.8:
            self.left = self.chance.randrange(1, MOST_STATEMENTS)
            connection.add_query_logger(self.count)
        await super().turn(connection)

    def count(self, _: Any) -> None:
        """One statement more has been answered."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    worker = Doomed(make_engine(sys.argv[1], pool_size=1), TermsCache())
    worker.chance = random.Random(sys.argv[2])
    asyncio.run(worker.run())
