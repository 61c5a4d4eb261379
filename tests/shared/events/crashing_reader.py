"""A reader that is killed between the commit of an effect and its acknowledgement: `python -m … DATABASE NATS`."""

import asyncio
import os
import signal
import sys
from unittest.mock import patch

from nats.aio.msg import Msg

from services.shared.db import make_engine
from tests.shared.events.toy import Toy


async def die(_: Msg) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    toy = Toy(make_engine(sys.argv[1]), sys.argv[1], sys.argv[2])
    with patch.object(Msg, "ack", die):
        asyncio.run(toy.consumers().run())
