"""Run one process of the platform: a service, or the gateway. Settings come from ACUERDO_… variables."""

import argparse
import gc
import logging
import os
import sys
from functools import partial
from types import ModuleType
from typing import cast

import uvicorn

from services.cli.processes import PROCESSES, app_module, secrets_given, settings_class, settings_from_environment
from services.launcher.given_secrets import refuse_weak_secrets

MADE = 10_000  # objects that come to live before the collector looks at the young ones; a request makes some hundreds
# What libraries import if it is there and no service uses: nats-py for ws:// addresses, httpx for its command line.
NOT_IMPORTED = ("aiohttp", "pygments")
GRACE = 5  # seconds that requests under way have after SIGTERM


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which process, and where it listens."""
    parser.add_argument("name", choices=PROCESSES, help="which of them")
    parser.add_argument("--host", default="127.0.0.1", help="where it listens (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="default %(default)s")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM. CannotStart with settings that are none, or with secrets that anybody may know."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if options.name != "gateway":
        for name in NOT_IMPORTED:  # as if they were not installed: ten megabytes less in each service
            sys.modules.setdefault(name, cast(ModuleType, None))
    module = app_module(options.name)
    kind = settings_class(module)
    refuse_weak_secrets(secrets_given(kind, os.environ))
    settings = settings_from_environment(kind)
    gc.collect()
    gc.freeze()  # what is imported stays: each full collection would walk through all of it again
    gc.set_threshold(MADE)
    uvicorn.run(
        partial(module.create_app, settings),
        factory=True,
        host=options.host,
        port=options.port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,  # ours, above
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    return 0
