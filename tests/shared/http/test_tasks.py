"""A service whose task fails ends as a whole: its supervisor starts it again."""

import os
import signal
import subprocess
import sys

import pytest

FAILING = """
import uvicorn
from services.shared.service_app import service_app
from services.shared.settings import ServiceSettings

async def fail() -> None:
    {how}

settings = ServiceSettings(database_url="postgresql://nobody@127.0.0.1:1/nothing")
app = service_app(settings, name="failing", routers=[], tasks=lambda app: [fail])
uvicorn.run(app, host="127.0.0.1", port=0, log_level="error")
"""


@pytest.mark.parametrize("how", ["raise RuntimeError('gone wrong')", "return None"])
def test_the_process_ends_with_a_task_that_should_not_have(how: str) -> None:
    environment = {"PATH": os.defpath, "PYTHONPATH": os.getcwd()}
    ended = subprocess.run(
        [sys.executable, "-c", FAILING.format(how=how)],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode in (0, -signal.SIGTERM), ended.stderr
    assert "to be started again" in ended.stderr
