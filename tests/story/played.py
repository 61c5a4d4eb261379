"""Both chapters on a platform that runs, and what has come of them: the same at home and in containers."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from services.launcher.chapters import computer, scrubs
from services.launcher.chapters.computer import Computers
from services.launcher.demo.organisation import DEPARTMENTS
from tests.story.live import LiveStage, Told
from tests.story.outcome import Looks, check_computers, check_scrubs

CAST = {each.code: each.people for each in DEPARTMENTS if each.code in ("IT", "PEOPLE", "LAUNDRY", "SURGERY")}
LATEST = timedelta(seconds=1)
PATIENCE = 20.0


async def play(base_url: str, admin_token: str) -> str:
    """Play and check both; the scoreboard and a ledger as the API tells them, and how late the thresholds fired."""
    async with AsyncExitStack() as stack:
        stage = await LiveStage.set(base_url, admin_token, CAST, stack)

        async def read(person: str, path: str, asked: dict[str, str]) -> Told:
            return await stage.read(person, path, **asked)

        looks = Looks(read, stage.departments)
        computers = await computer.tell(stage)
        await _once_heard(lambda: check_computers(looks, computers))
        late = await _lateness(looks, computers)
        stage.begins_anew()
        kept = await scrubs.tell(stage)
        await _once_heard(lambda: check_scrubs(looks, kept))
        board = await looks.pair(computer.PEOPLE_MANAGER, "/v1/reports/scoreboard", "PEOPLE", "IT")
        ledger = await looks.ledger(computer.ASKING[1], computers.early)
    return "\n".join(
        (
            f"thresholds fired after their instants: {', '.join(f'{percent} %: {each}' for percent, each in late)}",
            f"scoreboard: {json.dumps(board, indent=1)}",
            f"ledger of the ticket with a question: {json.dumps(ledger, indent=1)}",
        )
    )


async def _once_heard(check: Callable[[], Awaitable[None]]) -> None:
    """What services tell each other takes a moment: the check holds within some seconds, or fails as it does then."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            await check()
        except AssertionError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def _lateness(looks: Looks, told: Computers) -> list[tuple[int, timedelta]]:
    """How long after its instant each threshold of the overrun fired: within a second."""
    clocks = await looks.clocks(computer.IT_MANAGER, told.overrun)
    late = [
        (each["percent"], datetime.fromisoformat(each["fired_at"]) - datetime.fromisoformat(each["fires_at"]))
        for each in clocks["resolution"]["thresholds"]
        if each["fired_at"]
    ]
    assert [percent for percent, _ in late] == [75, 100]
    assert all(timedelta() <= each < LATEST for _, each in late), late
    return late
