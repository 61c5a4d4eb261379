"""A due time that passes changes what a ticket's promises have come to, and that is told with it."""

from typing import Any

import orjson

from services.requests.timeline.facts import Moved
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.vocabulary import ClockName, Effect, State
from tests.requests.firing.bell import Bell, ago

MEASURED = "SELECT body::text FROM outbox WHERE subject LIKE '%measured%' ORDER BY position"


async def told(bell: Bell) -> list[dict[str, Any]]:
    return [orjson.loads(row[0])["data"] for row in await bell.fetch(MEASURED)]


async def test_a_breach_is_counted_and_a_warning_is_not(bell: Bell) -> None:
    late = await bell.open(ago(hours=2), bell.target("PT1H", ClockName.FIRST_RESPONSE), bell.target("PT3H"))
    await bell.open(ago(minutes=50), bell.target("PT1H"))
    await bell.turn()
    (one,) = await told(bell)
    assert (one["ticket_id"], one["provider"], one["customer"]) == (
        str(late),
        {"met": 0, "missed": 1},
        {"met": 0, "missed": 0},
    )
    (row,) = await bell.fetch("SELECT version FROM ticket WHERE id = $1", late)
    assert (one["version"], len(await bell.marks())) == (row[0], 2)


async def test_it_counts_what_was_met_before_and_what_is_missed_by_now(bell: Bell) -> None:
    clocks = [bell.target("PT1H", clock) for clock in (ClockName.ACKNOWLEDGE, ClockName.FIRST_RESPONSE)]
    ticket = await bell.open(ago(hours=2), *clocks, bell.target("PT90M"))
    await bell.act(ticket, Moved(State.ACCEPTED), at=ago(minutes=110), now=ago(minutes=110))
    before = len(await told(bell))
    await bell.turn()
    assert [each["provider"] for each in (await told(bell))[before:]] == [{"met": 1, "missed": 2}]


async def test_a_missed_obligation_leaves_the_resolution_at_best_effort(bell: Bell) -> None:
    reply = PinnedObligation(ClockName.REPLY, bell.calendar_id, "PT1H", effect=Effect.BEST_EFFORT)
    ticket = await bell.open(ago(hours=4), bell.target("PT8H"), obligations=[reply])
    await bell.act(ticket, Moved(State.WAITING_ON_CUSTOMER, comment="Which?"), at=ago(hours=2), now=ago(hours=2))
    await bell.turn()
    (one,) = await told(bell)
    assert (one["provider"], one["customer"]) == ({"met": 0, "missed": 0}, {"met": 0, "missed": 1})
    await bell.act(ticket, Moved(State.FULFILLED))
    assert (await told(bell))[-1] == one, "the resolution that follows counts on neither side"
