"""`make up`: everything started in order, watched until Ctrl-C, stopped in the opposite order."""

import asyncio
import signal
from collections.abc import Callable

from services.launcher.announcement import announcement
from services.launcher.data_directory import held_data_directory
from services.launcher.platform import Options, Platform
from services.launcher.ports import check_port


async def up(options: Options, tell: Callable[[str], None]) -> None:
    """Start everything, say so, keep it alive until SIGINT, SIGTERM or SIGHUP, and stop it.

    Raises `CannotStart` when something is in the way; what was started by then is stopped.
    """
    asked = asyncio.create_task(_asked_to_stop().wait())
    with held_data_directory(options.data, options.base_url) as data:
        check_port(options.host, options.port)
        platform = Platform(options, data, tell)
        starting = asyncio.create_task(platform.start())
        try:
            await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                tell(announcement(options.base_url, starting.result(), str(data.demo)))
                await asked
            tell("stopping …")
        finally:
            for task in (starting, asked):
                task.cancel()
            await asyncio.wait({starting, asked})
            await platform.stop()
    tell("stopped")


def _asked_to_stop() -> asyncio.Event:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked
