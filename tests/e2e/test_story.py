"""The story over real processes: 24x7, promised in seconds, everything over the gateway."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from services.launcher.chapters import computer, scrubs
from services.launcher.demo.organisation import DEPARTMENTS
from tests.e2e.organisation import the_first_admin
from tests.e2e.running import Running, until
from tests.story.live import LiveStage, Told
from tests.story.outcome import Looks, check_computers, check_scrubs

pytestmark = [pytest.mark.timeout(180)]
CAST = {each.code: each.people for each in DEPARTMENTS if each.code in ("IT", "PEOPLE", "LAUNDRY", "SURGERY")}


async def test_both_chapters(running: Running, record_property: Callable[[str, object], None]) -> None:
    async with AsyncExitStack() as stack:
        stage = await LiveStage.set(running.base_url, await the_first_admin(running), CAST, stack)

        async def read(person: str, path: str, asked: dict[str, str]) -> Told:
            return await stage.read(person, path, **asked)

        looks = Looks(read, stage.departments)
        computers = await computer.tell(stage)
        await until(running.has_caught_up)
        await check_computers(looks, computers)
        for threshold in (await looks.clocks(computer.IT_MANAGER, computers.overrun))["resolution"]["thresholds"]:
            if threshold["percent"] in (75, 100):
                late = datetime.fromisoformat(threshold["fired_at"]) - datetime.fromisoformat(threshold["fires_at"])
                assert timedelta() <= late < timedelta(seconds=1)
        stage.begins_anew()
        kept = await scrubs.tell(stage)
        await until(running.has_caught_up)
        await check_scrubs(looks, kept)
        board = await looks.pair(computer.PEOPLE_MANAGER, "/v1/reports/scoreboard", "PEOPLE", "IT")
        ledger = await looks.ledger(computer.ASKING[1], computers.early)
        record_property("the story's scoreboard, live", json.dumps(board, indent=1))
        record_property("the ledger of the ticket with a question, live", json.dumps(ledger, indent=1))
