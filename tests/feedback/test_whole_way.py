"""From the news of a fulfilment to the news of its answer: over NATS, by the link that the person gets."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import nats
import orjson

from tests.feedback.asked import invited
from tests.feedback.told import a_fulfilled_ticket, a_person, a_submitted_ticket, measured, reopened
from tests.feedback.world import World, until


async def published(world: World, count: int) -> list[dict[str, Any]]:
    """The first events of feedback's own stream."""
    connection = await nats.connect(world.wire.url)
    async with asyncio.timeout(20):
        subscription = await connection.jetstream().subscribe("acuerdo.feedback.>", stream="ACUERDO_FEEDBACK")
        found = [orjson.loads((await subscription.next_msg(timeout=20)).data) for _ in range(count)]
    await connection.close()
    return found


async def test_a_fulfilment_is_asked_about_and_answered(world: World) -> None:
    ana, pair = uuid4(), (uuid4(), uuid4())
    now = datetime.now(UTC)
    fulfilled, slip = (a_fulfilled_ticket(*pair, now, requester_id=who) for who in (ana, None))
    news = (
        a_person(ana, pair[0]),
        a_submitted_ticket(*pair, now),
        fulfilled,
        slip,
        reopened(slip, now, slip=True),
        measured(uuid4(), pair, 1, (2, 1), (1, 0)),
    )
    with world.nats_running():
        async with world.service_running():
            await world.publish(*news)
            await until(world.caught_up)
            asked = await invited(world, ana, fulfilled)
            async with world.browser() as browser:
                (mark,) = re.findall(r'name="page" value="([^"]+)"', (await browser.get(asked.path)).text)
                form = {"page": mark, "score": "5", "confirm": "yes", "comment": "thank you"}
                assert (await browser.post(asked.path, data=form)).status_code == 200
            issued, given = await published(world, 2)
    assert issued["type"] == "acuerdo.feedback.invitation.issued.v1"
    assert issued["data"]["invitation_id"] == issued["subject"] == str(asked.invitation)
    assert issued["data"]["person_id"] == str(ana)
    assert given["type"] == "acuerdo.feedback.response.given.v1"
    assert (given["data"]["score"], given["data"]["ticket_id"]) == (5, asked.ticket)
    assert "thank you" not in orjson.dumps(given).decode()
    counts = "tickets, served, asked, answered, scored, provider_met, provider_missed, customer_met"
    assert await world.rows(f"SELECT {counts} FROM interaction") == [(1, 1, 1, 1, 1, 2, 1, 1)]
    assert await world.rows("SELECT count(*) FROM dead_letter") == [(0,)]
